/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* SHA-256 as 64 lower-case hex digits, by libcrypto. */

G_BEGIN_DECLS

#define SUTURE_DIGEST_HEX 64

/* Whether @hex is exactly 64 lower-case hex digits. NULL is not. */
gboolean suture_digest_is_valid (const char *hex);

/* The digest of @length bytes at @data. Free with g_free (). */
char *suture_digest_data (const void *data, gsize length) G_GNUC_WARN_UNUSED_RESULT;

/* HMAC-SHA256 (RFC 2104) of @length bytes at @data with a key of @key_length bytes: 32 bytes into @code. */
#define SUTURE_DIGEST_HMAC 32
void suture_digest_hmac (const void *key, gsize key_length, const void *data, gsize length, guint8 *code);

/* The digest of the whole file behind @fd, read with pread () from offset 0, so the file position stays.
 * @size (out, optional): bytes read. NULL with @error when reading fails. */
char *suture_digest_fd (int fd, guint64 *size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Hashing in pieces, for whoever copies or streams. */
typedef struct _SutureDigest SutureDigest;
SutureDigest *suture_digest_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_digest_update (SutureDigest *self, const void *data, gsize length);
char *suture_digest_finish (SutureDigest *self) G_GNUC_WARN_UNUSED_RESULT; /* may be called once */
void suture_digest_free (SutureDigest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDigest, suture_digest_free)

G_END_DECLS
