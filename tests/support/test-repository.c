/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-repository.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/error.h"
#include "base/json.h"
#include "base/paths.h"
#include "verify/key.h"

#define NOW G_GINT64_CONSTANT (1800000000)
#define DAY (24 * 60 * 60)

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
  guint8 raw[32];
  gsize raw_length = sizeof raw;
  BIO *bio;
  char *data;
  char *text;
  long length;

  if (EVP_PKEY_is_a (pkey, "ED25519"))
    {
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

TestKey *
test_key_new (const char *type)
{
  TestKey *self = g_new0 (TestKey, 1);
  JsonObject *object = json_object_new ();
  JsonObject *value = json_object_new ();
  g_autofree char *text = NULL;
  const char *scheme = "ed25519";

  if (g_str_equal (type, "ecdsa"))
    {
      scheme = "ecdsa-sha2-nistp256";
      self->pkey = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256");
    }
  else if (g_str_equal (type, "rsa"))
    {
      scheme = "rsassa-pss-sha256";
      self->pkey = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) 2048);
    }
  else
    self->pkey = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  g_assert_nonnull (self->pkey);
  text = public_text (self->pkey);
  json_object_set_string_member (value, "public", text);
  json_object_set_string_member (object, "keytype", type);
  json_object_set_string_member (object, "scheme", scheme);
  json_object_set_object_member (object, "keyval", value);
  self->public = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
  self->id = suture_key_compute_id (self->public);
  return self;
}

void
test_key_free (TestKey *self)
{
  EVP_PKEY_free (self->pkey);
  json_node_unref (self->public);
  g_free (self->id);
  g_free (self);
}

char *
test_key_sign (TestKey *self, GBytes *bytes)
{
  guint8 signature[1024];
  gsize length = sizeof signature;
  EVP_PKEY_CTX *key_context = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  const char *digest = EVP_PKEY_is_a (self->pkey, "ED25519") ? NULL : "SHA256";

  g_assert_cmpint (EVP_DigestSignInit_ex (context, &key_context, digest, NULL, NULL, self->pkey, NULL), ==, 1);
  if (EVP_PKEY_is_a (self->pkey, "RSA"))
    {
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING), >, 0);
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, 32), >, 0);
    }
  g_assert_cmpint (
      EVP_DigestSign (context, signature, &length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), ==, 1);
  EVP_MD_CTX_free (context);
  return to_hex (signature, length);
}

static TestRole *
role_new (TestRepository *repository, const char *name)
{
  TestRole *self = g_new0 (TestRole, 1);

  self->name = g_strdup (name);
  self->version = 1;
  self->expires = repository->now + DAY;
  self->threshold = 1;
  self->spec_version = g_strdup ("1.0.31");
  self->keys = g_ptr_array_new ();
  self->targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->custom = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);
  self->delegates = g_ptr_array_new ();
  self->paths = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->keys, test_repository_key (repository, "ed25519"));
  return self;
}

static void
role_free (TestRole *self)
{
  for (guint i = 0; i < self->delegates->len; i++)
    role_free (g_ptr_array_index (self->delegates, i));
  g_free (self->name);
  g_free (self->spec_version);
  g_ptr_array_unref (self->keys);
  g_hash_table_unref (self->targets);
  g_hash_table_unref (self->custom);
  g_ptr_array_unref (self->delegates);
  g_ptr_array_unref (self->paths);
  g_free (self);
}

static GBytes *
serve (TestRepository *self, GHashTable *from, const char *name, gsize max_length, GError **error)
{
  GBytes *bytes = g_hash_table_lookup (from, name);

  g_ptr_array_add (self->requests, g_strdup (name));
  if (bytes == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s: 404", name);
  else if (g_bytes_get_size (bytes) > max_length)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s: more than %zu bytes", name, max_length);
  else
    return g_bytes_ref (bytes);
  return NULL;
}

static GBytes *
serve_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  TestRepository *self = (TestRepository *) source;

  return serve (self, self->files, name, max_length, error);
}

static GBytes *
serve_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  TestRepository *self = (TestRepository *) source;

  return serve (self, self->targets, place, max_length, error);
}

TestRepository *
test_repository_new (void)
{
  TestRepository *self = g_new0 (TestRepository, 1);

  self->source.metadata = serve_metadata;
  self->source.target = serve_target;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) test_key_free);
  self->root_signers = g_ptr_array_new ();
  self->now = NOW;
  self->with_hashes = TRUE;
  self->consistent = TRUE;
  self->root = role_new (self, "root");
  self->timestamp = role_new (self, "timestamp");
  self->snapshot = role_new (self, "snapshot");
  self->top = role_new (self, "targets");
  self->base = test_repository_delegate (self, self->top, "debian-12-x86-64", "debian-12-x86-64/?*");
  test_repository_publish_root (self);
  test_repository_publish (self);
  return self;
}

void
test_repository_free (TestRepository *self)
{
  role_free (self->root);
  role_free (self->timestamp);
  role_free (self->snapshot);
  role_free (self->top);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->targets);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->root_signers);
  g_ptr_array_unref (self->keys);
  g_free (self);
}

TestKey *
test_repository_key (TestRepository *self, const char *type)
{
  TestKey *key = test_key_new (type);

  g_ptr_array_add (self->keys, key);
  return key;
}

void
test_repository_rotate (TestRepository *self, TestRole *role)
{
  g_ptr_array_set_size (role->keys, 0);
  g_ptr_array_add (role->keys, test_repository_key (self, "ed25519"));
}

TestRole *
test_repository_delegate (TestRepository *self, TestRole *parent, const char *name, const char *pattern)
{
  TestRole *role = role_new (self, name);

  g_ptr_array_add (role->paths, g_strdup (pattern));
  g_ptr_array_add (parent->delegates, role);
  return role;
}

void
test_role_add_target (TestRole *role, const char *path, const char *content)
{
  g_hash_table_insert (role->targets, g_strdup (path), g_bytes_new (content, strlen (content)));
}

GBytes *
test_repository_sign (JsonNode *body, GPtrArray *keys)
{
  g_autoptr (GBytes) canonical = suture_json_canonical (body);
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *signatures = json_array_new ();
  char *text;

  for (guint i = 0; i < keys->len; i++)
    {
      TestKey *key = g_ptr_array_index (keys, i);
      g_autofree char *value = test_key_sign (key, canonical);
      JsonObject *signature = json_object_new ();

      json_object_set_string_member (signature, "keyid", key->id);
      json_object_set_string_member (signature, "sig", value);
      json_array_add_object_element (signatures, signature);
    }
  json_object_set_array_member (object, "signatures", signatures);
  json_object_set_member (object, "signed", json_node_ref (body));
  json_node_init_object (node, object);
  text = json_to_string (node, TRUE);
  return g_bytes_new_take (text, strlen (text));
}

static JsonObject *
common_body (const TestRole *role, const char *type)
{
  JsonObject *body = json_object_new ();
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (role->expires);
  g_autofree char *expires = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");

  json_object_set_string_member (body, "_type", type);
  json_object_set_string_member (body, "spec_version", role->spec_version);
  json_object_set_int_member (body, "version", role->version);
  json_object_set_string_member (body, "expires", expires);
  json_object_set_string_member (body, "x-unknown", "kept \"\\ \n ä");
  return body;
}

/* "keyids" and "threshold" of @role into @object, its keys into @keys. */
static void
describe_role (const TestRole *role, JsonObject *object, JsonObject *keys)
{
  JsonArray *ids = json_array_new ();

  for (guint i = 0; i < role->keys->len; i++)
    {
      TestKey *key = g_ptr_array_index (role->keys, i);

      json_array_add_string_element (ids, key->id);
      json_object_set_member (keys, key->id, json_node_copy (key->public));
    }
  json_object_set_array_member (object, "keyids", ids);
  json_object_set_int_member (object, "threshold", role->threshold);
}

static GBytes *
finish (TestRepository *self, JsonObject *body, GPtrArray *signers, const char *name)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), body);
  GBytes *bytes = test_repository_sign (node, signers);

  json_object_unref (body);
  g_hash_table_insert (self->files, g_strdup (name), bytes);
  return bytes;
}

void
test_repository_publish_root (TestRepository *self)
{
  TestRole *roles[] = { self->root, self->timestamp, self->snapshot, self->top };
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".root.json", self->root->version);
  g_autoptr (GPtrArray) signers = g_ptr_array_copy (self->root->keys, NULL, NULL);
  JsonObject *body = common_body (self->root, "root");
  JsonObject *keys = json_object_new ();
  JsonObject *described = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      JsonObject *role = json_object_new ();

      describe_role (roles[i], role, keys);
      json_object_set_object_member (described, roles[i]->name, role);
    }
  json_object_set_boolean_member (body, "consistent_snapshot", self->consistent);
  json_object_set_object_member (body, "keys", keys);
  json_object_set_object_member (body, "roles", described);
  for (guint i = 0; i < self->root_signers->len; i++)
    if (!g_ptr_array_find (signers, g_ptr_array_index (self->root_signers, i), NULL))
      g_ptr_array_add (signers, g_ptr_array_index (self->root_signers, i));
  finish (self, body, signers, name);
  g_ptr_array_set_size (self->root_signers, 0);
  g_ptr_array_extend (self->root_signers, self->root->keys, NULL, NULL);
}

static void
describe_bytes (JsonObject *object, GBytes *bytes)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  JsonObject *hashes = json_object_new ();

  json_object_set_string_member (hashes, "sha256", digest);
  json_object_set_int_member (object, "length", (gint64) g_bytes_get_size (bytes));
  json_object_set_object_member (object, "hashes", hashes);
}

static void
describe_file (TestRepository *self, JsonObject *meta, const TestRole *role, GBytes *bytes)
{
  g_autofree char *name = g_strconcat (role->name, ".json", NULL);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "version", role->version);
  if (self->with_hashes)
    describe_bytes (object, bytes);
  json_object_set_object_member (meta, name, object);
}

static char *
file_name (TestRepository *self, const TestRole *role)
{
  g_autofree char *encoded = g_uri_escape_string (role->name, NULL, FALSE);

  if (!self->consistent)
    return g_strconcat (encoded, ".json", NULL);
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", role->version, encoded);
}

static void
serve_content (TestRepository *self, const char *path, GBytes *content)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  char *place = strchr (path, '/') != NULL ? g_strdup_printf ("%s/%s.%s", folder, digest, base)
                                           : g_strdup_printf ("%s.%s", digest, base);

  if (!self->consistent)
    {
      g_free (place);
      place = g_strdup (path);
    }
  g_hash_table_insert (self->targets, place, g_bytes_ref (content));
}

static JsonObject *
describe_targets (TestRepository *self, TestRole *role)
{
  JsonObject *targets = json_object_new ();
  GHashTableIter iter;
  gpointer path, content;

  g_hash_table_iter_init (&iter, role->targets);
  while (g_hash_table_iter_next (&iter, &path, &content))
    {
      JsonObject *object = json_object_new ();
      JsonNode *custom = g_hash_table_lookup (role->custom, path);

      describe_bytes (object, content);
      if (custom != NULL)
        json_object_set_member (object, "custom", json_node_copy (custom));
      json_object_set_object_member (targets, path, object);
      serve_content (self, path, content);
    }
  return targets;
}

static JsonObject *
describe_delegations (const TestRole *role)
{
  JsonObject *delegations = json_object_new ();
  JsonObject *keys = json_object_new ();
  JsonArray *roles = json_array_new ();

  for (guint i = 0; i < role->delegates->len; i++)
    {
      const TestRole *delegate = g_ptr_array_index (role->delegates, i);
      JsonObject *object = json_object_new ();
      JsonArray *paths = json_array_new ();

      for (guint j = 0; j < delegate->paths->len; j++)
        json_array_add_string_element (paths, g_ptr_array_index (delegate->paths, j));
      describe_role (delegate, object, keys);
      json_object_set_string_member (object, "name", delegate->name);
      json_object_set_boolean_member (object, "terminating", delegate->terminating);
      json_object_set_array_member (object, "paths", paths);
      json_array_add_object_element (roles, object);
    }
  json_object_set_object_member (delegations, "keys", keys);
  json_object_set_array_member (delegations, "roles", roles);
  return delegations;
}

/* @role and all that it delegates to, described in @meta. */
static void
publish_targets (TestRepository *self, TestRole *role, JsonObject *meta)
{
  g_autofree char *name = file_name (self, role);
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  JsonObject *body;

  if (role->ghost)
    return;
  body = common_body (role, "targets");
  json_object_set_object_member (body, "targets", describe_targets (self, role));
  if (role->delegates->len > 0)
    json_object_set_object_member (body, "delegations", describe_delegations (role));
  describe_file (self, meta, role, finish (self, body, role->unsigned_by_me ? nobody : role->keys, name));
  for (guint i = 0; i < role->delegates->len; i++)
    publish_targets (self, g_ptr_array_index (role->delegates, i), meta);
}

void
test_repository_publish (TestRepository *self)
{
  g_autofree char *snapshot_name = file_name (self, self->snapshot);
  JsonObject *timestamp = common_body (self->timestamp, "timestamp");
  JsonObject *snapshot = common_body (self->snapshot, "snapshot");
  JsonObject *roles = json_object_new ();
  JsonObject *only = json_object_new ();

  publish_targets (self, self->top, roles);
  json_object_set_object_member (snapshot, "meta", roles);
  describe_file (self, only, self->snapshot, finish (self, snapshot, self->snapshot->keys, snapshot_name));
  json_object_set_object_member (timestamp, "meta", only);
  if (self->issued != 0)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (self->issued);
      g_autofree char *issued = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");

      json_object_set_string_member (timestamp, "issued", issued);
    }
  finish (self, timestamp, self->timestamp->keys, "timestamp.json");
}

void
test_repository_next (TestRepository *self)
{
  self->timestamp->version++;
  self->snapshot->version++;
  self->top->version++;
  self->base->version++;
  test_repository_publish (self);
}

GBytes *
test_repository_get (TestRepository *self, const char *name)
{
  GBytes *bytes = g_hash_table_lookup (self->files, name);

  g_assert_nonnull (bytes);
  return bytes;
}

void
test_repository_set (TestRepository *self, const char *name, GBytes *bytes)
{
  if (bytes == NULL)
    g_hash_table_remove (self->files, name);
  else
    g_hash_table_insert (self->files, g_strdup (name), g_bytes_ref (bytes));
}

static void
write_file (const char *name, const char *suffix, const void *data, gsize length)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), file, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize) length, NULL));
}

void
test_repository_configure (TestRepository *self, const char *name, const char *settings)
{
  g_autofree char *text = g_strdup_printf ("[Feed]\nURL=https://%s.example\n%s", name, settings);
  GBytes *root = test_repository_get (self, "1.root.json");

  write_file (name, ".conf", text, strlen (text));
  write_file (name, ".root.json", g_bytes_get_data (root, NULL), g_bytes_get_size (root));
}
