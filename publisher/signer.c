/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "verify/key.h"

#define PEM_MAX 65536
#define ED25519_PUBLIC 32  /* bytes; RFC 8032, 5.1.5 */
#define SIGNATURE_MAX 1024 /* bytes: RSA of 8192 bits, the most that helper/verify/key.c takes */
#define RSA_BITS 3072      /* as strong as the others: NIST SP 800-57 part 1, table 2 */
#define RSA_BITS_MAX 8192
/* scrypt: RFC 7914. 16 MiB each, five times over; more than 32 MiB OpenSSL does not read again. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5
#define SALT_BYTES 16

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_ALGOR, X509_ALGOR_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_SIG, X509_SIG_free)

struct _SutureSigner
{
  SutureSignerType type;
  EVP_PKEY *key;  /* (owned) */
  JsonNode *node; /* the public half (owned) */
  char *id;       /* (owned) */
};

static const struct
{
  const char *name; /* also TUF's keytype */
  const char *scheme;
  const char *openssl;
} types[] = {
  [SUTURE_SIGNER_ED25519] = { "ed25519", "ed25519", "ED25519" },
  [SUTURE_SIGNER_ECDSA] = { "ecdsa", "ecdsa-sha2-nistp256", "EC" },
  [SUTURE_SIGNER_RSA] = { "rsa", "rsassa-pss-sha256", "RSA" },
};

gboolean
suture_signer_type_from_name (const char *name, SutureSignerType *type, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (name, types[i].name))
      {
        *type = (SutureSignerType) i;
        return TRUE;
      }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
               "\"%s\" is no type of key: ed25519, ecdsa and rsa are", name);
  return FALSE;
}

static char *
to_hex (const guint8 *data, gsize length)
{
  GString *hex = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

static gboolean
find_type (EVP_PKEY *key, const char *name, SutureSignerType *type, GError **error)
{
  char group[32];
  gsize length;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (types) && !EVP_PKEY_is_a (key, types[i].openssl); i++)
    ;
  if (i == G_N_ELEMENTS (types))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is no ed25519, ecdsa or rsa key", name);
      return FALSE;
    }
  *type = (SutureSignerType) i;
  if (*type == SUTURE_SIGNER_ECDSA
      && (EVP_PKEY_get_group_name (key, group, sizeof group, &length) != 1 || !g_str_equal (group, "prime256v1")))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is of another curve than P-256", name);
      return FALSE;
    }
  if (*type == SUTURE_SIGNER_RSA && (EVP_PKEY_get_bits (key) < RSA_BITS || EVP_PKEY_get_bits (key) > RSA_BITS_MAX))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s has %d bits: an rsa key needs %d to %d", name,
                   EVP_PKEY_get_bits (key), RSA_BITS, RSA_BITS_MAX);
      return FALSE;
    }
  return TRUE;
}

/* The public half as TUF writes it: hex of an ed25519 key, else PEM. */
static char *
public_text (EVP_PKEY *key, SutureSignerType type)
{
  g_autoptr (BIO) memory = NULL;
  guint8 raw[ED25519_PUBLIC];
  size_t length = sizeof raw;
  char *pem;
  long pem_length;

  if (type == SUTURE_SIGNER_ED25519)
    return EVP_PKEY_get_raw_public_key (key, raw, &length) == 1 ? to_hex (raw, length) : NULL;
  memory = BIO_new (BIO_s_mem ());
  if (memory == NULL || PEM_write_bio_PUBKEY (memory, key) != 1)
    return NULL;
  pem_length = BIO_get_mem_data (memory, &pem);
  return g_strndup (pem, (gsize) pem_length);
}

static JsonNode *
public_node (EVP_PKEY *key, const char *name, SutureSignerType *type, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  if (!find_type (key, name, type, error))
    return NULL;
  text = public_text (key, *type);
  if (text == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not read the public half of %s", name);
      return NULL;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "keytype");
  json_builder_add_string_value (builder, types[*type].name);
  json_builder_set_member_name (builder, "scheme");
  json_builder_add_string_value (builder, types[*type].scheme);
  json_builder_set_member_name (builder, "keyval");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "public");
  json_builder_add_string_value (builder, text);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* Takes @key. */
static SutureSigner *
new_from_key (EVP_PKEY *key, const char *name, GError **error)
{
  g_autoptr (SutureSigner) self = g_new0 (SutureSigner, 1);

  self->key = key;
  self->node = public_node (key, name, &self->type, error);
  if (self->node == NULL)
    return NULL;
  self->id = suture_key_compute_id (self->node);
  return g_steal_pointer (&self);
}

SutureSigner *
suture_signer_create (SutureSignerType type, GError **error)
{
  EVP_PKEY *key = NULL;

  if (type == SUTURE_SIGNER_ECDSA)
    key = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256");
  else if (type == SUTURE_SIGNER_RSA)
    key = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) RSA_BITS);
  else
    key = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  if (key != NULL)
    return new_from_key (key, "the new key", error);
  ERR_clear_error ();
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not make a key");
  return NULL;
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

/* Encrypted as RFC 8018 and RFC 7914 have it, and the public half behind it. */
static gboolean
write_encrypted (BIO *memory, EVP_PKEY *key, const char *passphrase)
{
  g_autoptr (PKCS8_PRIV_KEY_INFO) plain = EVP_PKEY2PKCS8 (key);
  guint8 salt[SALT_BYTES];
  g_autoptr (X509_ALGOR) algorithm = NULL;
  g_autoptr (X509_SIG) encrypted = NULL;

  if (plain == NULL || RAND_bytes (salt, sizeof salt) != 1)
    return FALSE;
  algorithm = PKCS5_pbe2_set_scrypt (EVP_aes_256_cbc (), salt, sizeof salt, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
  if (algorithm == NULL)
    return FALSE;
  encrypted = PKCS8_set0_pbe (passphrase, (int) strlen (passphrase), plain, algorithm);
  if (encrypted == NULL)
    return FALSE;
  g_steal_pointer (&algorithm); /* it is part of the other now */
  return PEM_write_bio_PKCS8 (memory, encrypted) == 1 && PEM_write_bio_PUBKEY (memory, key) == 1;
}

gboolean
suture_signer_save (SutureSigner *self, int folder, const char *name, const char *passphrase, GError **error)
{
  g_autoptr (BIO) memory = BIO_new (BIO_s_secmem ());
  char *pem;
  long length;

  if (memory == NULL
      || !(passphrase != NULL ? write_encrypted (memory, self->key, passphrase)
                              : PEM_write_bio_PrivateKey (memory, self->key, NULL, NULL, 0, NULL, NULL) == 1))
    {
      ERR_clear_error ();
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not write a key");
      return FALSE;
    }
  length = BIO_get_mem_data (memory, &pem);
  return write_new (folder, name, pem, (gsize) length, error);
}

typedef struct
{
  SuturePassphrase *passphrase; /* NULL: not asked */
  const char *name;
  GError *error; /* why there is none */
} Asking;

/* pem_password_cb(3) */
static int
answer (char *buffer, int size, int writing, void *data)
{
  Asking *asking = data;
  const char *text = NULL;

  if (asking->error != NULL)
    return -1;
  if (asking->passphrase == NULL)
    g_set_error (&asking->error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "%s is encrypted", asking->name);
  else
    text = suture_passphrase_get (asking->passphrase, asking->name, FALSE, &asking->error);
  if (text == NULL || strlen (text) > (gsize) size)
    return -1;
  memcpy (buffer, text, strlen (text));
  return (int) strlen (text);
}

static GBytes *
read_pem (int folder, const char *name, gboolean *locked, GError **error)
{
  GBytes *pem = suture_file_read (folder, name, PEM_MAX, error);

  if (pem != NULL)
    *locked = g_strstr_len (g_bytes_get_data (pem, NULL), (gssize) g_bytes_get_size (pem), "ENCRYPTED") != NULL;
  return pem;
}

SutureSigner *
suture_signer_load (int folder, const char *name, SuturePassphrase *passphrase, GError **error)
{
  gboolean locked = FALSE;
  g_autoptr (GBytes) pem = read_pem (folder, name, &locked, error);
  Asking asking = { passphrase, name, NULL };
  g_autoptr (BIO) memory = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (pem == NULL)
    return NULL;
  memory = BIO_new_mem_buf (g_bytes_get_data (pem, NULL), (int) g_bytes_get_size (pem));
  key = memory != NULL ? PEM_read_bio_PrivateKey (memory, NULL, answer, &asking) : NULL;
  ERR_clear_error ();
  if (key != NULL)
    {
      g_clear_error (&asking.error);
      return new_from_key (g_steal_pointer (&key), name, error);
    }
  if (asking.error != NULL)
    g_propagate_error (error, asking.error);
  else if (locked)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "the passphrase is not that of %s", name);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s holds no private key that can be read", name);
  return NULL;
}

/* The public key among the blocks of @memory, or NULL. OpenSSL's own search asks for passphrases on the way. */
static EVP_PKEY *
find_public (BIO *memory)
{
  EVP_PKEY *key = NULL;
  char *name, *header;
  unsigned char *data;
  long length;

  while (key == NULL && PEM_read_bio (memory, &name, &header, &data, &length) == 1)
    {
      const unsigned char *at = data;

      if (g_str_equal (name, PEM_STRING_PUBLIC))
        key = d2i_PUBKEY (NULL, &at, length);
      OPENSSL_free (name);
      OPENSSL_free (header);
      OPENSSL_clear_free (data, (size_t) length);
    }
  return key;
}

JsonNode *
suture_signer_read_public (int folder, const char *name, gboolean *locked, gboolean *private, GError **error)
{
  gboolean is_locked = FALSE;
  g_autoptr (GBytes) pem = read_pem (folder, name, &is_locked, error);
  Asking asking = { NULL, name, NULL };
  g_autoptr (BIO) memory = NULL;
  g_autoptr (EVP_PKEY) key = NULL;
  SutureSignerType type = SUTURE_SIGNER_ED25519;

  if (pem == NULL)
    return NULL;
  memory = BIO_new_mem_buf (g_bytes_get_data (pem, NULL), (int) g_bytes_get_size (pem));
  if (memory != NULL && !is_locked)
    key = PEM_read_bio_PrivateKey (memory, NULL, answer, &asking);
  g_clear_error (&asking.error);
  if (locked != NULL)
    *locked = is_locked;
  if (private != NULL)
    *private = is_locked || key != NULL;
  if (key == NULL && memory != NULL && BIO_reset (memory) == 1)
    key = find_public (memory);
  ERR_clear_error ();
  if (key != NULL)
    return public_node (key, name, &type, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s holds no key that can be read%s", name,
               is_locked ? " without its passphrase" : "");
  return NULL;
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

static gboolean
prepare (EVP_MD_CTX *context, SutureSigner *self)
{
  EVP_PKEY_CTX *key_context = NULL; /* belongs to @context */
  const char *digest = self->type == SUTURE_SIGNER_ED25519 ? NULL : "SHA256";

  if (EVP_DigestSignInit_ex (context, &key_context, digest, NULL, NULL, self->key, NULL) != 1)
    return FALSE;
  return self->type != SUTURE_SIGNER_RSA
         || (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING) > 0
             && EVP_PKEY_CTX_set_rsa_mgf1_md_name (key_context, "SHA256", NULL) > 0
             && EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST) > 0);
}

char *
suture_signer_sign (SutureSigner *self, GBytes *message, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  guint8 signature[SIGNATURE_MAX];
  size_t length = sizeof signature;
  gboolean good = context != NULL && prepare (context, self)
                  && EVP_DigestSign (context, signature, &length, g_bytes_get_data (message, NULL),
                                     g_bytes_get_size (message)) == 1;

  ERR_clear_error ();
  if (good)
    return to_hex (signature, length);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not sign");
  return NULL;
}
