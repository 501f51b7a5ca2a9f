/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verify/key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/digest.h"
#include "base/json.h"

#define ED25519_PUBLIC 32
#define ED25519_SIGNATURE 64
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192       /* verification time grows with the square */
#define SIGNATURE_MAX 1024      /* bytes: RSA of 8192 bits */
#define PEM_MAX 8192            /* bytes */

typedef enum
{
  SCHEME_UNKNOWN,
  SCHEME_ED25519,
  SCHEME_ECDSA,
  SCHEME_RSA,
} Scheme;

struct _SutureKey
{
  Scheme scheme;
  EVP_PKEY *pkey; /* NULL when the key can't be used (owned) */
  char *text;     /* scheme and public part as written; NULL for an unknown scheme (owned) */
};

static const struct
{
  const char *type;
  const char *name;
  Scheme scheme;
} schemes[] = {
  { "ed25519", "ed25519", SCHEME_ED25519 },
  { "ecdsa", "ecdsa-sha2-nistp256", SCHEME_ECDSA },
  { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", SCHEME_ECDSA }, /* how older repositories name the type */
  { "rsa", "rsassa-pss-sha256", SCHEME_RSA },
};

/* The bytes that @hex says, at most @max of them; 0 when it says none, or more. */
static gsize
decode_hex (const char *hex, guint8 *bytes, gsize max)
{
  gsize length = strlen (hex);

  if (length == 0 || length % 2 != 0 || length / 2 > max)
    return 0;
  for (gsize i = 0; i < length / 2; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = g_ascii_xdigit_value (hex[2 * i + 1]);

      if (high < 0 || low < 0)
        return 0;
      bytes[i] = (guint8) (high * 16 + low);
    }
  return length / 2;
}

static EVP_PKEY *
read_ed25519 (const char *text)
{
  guint8 raw[ED25519_PUBLIC];

  if (decode_hex (text, raw, sizeof raw) != sizeof raw)
    return NULL;
  return EVP_PKEY_new_raw_public_key_ex (NULL, "ED25519", NULL, raw, sizeof raw);
}

static EVP_PKEY *
read_pem (const char *text)
{
  gsize length = strlen (text);
  BIO *bio = length <= PEM_MAX ? BIO_new_mem_buf (text, (int) length) : NULL;
  EVP_PKEY *pkey = bio != NULL ? PEM_read_bio_PUBKEY_ex (bio, NULL, NULL, NULL, NULL, NULL) : NULL;

  BIO_free (bio);
  return pkey;
}

static gboolean
is_of_scheme (EVP_PKEY *pkey, Scheme scheme)
{
  char group[32];
  gsize length;

  switch (scheme)
    {
    case SCHEME_ED25519:
      return EVP_PKEY_is_a (pkey, "ED25519");
    case SCHEME_ECDSA:
      return EVP_PKEY_is_a (pkey, "EC") && EVP_PKEY_get_group_name (pkey, group, sizeof group, &length) == 1
             && g_str_equal (group, "prime256v1");
    case SCHEME_RSA:
      return EVP_PKEY_is_a (pkey, "RSA") && EVP_PKEY_get_bits (pkey) >= RSA_BITS_MIN
             && EVP_PKEY_get_bits (pkey) <= RSA_BITS_MAX;
    case SCHEME_UNKNOWN:
    default:
      return FALSE;
    }
}

SutureKey *
suture_key_parse (JsonObject *object, GError **error)
{
  const char *type = NULL;
  const char *scheme = NULL;
  const char *text = NULL;
  JsonObject *value = NULL;
  SutureKey *self;

  if (!suture_json_read_string (object, "keytype", SUTURE_JSON_REQUIRED, &type, error)
      || !suture_json_read_string (object, "scheme", SUTURE_JSON_REQUIRED, &scheme, error)
      || !suture_json_read_object (object, "keyval", SUTURE_JSON_REQUIRED, &value, error))
    return NULL;
  self = g_new0 (SutureKey, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (type, schemes[i].type) && g_str_equal (scheme, schemes[i].name))
      self->scheme = schemes[i].scheme;
  if (self->scheme == SCHEME_UNKNOWN)
    return self;
  if (!suture_json_read_string (value, "public", SUTURE_JSON_REQUIRED, &text, error))
    {
      suture_key_free (self);
      return NULL;
    }
  self->text = g_strconcat (scheme, " ", text, NULL);
  self->pkey = self->scheme == SCHEME_ED25519 ? read_ed25519 (text) : read_pem (text);
  if (self->pkey != NULL && !is_of_scheme (self->pkey, self->scheme))
    g_clear_pointer (&self->pkey, EVP_PKEY_free);
  ERR_clear_error ();
  return self;
}

void
suture_key_free (SutureKey *self)
{
  if (self == NULL)
    return;
  EVP_PKEY_free (self->pkey);
  g_free (self->text);
  g_free (self);
}

gboolean
suture_key_is_usable (const SutureKey *self)
{
  return self->pkey != NULL;
}

gboolean
suture_key_equal (const SutureKey *a, const SutureKey *b)
{
  if (a->pkey != NULL && b->pkey != NULL)
    return a->scheme == b->scheme && EVP_PKEY_eq (a->pkey, b->pkey) == 1;
  return a->text != NULL && g_strcmp0 (a->text, b->text) == 0;
}

static gboolean
prepare (EVP_MD_CTX *context, const SutureKey *self)
{
  EVP_PKEY_CTX *key_context = NULL; /* belongs to @context */
  const char *digest = self->scheme == SCHEME_ED25519 ? NULL : "SHA256";

  if (EVP_DigestVerifyInit_ex (context, &key_context, digest, NULL, NULL, self->pkey, NULL) != 1)
    return FALSE;
  return self->scheme != SCHEME_RSA
         || (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING) > 0
             && EVP_PKEY_CTX_set_rsa_mgf1_md_name (key_context, "SHA256", NULL) > 0
             && EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST) > 0);
}

static gboolean
is_right_length (const SutureKey *self, gsize length)
{
  if (self->scheme == SCHEME_ED25519)
    return length == ED25519_SIGNATURE;
  if (self->scheme == SCHEME_RSA)
    return length == (gsize) EVP_PKEY_get_size (self->pkey);
  return length > 0 && length <= (gsize) EVP_PKEY_get_size (self->pkey);
}

SutureSignature
suture_key_verify (const SutureKey *self, GBytes *bytes, const char *signature)
{
  guint8 raw[SIGNATURE_MAX];
  gsize raw_length = decode_hex (signature, raw, sizeof raw);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  EVP_MD_CTX *context;
  SutureSignature result;

  if (self->pkey == NULL || !is_right_length (self, raw_length))
    return SUTURE_SIGNATURE_MALFORMED;
  context = EVP_MD_CTX_new ();
  if (context == NULL || !prepare (context, self))
    result = SUTURE_SIGNATURE_MALFORMED;
  else if (EVP_DigestVerify (context, raw, raw_length, data, length) == 1)
    result = SUTURE_SIGNATURE_VALID;
  else
    result = SUTURE_SIGNATURE_WRONG;
  EVP_MD_CTX_free (context);
  ERR_clear_error ();
  return result;
}

char *
suture_key_compute_id (JsonNode *node)
{
  g_autoptr (GBytes) canonical = suture_json_canonical (node);

  return suture_digest_data (g_bytes_get_data (canonical, NULL), g_bytes_get_size (canonical));
}
