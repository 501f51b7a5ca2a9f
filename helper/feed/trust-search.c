/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"
#include "base/json.h"
#include "feed/trust-private.h"

#define DELEGATIONS_MAX 64            /* roles looked into in one search */
#define TARGET_MAX (64 * 1024 * 1024) /* bytes of a target in memory; payloads are streamed elsewhere */

static gboolean
is_fresh (SutureTrust *self, GError **error)
{
  if (self->targets != NULL)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "the feed was not checked yet");
  return FALSE;
}

static gboolean
not_found (GError **error, const char *what)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "the feed has no %s", what);
  return FALSE;
}

static SutureTrustWanted
wanted_of (const SutureMetadata *delegator, const SutureDelegation *delegation)
{
  return (SutureTrustWanted){ delegation->name, SUTURE_METADATA_TARGETS, delegation->role,
                              delegator->delegations->keys };
}

/* The current metadata of a delegated role, as @delegator's keys sign it; it stays part of @self. */
static SutureMetadata *
obtain_delegated (SutureTrust *self,
                  SutureSource *source,
                  const SutureMetadata *delegator,
                  const SutureDelegation *delegation,
                  GError **error)
{
  SutureTrustWanted wanted = wanted_of (delegator, delegation);
  g_autofree char *name = g_strconcat (delegation->name, ".json", NULL);
  const SutureMetadataFile *listed = suture_metadata_file (self->snapshot, name);
  SutureMetadata *cached = g_hash_table_lookup (self->delegated, delegation->name);

  /* two roles may delegate to one name with different keys: nobody's word counts for somebody else */
  if (cached != NULL)
    return suture_role_verify (wanted.role, wanted.keys, cached->envelope, wanted.name, error) ? cached : NULL;
  if (listed == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the snapshot does not describe %s", delegation->name);
      return NULL;
    }
  cached = suture_trust_update (self, source, &wanted, listed, NULL, error);
  if (cached != NULL)
    g_hash_table_insert (self->delegated, g_strdup (delegation->name), cached);
  return cached;
}

/* All targets of @metadata that @delegation covers. */
static GPtrArray *
collect (const SutureMetadata *metadata, const SutureDelegation *delegation, GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_target_free);
  g_autoptr (GList) paths = json_object_get_members (metadata->targets);

  for (GList *l = paths; l != NULL; l = l->next)
    {
      JsonObject *object = NULL;
      SutureTarget *target;

      if (!suture_delegation_covers (delegation, l->data))
        continue;
      if (!suture_json_read_object (metadata->targets, l->data, SUTURE_JSON_REQUIRED, &object, error))
        return NULL;
      target = suture_target_parse (l->data, object, error);
      if (target == NULL)
        return NULL;
      g_ptr_array_add (targets, target);
    }
  return g_steal_pointer (&targets);
}

GPtrArray *
suture_trust_list (SutureTrust *self, SutureSource *source, const char *role, GError **error)
{
  const SutureDelegation *delegation;
  SutureMetadata *metadata;

  if (!is_fresh (self, error))
    return NULL;
  delegation = suture_delegations_find (self->targets->delegations, role);
  if (delegation == NULL)
    {
      not_found (error, "improvements for this system");
      return NULL;
    }
  metadata = obtain_delegated (self, source, self->targets, delegation, error);
  return metadata != NULL ? collect (metadata, delegation, error) : NULL;
}

/* *@target is NULL when @metadata does not have it. */
static gboolean
look_into (const SutureMetadata *metadata, const char *path, SutureTarget **target, GError **error)
{
  JsonObject *object = NULL;

  *target = NULL;
  if (!suture_json_read_object (metadata->targets, path, SUTURE_JSON_OPTIONAL, &object, error))
    return FALSE;
  if (object != NULL)
    *target = suture_target_parse (path, object, error);
  return object == NULL || *target != NULL;
}

typedef struct
{
  const SutureMetadata *delegator;
  const SutureDelegation *delegation;
} Visit;

/* Puts the delegations of @metadata for @path on top of @pending, the first one uppermost. A terminating one ends the
 * search behind it, here and in all roles that were still to come. */
static void
push_delegations (GArray *pending, const SutureMetadata *metadata, const char *path)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Visit));
  guint count = metadata->delegations != NULL ? metadata->delegations->roles->len : 0;

  for (guint i = 0; i < count; i++)
    {
      Visit visit = { metadata, g_ptr_array_index (metadata->delegations->roles, i) };

      if (!suture_delegation_covers (visit.delegation, path))
        continue;
      g_array_append_val (found, visit);
      if (visit.delegation->terminating)
        {
          g_array_set_size (pending, 0);
          break;
        }
    }
  for (guint i = found->len; i > 0; i--)
    g_array_append_val (pending, g_array_index (found, Visit, i - 1));
}

SutureTarget *
suture_trust_find (SutureTrust *self, SutureSource *source, const char *path, GError **error)
{
  g_autoptr (GArray) pending = g_array_new (FALSE, FALSE, sizeof (Visit));
  g_autoptr (GHashTable) visited = g_hash_table_new (g_str_hash, g_str_equal);
  const SutureMetadata *metadata = self->targets;
  SutureTarget *target = NULL;

  if (!is_fresh (self, error))
    return NULL;
  for (;;)
    {
      Visit visit;

      if (!look_into (metadata, path, &target, error) || target != NULL)
        return target;
      push_delegations (pending, metadata, path);
      do
        {
          if (pending->len == 0 || g_hash_table_size (visited) == DELEGATIONS_MAX)
            {
              not_found (error, "such target");
              return NULL;
            }
          visit = g_array_index (pending, Visit, pending->len - 1);
          g_array_set_size (pending, pending->len - 1);
        }
      while (!g_hash_table_add (visited, visit.delegation->name));
      metadata = obtain_delegated (self, source, visit.delegator, visit.delegation, error);
      if (metadata == NULL)
        return NULL;
    }
}

/* *@metadata is the trusted copy in the folder, which must be there. */
static gboolean
load_trusted (SutureTrust *self, const SutureTrustWanted *wanted, SutureMetadata **metadata, GError **error)
{
  if (!suture_trust_load_local (self, wanted, metadata, error))
    return FALSE;
  return *metadata != NULL || not_found (error, "trusted metadata here yet");
}

SutureTarget *
suture_trust_lookup_local (SutureTrust *self, const char *role, const char *path, GError **error)
{
  SutureTrustWanted wanted = suture_trust_wanted (self->root, SUTURE_METADATA_TARGETS);
  g_autoptr (SutureMetadata) targets = NULL;
  g_autoptr (SutureMetadata) metadata = NULL;
  const SutureDelegation *delegation;
  SutureTarget *target = NULL;

  if (!load_trusted (self, &wanted, &targets, error))
    return NULL;
  delegation = suture_delegations_find (targets->delegations, role);
  if (delegation == NULL || !suture_delegation_covers (delegation, path))
    {
      not_found (error, "such target");
      return NULL;
    }
  wanted = wanted_of (targets, delegation);
  if (!load_trusted (self, &wanted, &metadata, error) || !look_into (metadata, path, &target, error))
    return NULL;
  if (target == NULL)
    not_found (error, "such target");
  return target;
}

GBytes *
suture_trust_fetch (SutureTrust *self, SutureSource *source, const SutureTarget *target, GError **error)
{
  g_autofree char *place = suture_target_place (target, self->root->consistent);
  g_autoptr (GBytes) bytes = NULL;

  if (target->length > TARGET_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the target is longer than %d bytes", TARGET_MAX);
      return NULL;
    }
  bytes = source->target (source, place, (gsize) target->length, error);
  if (bytes == NULL || !suture_target_matches (target, bytes, error))
    return NULL;
  return g_steal_pointer (&bytes);
}

static gboolean
export_roots (SutureTrust *self, SutureTrustAdd add, gpointer user_data, GError **error)
{
  gint64 first = self->root->version;

  /* the chain has no gap, so it begins where the first one is missing */
  for (gint64 version = first - 1; version > 0; version--)
    {
      g_autoptr (GBytes) bytes = NULL;

      if (!suture_store_load_root (self->store, version, &bytes, error))
        return FALSE;
      if (bytes == NULL)
        break;
      first = version;
    }
  for (gint64 version = first; version <= self->root->version; version++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".root.json", version);
      g_autoptr (GBytes) bytes = NULL;

      if (!suture_store_load_root (self->store, version, &bytes, error)
          || (bytes != NULL && !add (name, bytes, user_data, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
export_one (SutureTrust *self,
            const char *role,
            const SutureMetadata *metadata,
            SutureTrustAdd add,
            gpointer user_data,
            GError **error)
{
  g_autofree char *name = metadata->type == SUTURE_METADATA_TIMESTAMP
                              ? g_strdup ("timestamp.json")
                              : suture_trust_file_name (self, role, metadata->version);

  return add (name, metadata->envelope->bytes, user_data, error);
}

gboolean
suture_trust_export (SutureTrust *self, const char *role, SutureTrustAdd add, gpointer user_data, GError **error)
{
  const SutureMetadata *delegated = role != NULL ? g_hash_table_lookup (self->delegated, role) : NULL;

  if (!is_fresh (self, error))
    return FALSE;
  if (role != NULL && delegated == NULL)
    return not_found (error, "metadata of this role");
  return export_roots (self, add, user_data, error)
         && export_one (self, "timestamp", self->timestamp, add, user_data, error)
         && export_one (self, "snapshot", self->snapshot, add, user_data, error)
         && export_one (self, "targets", self->targets, add, user_data, error)
         && (delegated == NULL || export_one (self, role, delegated, add, user_data, error));
}
