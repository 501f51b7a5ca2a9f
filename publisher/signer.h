/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* One ed25519 key of the publisher, and signatures with it. The private half is a PEM file of mode 0600. */

G_BEGIN_DECLS

typedef struct _SutureSigner SutureSigner;

/* Makes a key in the new file @name below @folder; one that is there already is never replaced. */
SutureSigner *suture_signer_create (int folder, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureSigner *suture_signer_load (int folder, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_signer_free (SutureSigner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSigner, suture_signer_free)

/* TUF's key id: SHA-256 of the canonical public key. */
const char *suture_signer_get_id (SutureSigner *self);
/* The public key as TUF's metadata has it; a new reference. */
JsonNode *suture_signer_get_key (SutureSigner *self) G_GNUC_WARN_UNUSED_RESULT;

/* A metadata file: @role (the value of "signed", an object) and its signature over the canonical form. */
GBytes *suture_signer_sign (SutureSigner *self, JsonNode *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
