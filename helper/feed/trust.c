/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/trust.h"

#include "base/error.h"
#include "feed/trust-private.h"

static void
drop_roles (SutureTrust *self)
{
  g_clear_pointer (&self->timestamp, suture_metadata_free);
  g_clear_pointer (&self->snapshot, suture_metadata_free);
  g_clear_pointer (&self->targets, suture_metadata_free);
  g_hash_table_remove_all (self->delegated);
}

SutureTrustWanted
suture_trust_wanted (const SutureMetadata *root, SutureMetadataType type)
{
  return (SutureTrustWanted){ suture_metadata_type_name (type), type, root->roles[type], root->keys };
}

SutureMetadata *
suture_trust_verify (const SutureTrustWanted *wanted, GBytes *bytes, GError **error)
{
  g_autoptr (SutureEnvelope) envelope
      = suture_envelope_parse (bytes, suture_metadata_max_length (wanted->type), error);

  if (envelope == NULL)
    {
      g_prefix_error (error, "%s: ", wanted->name);
      return NULL;
    }
  if (!suture_role_verify (wanted->role, wanted->keys, envelope, wanted->name, error))
    return NULL;
  return suture_metadata_parse (g_steal_pointer (&envelope), wanted->type, error);
}

gboolean
suture_trust_load_local (SutureTrust *self, const SutureTrustWanted *wanted, SutureMetadata **local, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  *local = NULL;
  if (!suture_store_load (self->store, wanted->name, wanted->type, &bytes, error))
    return FALSE;
  /* a copy whose keys were removed since, or that a disk spoiled, is no copy */
  if (bytes != NULL)
    *local = suture_trust_verify (wanted, bytes, NULL);
  return TRUE;
}

char *
suture_trust_file_name (const SutureTrust *self, const char *role, gint64 version)
{
  g_autofree char *encoded = g_uri_escape_string (role, NULL, FALSE);

  if (!self->root->consistent)
    return g_strconcat (encoded, ".json", NULL);
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, encoded);
}

GBytes *
suture_trust_get_file (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  g_autoptr (GBytes) bytes = source->metadata (source, name, max_length, error);

  if (bytes == NULL || g_bytes_get_size (bytes) <= max_length)
    return g_steal_pointer (&bytes);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s is longer than it may be", name);
  return NULL;
}

static SutureMetadata *
fetch_listed (SutureTrust *self,
              SutureSource *source,
              const SutureTrustWanted *wanted,
              const SutureMetadataFile *listed,
              GError **error)
{
  g_autofree char *name = suture_trust_file_name (self, wanted->name, listed->version);
  gsize max_length = suture_metadata_max_length (wanted->type);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SutureMetadata) metadata = NULL;

  if (listed->length > (gint64) max_length)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is said to be longer than it may be", name);
      return NULL;
    }
  bytes = suture_trust_get_file (source, name, listed->length >= 0 ? (gsize) listed->length : max_length, error);
  if (bytes == NULL || !suture_metadata_file_check (listed, bytes, name, error))
    return NULL;
  metadata = suture_trust_verify (wanted, bytes, error);
  if (metadata == NULL || metadata->version == listed->version)
    return g_steal_pointer (&metadata);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_ROLLBACK,
               "%s has version %" G_GINT64_FORMAT " where %" G_GINT64_FORMAT " was promised", wanted->name,
               metadata->version, listed->version);
  return NULL;
}

SutureMetadata *
suture_trust_update (SutureTrust *self,
                     SutureSource *source,
                     const SutureTrustWanted *wanted,
                     const SutureMetadataFile *listed,
                     SutureTrustCompare compare,
                     GError **error)
{
  g_autoptr (SutureMetadata) local = NULL;
  g_autoptr (SutureMetadata) metadata = NULL;

  if (!suture_trust_load_local (self, wanted, &local, error))
    return NULL;
  if (local != NULL && local->version == listed->version
      && suture_metadata_file_check (listed, local->envelope->bytes, wanted->name, NULL))
    return suture_metadata_check_expiry (local, self->now, wanted->name, error) ? g_steal_pointer (&local) : NULL;
  metadata = fetch_listed (self, source, wanted, listed, error);
  /* all that can be said against it comes before it is saved */
  if (metadata == NULL || !suture_metadata_check_expiry (metadata, self->now, wanted->name, error)
      || (compare != NULL && local != NULL && !compare (local, metadata, error))
      || !suture_store_save (self->store, wanted->name, metadata->envelope->bytes, error))
    return NULL;
  return g_steal_pointer (&metadata);
}

SutureTrust *
suture_trust_open (const char *path, GBytes *first_root, GError **error)
{
  g_autoptr (SutureTrust) self = g_new0 (SutureTrust, 1);

  self->delegated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) suture_metadata_free);
  self->store = suture_store_open (path, error);
  if (self->store == NULL || !suture_trust_find_root (self, first_root, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
suture_trust_free (SutureTrust *self)
{
  if (self == NULL)
    return;
  drop_roles (self);
  g_clear_pointer (&self->delegated, g_hash_table_unref);
  g_clear_pointer (&self->root, suture_metadata_free);
  g_clear_pointer (&self->store, suture_store_free);
  g_free (self);
}

static gboolean
older (GError **error, const char *name, gint64 version, gint64 known)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_ROLLBACK,
               "%s has version %" G_GINT64_FORMAT ", older than the known %" G_GINT64_FORMAT, name, version, known);
  return FALSE;
}

static gboolean
update_timestamp (SutureTrust *self, SutureSource *source, SutureMetadata **known, GError **error)
{
  SutureTrustWanted wanted = suture_trust_wanted (self->root, SUTURE_METADATA_TIMESTAMP);
  g_autoptr (GBytes) bytes = suture_trust_get_file (source, "timestamp.json", suture_metadata_max_length (wanted.type), error);
  g_autoptr (SutureMetadata) metadata = bytes != NULL ? suture_trust_verify (&wanted, bytes, error) : NULL;
  const SutureMetadata *old = *known;

  if (metadata == NULL)
    return FALSE;
  if (old != NULL && metadata->version < old->version)
    return older (error, "timestamp", metadata->version, old->version);
  if (old != NULL && metadata->version == old->version)
    {
      self->timestamp = g_steal_pointer (known);
      return suture_metadata_check_expiry (self->timestamp, self->now, "timestamp", error);
    }
  if (old != NULL)
    {
      gint64 version = suture_metadata_file (metadata, "snapshot.json")->version;
      gint64 floor = suture_metadata_file (old, "snapshot.json")->version;

      if (version < floor)
        return older (error, "snapshot", version, floor);
    }
  /* before it is saved: one that was refused must not stand in the way of the next (CVE-2025-2888) */
  if (!suture_metadata_check_expiry (metadata, self->now, "timestamp", error)
      || !suture_store_save (self->store, "timestamp", bytes, error))
    return FALSE;
  self->now = MAX (self->now, metadata->issued);
  self->timestamp = g_steal_pointer (&metadata);
  return TRUE;
}

/* Every role that @old describes must be in @new, and not older. */
static gboolean
check_snapshot (const SutureMetadata *old, const SutureMetadata *new, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  if (new->version < old->version)
    return older (error, "snapshot", new->version, old->version);
  g_hash_table_iter_init (&iter, old->files);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const SutureMetadataFile *before = value;
      const SutureMetadataFile *after = suture_metadata_file (new, name);

      if (after == NULL || after->version < before->version)
        return older (error, name, after != NULL ? after->version : 0, before->version);
    }
  return TRUE;
}

static gboolean
update_snapshot (SutureTrust *self, SutureSource *source, GError **error)
{
  SutureTrustWanted wanted = suture_trust_wanted (self->root, SUTURE_METADATA_SNAPSHOT);

  self->snapshot = suture_trust_update (self, source, &wanted, suture_metadata_file (self->timestamp, "snapshot.json"),
                                        check_snapshot, error);
  return self->snapshot != NULL;
}

static gboolean
update_targets (SutureTrust *self, SutureSource *source, GError **error)
{
  SutureTrustWanted wanted = suture_trust_wanted (self->root, SUTURE_METADATA_TARGETS);

  /* how old it may be is what the snapshot was asked */
  self->targets = suture_trust_update (self, source, &wanted, suture_metadata_file (self->snapshot, "targets.json"), NULL,
                                       error);
  return self->targets != NULL;
}

static gboolean
refresh (SutureTrust *self, SutureSource *source, GError **error)
{
  g_autoptr (SutureMetadata) known = NULL; /* the timestamp of the last refresh */
  SutureTrustWanted wanted;

  if (!suture_trust_update_root (self, source, error))
    return FALSE;
  wanted = suture_trust_wanted (self->root, SUTURE_METADATA_TIMESTAMP);
  if (!suture_trust_load_local (self, &wanted, &known, error))
    return FALSE;
  if (known != NULL)
    self->now = MAX (self->now, known->issued);
  return suture_metadata_check_expiry (self->root, self->now, "root", error)
         && update_timestamp (self, source, &known, error) && update_snapshot (self, source, error)
         && update_targets (self, source, error);
}

gboolean
suture_trust_refresh (SutureTrust *self, SutureSource *source, gint64 now, GError **error)
{
  drop_roles (self);
  self->now = now;
  if (refresh (self, source, error))
    return TRUE;
  drop_roles (self);
  return FALSE;
}

gint64
suture_trust_get_time (SutureTrust *self)
{
  return self->now;
}

const SutureMetadata *
suture_trust_get (SutureTrust *self, const char *role)
{
  const SutureMetadata *const top_levels[]
      = { [SUTURE_METADATA_ROOT] = self->root, [SUTURE_METADATA_TIMESTAMP] = self->timestamp,
          [SUTURE_METADATA_SNAPSHOT] = self->snapshot, [SUTURE_METADATA_TARGETS] = self->targets };

  for (int type = 0; type < SUTURE_N_METADATA_TYPES; type++)
    if (g_str_equal (role, suture_metadata_type_name (type)))
      return top_levels[type];
  return g_hash_table_lookup (self->delegated, role);
}

/* A server that has what the folder has. All but the timestamp is found in the folder without asking. */
typedef struct
{
  SutureSource source; /* first, so that a source is its folder */
  SutureStore *store;
} Folder;

static GBytes *
get_stored (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  Folder *folder = (Folder *) source;
  g_autoptr (GBytes) bytes = NULL;

  if (g_str_equal (name, "timestamp.json")
      && !suture_store_load (folder->store, "timestamp", SUTURE_METADATA_TIMESTAMP, &bytes, error))
    return NULL;
  if (bytes == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no copy of %s", name);
  return g_steal_pointer (&bytes);
}

gboolean
suture_trust_resume (SutureTrust *self, gint64 now, GError **error)
{
  Folder folder = { { get_stored, NULL }, self->store };

  return suture_trust_refresh (self, &folder.source, now, error);
}
