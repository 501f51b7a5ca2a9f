/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/hashes.h"

#include "base/error.h"
#include "base/json.h"

void
suture_hashes_clear (SutureHashes *self)
{
  g_clear_pointer (&self->sha256, g_free);
  g_clear_pointer (&self->sha512, g_free);
}

static gboolean
read_one (JsonObject *object, const char *name, gsize digits, char **value, GError **error)
{
  const char *text = NULL;

  if (!suture_json_read_string (object, name, SUTURE_JSON_OPTIONAL, &text, error))
    return FALSE;
  if (text != NULL && (strlen (text) != digits || strspn (text, "0123456789abcdef") != digits))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the digest \"%s\" is not %zu hex digits", name, digits);
      return FALSE;
    }
  *value = g_strdup (text);
  return TRUE;
}

gboolean
suture_hashes_parse (SutureHashes *self, JsonObject *object, GError **error)
{
  if (!read_one (object, "sha256", 64, &self->sha256, error) || !read_one (object, "sha512", 128, &self->sha512, error))
    return FALSE;
  if (self->sha256 != NULL || self->sha512 != NULL)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "there is no digest of a known algorithm");
  return FALSE;
}

gboolean
suture_hashes_check (const char *sha256, const char *sha512, GBytes *bytes, const char *what, GError **error)
{
  g_autofree char *is256 = sha256 != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
  g_autofree char *is512 = sha512 != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA512, bytes) : NULL;

  if ((is256 != NULL || is512 != NULL) && g_strcmp0 (is256, sha256) == 0 && g_strcmp0 (is512, sha512) == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the digest of %s is not the signed one", what);
  return FALSE;
}
