/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/metadata.h"

#include "base/error.h"
#include "base/json.h"

/* The limits are those that other clients use; a snapshot of 20,000 roles or a role of 10,000 targets fits. */
static const struct
{
  const char *name;
  gsize max_length;
} types[] = {
  [SUTURE_METADATA_ROOT] = { "root", 512 * 1024 },
  [SUTURE_METADATA_TIMESTAMP] = { "timestamp", 16 * 1024 },
  [SUTURE_METADATA_SNAPSHOT] = { "snapshot", 2 * 1024 * 1024 },
  [SUTURE_METADATA_TARGETS] = { "targets", 5 * 1024 * 1024 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (types) == SUTURE_N_METADATA_TYPES);

const char *
suture_metadata_type_name (SutureMetadataType type)
{
  return types[type].name;
}

gsize
suture_metadata_max_length (SutureMetadataType type)
{
  return types[type].max_length;
}

static void
file_free (gpointer data)
{
  SutureMetadataFile *self = data;

  suture_hashes_clear (&self->hashes);
  g_free (self);
}

static gboolean
malformed (GError **error, const char *what)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s", what);
  return FALSE;
}

/* "1.0", "1.0.31": what this client was written for. */
static gboolean
check_spec_version (JsonObject *body, GError **error)
{
  const char *text = NULL;
  g_auto (GStrv) parts = NULL;
  guint count;

  if (!suture_json_read_string (body, "spec_version", SUTURE_JSON_REQUIRED, &text, error))
    return FALSE;
  parts = g_strsplit (text, ".", 4);
  count = g_strv_length (parts);
  for (guint i = 0; i < count; i++)
    if (!g_ascii_string_to_unsigned (parts[i], 10, 0, G_MAXUINT32, NULL, NULL))
      return malformed (error, "\"spec_version\" is no version");
  if (count < 2 || count > 3 || !g_str_equal (parts[0], "1"))
    return malformed (error, "\"spec_version\" is not 1.x");
  return TRUE;
}

static gboolean
read_common (SutureMetadata *self, JsonObject *body, GError **error)
{
  const char *type = NULL;

  if (!suture_json_read_string (body, "_type", SUTURE_JSON_REQUIRED, &type, error)
      || !suture_json_read_integer (body, "version", SUTURE_JSON_REQUIRED, 1, G_MAXINT64, &self->version, error)
      || !suture_json_read_time (body, "expires", SUTURE_JSON_REQUIRED, &self->expires, error))
    return FALSE;
  if (!g_str_equal (type, types[self->type].name))
    return malformed (error, "it is metadata of another role");
  return check_spec_version (body, error);
}

static gboolean
read_root (SutureMetadata *self, JsonObject *body, GError **error)
{
  JsonObject *keys = NULL;
  JsonObject *roles = NULL;

  self->consistent = FALSE;
  if (!suture_json_read_boolean (body, "consistent_snapshot", SUTURE_JSON_OPTIONAL, &self->consistent, error)
      || !suture_json_read_object (body, "keys", SUTURE_JSON_REQUIRED, &keys, error)
      || !suture_json_read_object (body, "roles", SUTURE_JSON_REQUIRED, &roles, error))
    return FALSE;
  self->keys = suture_role_parse_keys (keys, error);
  if (self->keys == NULL)
    return FALSE;
  for (int type = 0; type < SUTURE_N_METADATA_TYPES; type++)
    {
      JsonObject *role = NULL;

      if (!suture_json_read_object (roles, types[type].name, SUTURE_JSON_REQUIRED, &role, error))
        return FALSE;
      self->roles[type] = suture_role_parse (role, error);
      if (self->roles[type] == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_file (SutureMetadataFile *file, JsonObject *object, GError **error)
{
  JsonObject *hashes = NULL;

  file->length = -1;
  return suture_json_read_integer (object, "version", SUTURE_JSON_REQUIRED, 1, G_MAXINT64, &file->version, error)
         && suture_json_read_integer (object, "length", SUTURE_JSON_OPTIONAL, 1, G_MAXINT64, &file->length, error)
         && suture_json_read_object (object, "hashes", SUTURE_JSON_OPTIONAL, &hashes, error)
         && (hashes == NULL || suture_hashes_parse (&file->hashes, hashes, error));
}

/* @must: the file that must be described. */
static gboolean
read_files (SutureMetadata *self, JsonObject *body, const char *must, GError **error)
{
  JsonObject *meta = NULL;
  g_autoptr (GList) names = NULL;

  if (!suture_json_read_object (body, "meta", SUTURE_JSON_REQUIRED, &meta, error))
    return FALSE;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_free);
  names = json_object_get_members (meta);
  for (GList *l = names; l != NULL; l = l->next)
    {
      SutureMetadataFile *file = g_new0 (SutureMetadataFile, 1);
      JsonObject *object = NULL;

      g_hash_table_insert (self->files, g_strdup (l->data), file);
      if (!suture_json_read_object (meta, l->data, SUTURE_JSON_REQUIRED, &object, error)
          || !read_file (file, object, error))
        return FALSE;
    }
  return g_hash_table_contains (self->files, must) || malformed (error, "it does not describe the next role");
}

static gboolean
read_timestamp (SutureMetadata *self, JsonObject *body, GError **error)
{
  if (!read_files (self, body, "snapshot.json", error)
      || !suture_json_read_time (body, "issued", SUTURE_JSON_OPTIONAL, &self->issued, error))
    return FALSE;
  return self->issued < self->expires || malformed (error, "it was issued after it expires");
}

static gboolean
read_targets (SutureMetadata *self, JsonObject *body, GError **error)
{
  JsonObject *delegations = NULL;

  if (!suture_json_read_object (body, "targets", SUTURE_JSON_REQUIRED, &self->targets, error)
      || !suture_json_read_object (body, "delegations", SUTURE_JSON_OPTIONAL, &delegations, error))
    return FALSE;
  if (delegations != NULL)
    self->delegations = suture_delegations_parse (delegations, error);
  return delegations == NULL || self->delegations != NULL;
}

static gboolean
read_body (SutureMetadata *self, JsonObject *body, GError **error)
{
  if (!read_common (self, body, error))
    return FALSE;
  switch (self->type)
    {
    case SUTURE_METADATA_ROOT:
      return read_root (self, body, error);
    case SUTURE_METADATA_TIMESTAMP:
      return read_timestamp (self, body, error);
    case SUTURE_METADATA_SNAPSHOT:
      return read_files (self, body, "targets.json", error);
    case SUTURE_METADATA_TARGETS:
    default:
      return read_targets (self, body, error);
    }
}

SutureMetadata *
suture_metadata_parse (SutureEnvelope *envelope, SutureMetadataType type, GError **error)
{
  g_autoptr (SutureMetadata) self = g_new0 (SutureMetadata, 1);

  self->type = type;
  self->envelope = envelope;
  if (read_body (self, envelope->body, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", types[type].name);
  return NULL;
}

SutureMetadata *
suture_metadata_parse_root (GBytes *bytes, GError **error)
{
  g_autoptr (SutureEnvelope) envelope
      = suture_envelope_parse (bytes, suture_metadata_max_length (SUTURE_METADATA_ROOT), error);
  g_autoptr (SutureMetadata) root = NULL;

  if (envelope != NULL)
    root = suture_metadata_parse (g_steal_pointer (&envelope), SUTURE_METADATA_ROOT, error);
  if (root == NULL
      || !suture_role_verify (root->roles[SUTURE_METADATA_ROOT], root->keys, root->envelope, "root", error))
    return NULL;
  return g_steal_pointer (&root);
}

void
suture_metadata_free (SutureMetadata *self)
{
  if (self == NULL)
    return;
  suture_envelope_free (self->envelope);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  for (int type = 0; type < SUTURE_N_METADATA_TYPES; type++)
    suture_role_free (self->roles[type]);
  g_clear_pointer (&self->files, g_hash_table_unref);
  suture_delegations_free (self->delegations);
  g_free (self);
}

const SutureMetadataFile *
suture_metadata_file (const SutureMetadata *self, const char *name)
{
  return g_hash_table_lookup (self->files, name);
}

gboolean
suture_metadata_file_check (const SutureMetadataFile *self, GBytes *bytes, const char *what, GError **error)
{
  if (self->length >= 0 && (gsize) self->length != g_bytes_get_size (bytes))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the length of %s is not the signed one", what);
      return FALSE;
    }
  if (self->hashes.sha256 == NULL && self->hashes.sha512 == NULL)
    return TRUE;
  return suture_hashes_check (self->hashes.sha256, self->hashes.sha512, bytes, what, error);
}

gboolean
suture_metadata_check_expiry (const SutureMetadata *self, gint64 now, const char *name, GError **error)
{
  if (self->expires > now)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_STALE, "%s has expired", name);
  return FALSE;
}
