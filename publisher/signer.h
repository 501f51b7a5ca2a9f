/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "passphrase.h"

/* One key of the publisher, and signatures with it (helper/verify/key.c is who checks them). The private half is a PEM file of
 * mode 0600 (PKCS#8); an encrypted one (scrypt, AES-256) is followed by its public half, so that whose key it is can be told
 * without the passphrase. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_SIGNER_ED25519, /* keytype and scheme "ed25519" */
  SUTURE_SIGNER_ECDSA,   /* "ecdsa", "ecdsa-sha2-nistp256": P-256 */
  SUTURE_SIGNER_RSA,     /* "rsa", "rsassa-pss-sha256": 3072 bits when made here, at least as many when brought along */
} SutureSignerType;

/* The type that people call @name ("ed25519", "ecdsa", "rsa"). SUTURE_ERROR_INVALID_ARGUMENT lists them. */
gboolean suture_signer_type_from_name (const char *name, SutureSignerType *type, GError **error);

typedef struct _SutureSigner SutureSigner;

/* A new key, in memory only. */
SutureSigner *suture_signer_create (SutureSignerType type, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes it as the new file @name below @folder; one that is there already is never replaced. @passphrase: NULL for none. */
gboolean suture_signer_save (
    SutureSigner *self, int folder, const char *name, const char *passphrase, GError **error);

/* Reads the private key in the file @name below @folder (AT_FDCWD works, too). If it is encrypted @passphrase is asked, or with
 * NULL it is SUTURE_ERROR_NOT_AUTHORIZED. @name is what errors call it. */
SutureSigner *suture_signer_load (
    int folder, const char *name, SuturePassphrase *passphrase, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The public half of the key in that file, private or not, as TUF has it; NULL also when it is encrypted and alone. @locked
 * (optional): whether the private half is encrypted; @private (optional): whether there is one. */
JsonNode *suture_signer_read_public (
    int folder, const char *name, gboolean *locked, gboolean *private, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void suture_signer_free (SutureSigner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSigner, suture_signer_free)

/* TUF's key id: SHA-256 of the canonical public key. */
const char *suture_signer_get_id (SutureSigner *self);
/* The public key as TUF's metadata has it; a new reference. */
JsonNode *suture_signer_get_key (SutureSigner *self) G_GNUC_WARN_UNUSED_RESULT;

/* The signature of @message, in hex. */
char *suture_signer_sign (SutureSigner *self, GBytes *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
