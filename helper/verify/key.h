/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* Public keys as TUF writes them, and the one question asked of them. By libcrypto. */

G_BEGIN_DECLS

typedef struct _SutureKey SutureKey;

typedef enum
{
  SUTURE_SIGNATURE_VALID,
  SUTURE_SIGNATURE_WRONG,     /* well-formed, but not by this key over these bytes */
  SUTURE_SIGNATURE_MALFORMED, /* not hex, of a wrong length, or the key can't be used */
} SutureSignature;

/* Reads { "keytype", "scheme", "keyval": { "public" } }: ed25519/ed25519 (hex), ecdsa/ecdsa-sha2-nistp256 (PEM; DER
 * signature) and rsa/rsassa-pss-sha256 (PEM, 2048 to 8192 bits; MGF1-SHA-256, salt 32). A key of another scheme, or whose
 * public part is not one of its kind, is read all the same, but no signature is ever valid by it: so a feed can bring in
 * a scheme that is not known here yet. SUTURE_ERROR_MALFORMED: a member is missing. */
SutureKey *suture_key_parse (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_key_free (SutureKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureKey, suture_key_free)

/* Whether any signature could be valid by it. */
gboolean suture_key_is_usable (const SutureKey *self);

/* Whether both are the same public key, whatever id they are listed under. */
gboolean suture_key_equal (const SutureKey *a, const SutureKey *b);

/* Whether @signature, in hex, is this key's over @bytes. */
SutureSignature suture_key_verify (const SutureKey *self, GBytes *bytes, const char *signature);

/* The id of a key that is to be published: SHA-256 of its canonical form, in hex. @node holds the object above. */
char *suture_key_compute_id (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
