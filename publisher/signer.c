/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

#define PEM_MAX 16384
#define PUBLIC_BYTES 32    /* RFC 8032, 5.1.5 */
#define SIGNATURE_BYTES 64 /* RFC 8032, 5.1.6 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)

struct _SutureSigner
{
  EVP_PKEY *key;  /* (owned) */
  JsonNode *node; /* the public half (owned) */
  char *id;       /* (owned) */
};

static char *
to_hex (const guint8 *data, gsize length)
{
  GString *hex = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

/* Takes @key. */
static SutureSigner *
new_from_key (EVP_PKEY *key, const char *name, GError **error)
{
  g_autoptr (SutureSigner) self = g_new0 (SutureSigner, 1);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GBytes) canonical = NULL;
  g_autofree char *hex = NULL;
  guint8 public[PUBLIC_BYTES];
  size_t length = sizeof public;

  self->key = key;
  if (!EVP_PKEY_is_a (key, "ED25519") || EVP_PKEY_get_raw_public_key (key, public, &length) != 1
      || length != sizeof public)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is no ed25519 key", name);
      return NULL;
    }
  hex = to_hex (public, sizeof public);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "keytype");
  json_builder_add_string_value (builder, "ed25519");
  json_builder_set_member_name (builder, "scheme");
  json_builder_add_string_value (builder, "ed25519");
  json_builder_set_member_name (builder, "keyval");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "public");
  json_builder_add_string_value (builder, hex);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  self->node = json_builder_get_root (builder);
  canonical = suture_json_canonical (self->node);
  self->id = suture_digest_data (g_bytes_get_data (canonical, NULL), g_bytes_get_size (canonical));
  return g_steal_pointer (&self);
}

/* Unlike suture_file_replace (), which is what must not happen to a key. */
static gboolean
write_new (int folder, const char *name, const void *data, gsize length, GError **error)
{
  g_auto (SutureFd) fd = suture_file_unnamed (folder, 0600, error);
  char self[64];

  if (fd < 0 || !suture_file_write_all (fd, data, length, error))
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  g_snprintf (self, sizeof self, "/proc/self/fd/%d", fd);
  if (fsync (fd) < 0 || linkat (AT_FDCWD, self, folder, name, AT_SYMLINK_FOLLOW) < 0 || fsync (folder) < 0)
    return suture_error_set_errno (error, errno, "could not write the new key %s", name);
  return TRUE;
}

SutureSigner *
suture_signer_create (int folder, const char *name, GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  g_autoptr (BIO) memory = BIO_new (BIO_s_mem ());
  char *pem;
  long length;

  if (key == NULL || memory == NULL || PEM_write_bio_PrivateKey (memory, key, NULL, NULL, 0, NULL, NULL) != 1)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not make a key");
      return NULL;
    }
  length = BIO_get_mem_data (memory, &pem);
  if (!write_new (folder, name, pem, (gsize) length, error))
    return NULL;
  return new_from_key (g_steal_pointer (&key), name, error);
}

/* A key with a pass phrase is refused instead of asking on whatever terminal there is. */
static int
no_pass_phrase (char *buffer, int size, int writing, void *data)
{
  return -1;
}

SutureSigner *
suture_signer_load (int folder, const char *name, GError **error)
{
  g_autoptr (GBytes) pem = suture_file_read (folder, name, PEM_MAX, error);
  g_autoptr (BIO) memory = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (pem == NULL)
    return NULL;
  memory = BIO_new_mem_buf (g_bytes_get_data (pem, NULL), (int) g_bytes_get_size (pem));
  key = memory != NULL ? PEM_read_bio_PrivateKey (memory, NULL, no_pass_phrase, NULL) : NULL;
  if (key == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s holds no private key that can be read", name);
      return NULL;
    }
  return new_from_key (g_steal_pointer (&key), name, error);
}

void
suture_signer_free (SutureSigner *self)
{
  if (self == NULL)
    return;
  EVP_PKEY_free (self->key);
  g_clear_pointer (&self->node, json_node_unref);
  g_free (self->id);
  g_free (self);
}

const char *
suture_signer_get_id (SutureSigner *self)
{
  return self->id;
}

JsonNode *
suture_signer_get_key (SutureSigner *self)
{
  return json_node_copy (self->node);
}

static char *
signature_of (SutureSigner *self, GBytes *message, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  guint8 signature[SIGNATURE_BYTES];
  size_t length = sizeof signature;

  if (context == NULL || EVP_DigestSignInit (context, NULL, NULL, NULL, self->key) != 1
      || EVP_DigestSign (context, signature, &length, g_bytes_get_data (message, NULL), g_bytes_get_size (message)) != 1
      || length != sizeof signature)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not sign");
      return NULL;
    }
  return to_hex (signature, length);
}

GBytes *
suture_signer_sign (SutureSigner *self, JsonNode *role, GError **error)
{
  g_autoptr (GBytes) canonical = suture_json_canonical (role);
  g_autofree char *signature = signature_of (self, canonical, error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) whole = NULL;

  if (signature == NULL)
    return NULL;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "signatures");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "keyid");
  json_builder_add_string_value (builder, self->id);
  json_builder_set_member_name (builder, "sig");
  json_builder_add_string_value (builder, signature);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "signed");
  json_builder_add_value (builder, json_node_copy (role));
  json_builder_end_object (builder);
  whole = json_builder_get_root (builder);
  return suture_json_canonical (whole);
}
