/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "base/error.h"

struct _SutureDigest
{
  EVP_MD_CTX *context; /* (owned) */
};

gboolean
suture_digest_is_valid (const char *hex)
{
  return hex != NULL && strlen (hex) == SUTURE_DIGEST_HEX && strspn (hex, "0123456789abcdef") == SUTURE_DIGEST_HEX;
}

SutureDigest *
suture_digest_new (void)
{
  SutureDigest *self = g_new0 (SutureDigest, 1);

  self->context = EVP_MD_CTX_new ();
  if (self->context == NULL || EVP_DigestInit_ex (self->context, EVP_sha256 (), NULL) != 1)
    g_error ("libcrypto has no SHA-256"); /* nothing can be verified without it: end, by design */
  return self;
}

void
suture_digest_update (SutureDigest *self, const void *data, gsize length)
{
  if (EVP_DigestUpdate (self->context, data, length) != 1)
    g_error ("libcrypto could not hash");
}

char *
suture_digest_finish (SutureDigest *self)
{
  unsigned char raw[SUTURE_DIGEST_HEX / 2];
  GString *hex = g_string_sized_new (SUTURE_DIGEST_HEX);

  if (EVP_DigestFinal_ex (self->context, raw, NULL) != 1)
    g_error ("libcrypto could not hash");
  for (gsize i = 0; i < sizeof raw; i++)
    g_string_append_printf (hex, "%02x", raw[i]);
  return g_string_free (hex, FALSE);
}

void
suture_digest_free (SutureDigest *self)
{
  if (self == NULL)
    return;
  EVP_MD_CTX_free (self->context);
  g_free (self);
}

char *
suture_digest_data (const void *data, gsize length)
{
  g_autoptr (SutureDigest) digest = suture_digest_new ();

  suture_digest_update (digest, data, length);
  return suture_digest_finish (digest);
}

char *
suture_digest_fd (int fd, guint64 *size, GError **error)
{
  g_autoptr (SutureDigest) digest = suture_digest_new ();
  g_autofree guint8 *buffer = g_malloc (256 * 1024);
  guint64 offset = 0;

  for (;;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (pread (fd, buffer, 256 * 1024, (off_t) offset));

      if (n < 0)
        {
          suture_error_set_errno (error, errno, "could not read a file to hash it");
          return NULL;
        }
      if (n == 0)
        break;
      suture_digest_update (digest, buffer, (gsize) n);
      offset += (guint64) n;
    }
  if (size != NULL)
    *size = offset;
  return suture_digest_finish (digest);
}

void
suture_digest_hmac (const void *key, gsize key_length, const void *data, gsize length, guint8 *code)
{
  unsigned int written = 0;

  if (HMAC (EVP_sha256 (), key, (int) key_length, data, length, code, &written) == NULL || written != SUTURE_DIGEST_HMAC)
    g_error ("libcrypto could not authenticate");
}
