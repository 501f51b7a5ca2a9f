/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "changes.h"
#include "notes.h"

/* The manifest's JSON (data/manifest.schema.json) from everything that was found out. */

G_BEGIN_DECLS

typedef struct
{
  const char *encoding; /* static */
  int base;             /* -1 for none */
  guint64 size;
  char *sha256; /* (owned) */
} SutureDescriptionPayload;

typedef struct
{
  char *id, *component; /* (owned) */
  guint number;
  const char *publisher;                                  /* the caller's */
  char *base_id, *base_version_id, *base_architecture;    /* (owned) */
  GPtrArray *bases;                                       /* char *: labels (owned) */
  char *result;                                           /* (owned) */
  guint64 image_size;
  char *image_sha256, *salt, *root_hash; /* (owned) */
  GPtrArray *payloads;                   /* SutureDescriptionPayload (owned) */
} SutureDescription;

SutureDescription *suture_description_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_description_free (SutureDescription *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDescription, suture_description_free)

void suture_description_add_payload (
    SutureDescription *self, const char *encoding, int base, guint64 size, const char *sha256);

/* The finished bytes. */
GBytes *suture_description_write (const SutureDescription *self,
                                  const SutureNotes *notes,
                                  const SutureChanges *changes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
