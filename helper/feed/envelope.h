/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* A file of TUF metadata before anybody believes it: what is signed, and by whom it says so. */

G_BEGIN_DECLS

typedef struct
{
  char *key_id; /* (owned) */
  char *value;  /* hex, as written; not looked at (owned) */
} SutureEnvelopeSignature;

typedef struct
{
  GBytes *bytes;         /* as received (owned) */
  JsonNode *node;        /* the whole file (owned) */
  JsonObject *body;      /* "signed"; nothing in it may be used before suture_role_verify () (of node) */
  GBytes *canonical;     /* the bytes that were signed (owned) */
  GPtrArray *signatures; /* SutureEnvelopeSignature, no key id twice (owned) */
} SutureEnvelope;

/* SUTURE_ERROR_MALFORMED: no metadata, longer than @max_length, or two signatures of one key id. */
SutureEnvelope *suture_envelope_parse (GBytes *bytes, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_envelope_free (SutureEnvelope *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureEnvelope, suture_envelope_free)

G_END_DECLS
