/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signer.h"

#include <openssl/evp.h>

#define REMEMBERED_MAX 100000 /* signatures: some 25 MB */
#define LENGTH 64             /* bytes of a signature; a key has half of it */

static EVP_PKEY *keys[MODEL_SIGNERS];
static GHashTable *remembered; /* key and digest of the body → hex */

static EVP_PKEY *
find_key (guint key)
{
  g_autofree char *name = g_strdup_printf ("key %u of Suture's model", key);
  guint8 secret[LENGTH / 2];
  gsize length = sizeof secret;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  if (keys[key] != NULL)
    return keys[key];
  g_checksum_update (checksum, (const guchar *) name, -1);
  g_checksum_get_digest (checksum, secret, &length);
  keys[key] = EVP_PKEY_new_raw_private_key_ex (NULL, "ED25519", NULL, secret, sizeof secret);
  g_assert_nonnull (keys[key]);
  return keys[key];
}

static char *
to_hex (const guint8 *data, gsize length)
{
  char *hex = g_malloc (2 * length + 1);

  for (gsize i = 0; i < length; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", data[i]);
  return hex;
}

const char *
model_signer_id (guint key)
{
  static char ids[MODEL_SIGNERS][8];

  g_snprintf (ids[key], sizeof ids[key], "key-%02u", key);
  return ids[key];
}

char *
model_signer_public (guint key)
{
  guint8 raw[LENGTH / 2];
  gsize length = sizeof raw;
  g_autofree char *hex = NULL;

  g_assert_cmpint (EVP_PKEY_get_raw_public_key (find_key (key), raw, &length), ==, 1);
  hex = to_hex (raw, length);
  return g_strdup_printf ("{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"%s\"},\"scheme\":\"ed25519\"}", hex);
}

static char *
sign (guint key, const GString *body)
{
  guint8 raw[LENGTH];
  gsize length = sizeof raw;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();

  g_assert_cmpint (EVP_DigestSignInit_ex (context, NULL, NULL, NULL, NULL, find_key (key), NULL), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, raw, &length, (const guint8 *) body->str, body->len), ==, 1);
  EVP_MD_CTX_free (context);
  return to_hex (raw, length);
}

const char *
model_signer_sign (guint key, const GString *body)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, body->str, (gssize) body->len);
  char *name = g_strdup_printf ("%u %s", key, digest);
  char *signature;

  if (remembered == NULL)
    remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  signature = g_hash_table_lookup (remembered, name);
  if (signature != NULL)
    {
      g_free (name);
      return signature;
    }
  if (g_hash_table_size (remembered) == REMEMBERED_MAX)
    g_hash_table_remove_all (remembered);
  signature = sign (key, body);
  g_hash_table_insert (remembered, name, signature);
  return signature;
}
