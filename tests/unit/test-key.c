/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verify/key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/error.h"
#include "base/json.h"

static char *
to_hex (const guint8 *data, gsize length)
{
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

static char *
public_text (EVP_PKEY *pkey)
{
  BIO *bio;
  char *data;
  char *text;
  long length;

  if (EVP_PKEY_is_a (pkey, "ED25519"))
    {
      guint8 raw[32];
      gsize raw_length = sizeof raw;

      g_assert_cmpint (EVP_PKEY_get_raw_public_key (pkey, raw, &raw_length), ==, 1);
      return to_hex (raw, raw_length);
    }
  bio = BIO_new (BIO_s_mem ());
  g_assert_cmpint (PEM_write_bio_PUBKEY (bio, pkey), ==, 1);
  length = BIO_get_mem_data (bio, &data);
  text = g_strndup (data, (gsize) length);
  BIO_free (bio);
  return text;
}

static SutureKey *
make_key (const char *type, const char *scheme, const char *text)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *value = json_object_new ();
  g_autoptr (GError) error = NULL;
  SutureKey *key;

  json_object_set_string_member (value, "public", text);
  json_object_set_string_member (object, "keytype", type);
  json_object_set_string_member (object, "scheme", scheme);
  json_object_set_object_member (object, "keyval", value);
  key = suture_key_parse (object, &error);
  g_assert_no_error (error);
  return key;
}

/* @salt: of RSA-PSS, -1 for PKCS#1 v1.5 padding. */
static char *
sign (EVP_PKEY *pkey, GBytes *bytes, int salt)
{
  g_autofree guint8 *signature = g_malloc (2048);
  gsize length = 2048;
  EVP_PKEY_CTX *key_context = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  const char *digest = EVP_PKEY_is_a (pkey, "ED25519") ? NULL : "SHA256";

  g_assert_cmpint (EVP_DigestSignInit_ex (context, &key_context, digest, NULL, NULL, pkey, NULL), ==, 1);
  if (EVP_PKEY_is_a (pkey, "RSA") && salt >= 0)
    {
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING), >, 0);
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, salt), >, 0);
    }
  g_assert_cmpint (
      EVP_DigestSign (context, signature, &length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), ==, 1);
  EVP_MD_CTX_free (context);
  return to_hex (signature, length);
}

/* RFC 8032, section 7.1, tests 1 and 2: not our own signatures. */
static void
test_vectors (void)
{
  g_autoptr (SutureKey) first
      = make_key ("ed25519", "ed25519", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  g_autoptr (SutureKey) second
      = make_key ("ed25519", "ed25519", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) one = g_bytes_new_static ("\x72", 1);
  const char *over_empty = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                           "d25bf5f0595bbe24655141438e7a100b";
  const char *over_one = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                         "387b2eaeb4302aeeb00d291612bb0c00";

  g_assert_cmpint (suture_key_verify (first, empty, over_empty), ==, SUTURE_SIGNATURE_VALID);
  g_assert_cmpint (suture_key_verify (second, one, over_one), ==, SUTURE_SIGNATURE_VALID);
  g_assert_cmpint (suture_key_verify (first, one, over_empty), ==, SUTURE_SIGNATURE_WRONG);
  g_assert_cmpint (suture_key_verify (second, one, over_empty), ==, SUTURE_SIGNATURE_WRONG);
  g_assert_true (suture_key_equal (first, first));
  g_assert_false (suture_key_equal (first, second));
}

static void
check_scheme (EVP_PKEY *pkey, const char *type, const char *scheme)
{
  g_autofree char *text = public_text (pkey);
  g_autoptr (SutureKey) key = make_key (type, scheme, text);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("signed", 6);
  g_autoptr (GBytes) other = g_bytes_new_static ("Signed", 6);
  g_autofree char *signature = sign (pkey, bytes, 32);
  g_autofree char *longer = g_strconcat (signature, "00", NULL);
  g_autofree char *uneven = g_strconcat (signature, "0", NULL);
  g_autofree char *shorter = g_strndup (signature, strlen (signature) - 2);
  g_autofree char *not_hex = g_strdup (signature);
  g_autofree char *huge = g_strnfill (100000, 'a');

  g_assert_true (suture_key_is_usable (key));
  g_assert_cmpint (suture_key_verify (key, bytes, signature), ==, SUTURE_SIGNATURE_VALID);
  g_assert_cmpint (suture_key_verify (key, other, signature), ==, SUTURE_SIGNATURE_WRONG);
  not_hex[3] = 'g';
  g_assert_cmpint (suture_key_verify (key, bytes, not_hex), ==, SUTURE_SIGNATURE_MALFORMED);
  g_assert_cmpint (suture_key_verify (key, bytes, uneven), ==, SUTURE_SIGNATURE_MALFORMED);
  g_assert_cmpint (suture_key_verify (key, bytes, ""), ==, SUTURE_SIGNATURE_MALFORMED);
  g_assert_cmpint (suture_key_verify (key, bytes, huge), ==, SUTURE_SIGNATURE_MALFORMED);
  g_assert_cmpint (suture_key_verify (key, bytes, longer), !=, SUTURE_SIGNATURE_VALID);
  g_assert_cmpint (suture_key_verify (key, bytes, shorter), !=, SUTURE_SIGNATURE_VALID);
  for (gsize i = 0; i < strlen (signature); i += 7)
    {
      char was = signature[i];

      signature[i] = was == '0' ? '1' : '0';
      g_assert_cmpint (suture_key_verify (key, bytes, signature), !=, SUTURE_SIGNATURE_VALID);
      signature[i] = was;
    }
}

static void
test_schemes (void)
{
  EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  EVP_PKEY *p256 = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256");
  EVP_PKEY *rsa = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) 2048);

  check_scheme (ed25519, "ed25519", "ed25519");
  check_scheme (p256, "ecdsa", "ecdsa-sha2-nistp256");
  check_scheme (p256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256");
  check_scheme (rsa, "rsa", "rsassa-pss-sha256");
  EVP_PKEY_free (ed25519);
  EVP_PKEY_free (p256);
  EVP_PKEY_free (rsa);
}

/* Same key, another padding or salt: not what the scheme says. */
static void
test_rsa_padding (void)
{
  EVP_PKEY *rsa = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) 2048);
  g_autofree char *text = public_text (rsa);
  g_autoptr (SutureKey) key = make_key ("rsa", "rsassa-pss-sha256", text);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("signed", 6);
  g_autofree char *old_padding = sign (rsa, bytes, -1);
  g_autofree char *short_salt = sign (rsa, bytes, 20);

  g_assert_cmpint (suture_key_verify (key, bytes, old_padding), ==, SUTURE_SIGNATURE_WRONG);
  g_assert_cmpint (suture_key_verify (key, bytes, short_salt), ==, SUTURE_SIGNATURE_WRONG);
  EVP_PKEY_free (rsa);
}

static void
assert_unusable (const char *type, const char *scheme, const char *text)
{
  g_autoptr (SutureKey) key = make_key (type, scheme, text);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("signed", 6);
  g_autofree char *signature = g_strnfill (128, '0');

  g_assert_false (suture_key_is_usable (key));
  g_assert_cmpint (suture_key_verify (key, bytes, signature), ==, SUTURE_SIGNATURE_MALFORMED);
}

static void
test_unusable (void)
{
  EVP_PKEY *p256 = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256");
  EVP_PKEY *p384 = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-384");
  EVP_PKEY *small = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) 1024);
  EVP_PKEY *rsa = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) 2048);
  g_autofree char *p256_text = public_text (p256);
  g_autofree char *p384_text = public_text (p384);
  g_autofree char *small_text = public_text (small);
  g_autofree char *rsa_text = public_text (rsa);
  g_autofree char *hex = g_strnfill (64, 'a');
  g_autofree char *short_hex = g_strnfill (62, 'a');
  g_autofree char *long_hex = g_strnfill (66, 'a');

  assert_unusable ("ecdsa", "ecdsa-sha2-nistp256", p384_text);
  assert_unusable ("ecdsa", "ecdsa-sha2-nistp256", rsa_text);
  assert_unusable ("rsa", "rsassa-pss-sha256", small_text);
  assert_unusable ("rsa", "rsassa-pss-sha256", p256_text);
  assert_unusable ("rsa", "rsassa-pss-sha512", rsa_text);
  assert_unusable ("rsa", "ed25519", hex);
  assert_unusable ("ed25519", "rsassa-pss-sha256", rsa_text);
  assert_unusable ("ed25519", "ed25519", short_hex);
  assert_unusable ("ed25519", "ed25519", long_hex);
  assert_unusable ("ed25519", "ed25519", "");
  assert_unusable ("ed25519", "ed25519", p256_text);
  assert_unusable ("ecdsa", "ecdsa-sha2-nistp256", "");
  assert_unusable ("", "", "");
  EVP_PKEY_free (p256);
  EVP_PKEY_free (p384);
  EVP_PKEY_free (small);
  EVP_PKEY_free (rsa);
}

static void
test_members (void)
{
  const char *rows[] = { "{}", "{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\"}",
                         "{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{}}",
                         "{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":1}}",
                         "{\"keytype\":1,\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"\"}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (rows[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureKey) key = suture_key_parse (json_node_get_object (node), &error);

      g_assert_null (key);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

/* The id that python's securesystemslib computes: SHA-256 of {"keytype":…,"keyval":{"public":…},"scheme":…}. */
static void
test_id (void)
{
  g_autoptr (JsonNode) node
      = json_from_string ("{\"scheme\":\"ed25519\",\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"00\"}}", NULL);
  const char *canonical = "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"00\"},\"scheme\":\"ed25519\"}";
  g_autofree char *id = suture_key_compute_id (node);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);

  g_assert_cmpstr (id, ==, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key/vectors", test_vectors);
  g_test_add_func ("/key/S15/schemes", test_schemes);
  g_test_add_func ("/key/rsa-padding", test_rsa_padding);
  g_test_add_func ("/key/S15/unusable", test_unusable);
  g_test_add_func ("/key/members", test_members);
  g_test_add_func ("/key/id", test_id);
  return g_test_run ();
}
