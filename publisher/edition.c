/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "edition.h"

#include "base/error.h"
#include "proof.h"
#include "stage.h"

/* Days until a role expires. Whoever can't reach the publisher learns of it after the shortest, the timestamp's. */
#define TARGETS_DAYS 90
#define SNAPSHOT_DAYS 30
#define RENEW_DAYS 30      /* a role that lasts longer than this, and than the timestamp, is not signed again */
#define RENEW_ROOT_DAYS 60 /* time to find a root key that is kept elsewhere */

typedef struct
{
  SutureRepository *repository; /* the caller's */
  GPtrArray *stages;            /* SutureStage; the caller's */
  guint days;                   /* until the timestamp ends */
  JsonObject *meta;             /* the snapshot's "meta" (owned) */
} Edition;

static void
edition_clear (Edition *self)
{
  json_object_unref (self->meta);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Edition, edition_clear)

static gint64
next_version (const SutureMetadata *latest)
{
  return latest != NULL ? latest->version + 1 : 1;
}

/* Whether @latest lasts for @days, and for as long as the timestamp is going to say that all is well. */
static gboolean
lasts (const Edition *self, const SutureMetadata *latest, guint days)
{
  gint64 seconds = (gint64) MAX (days, self->days) * 24 * 60 * 60;

  return latest != NULL && latest->expires > g_get_real_time () / G_USEC_PER_SEC + seconds;
}

static void
note (Edition *self, const char *name, gint64 version, GBytes *bytes)
{
  g_autofree char *plain = g_strconcat (name, ".json", NULL);
  JsonObject *entry = json_object_new ();

  json_object_set_int_member (entry, "version", version);
  suture_repository_add_digest (entry, bytes);
  json_object_set_object_member (self->meta, plain, entry);
}

/* Signs @role (taken) as its next version, and notes it in the snapshot. */
static gboolean
add_role (Edition *self, const char *name, JsonObject *role, SutureSigner *signer, GError **error)
{
  gint64 version = json_object_get_int_member (role, "version");
  GBytes *bytes = suture_repository_add (self->repository, name, role, signer, error);

  if (bytes == NULL)
    return FALSE;
  note (self, name, version, bytes);
  return TRUE;
}

/* Notes the published version of a role that stays as it is: desktops need not fetch it again. */
static gboolean
keep_role (Edition *self, const char *name, const SutureMetadata *latest)
{
  note (self, name, latest->version, latest->envelope->bytes);
  return TRUE;
}

static gboolean
has_stage (const Edition *self, const char *role)
{
  for (guint i = 0; i < self->stages->len; i++)
    if (g_str_equal (((SutureStage *) g_ptr_array_index (self->stages, i))->role, role))
      return TRUE;
  return FALSE;
}

/* The members of @from, which stays as it is; NULL gives an empty one. */
static JsonObject *
copy_members (JsonObject *from)
{
  JsonObject *copy = json_object_new ();
  g_autoptr (GList) names = from != NULL ? json_object_get_members (from) : NULL;

  for (GList *at = names; at != NULL; at = at->next)
    json_object_set_member (copy, at->data, json_node_copy (json_object_get_member (from, at->data)));
  return copy;
}

static void
add_target (JsonObject *targets, const SutureStage *stage)
{
  g_autofree char *path = g_strconcat (stage->name, ".json", NULL);
  JsonObject *target = json_object_new ();
  JsonObject *custom = json_object_new ();

  suture_repository_add_digest (target, stage->json);
  json_object_set_string_member (custom, "id", stage->manifest->id);
  json_object_set_string_member (custom, "component", stage->manifest->component);
  json_object_set_int_member (custom, "number", stage->manifest->number);
  json_object_set_object_member (target, "custom", custom);
  json_object_set_object_member (targets, path, target);
}

/* One delegated role: what it had, and what is new of the stages. */
static gboolean
sign_base_role (Edition *self, const char *name, SutureSigner *signer, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (self->repository, name);
  JsonObject *role, *targets;

  if (!has_stage (self, name) && lasts (self, latest, RENEW_DAYS))
    return keep_role (self, name, latest);
  role = suture_repository_new_role ("targets", next_version (latest), TARGETS_DAYS);
  targets = copy_members (latest != NULL ? latest->targets : NULL);
  json_object_set_object_member (role, "targets", targets);
  for (guint i = 0; i < self->stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (self->stages, i);

      if (g_str_equal (stage->role, name))
        add_target (targets, stage);
    }
  return add_role (self, name, role, signer, error);
}

static void
add_delegation (JsonArray *roles, JsonObject *keys, const char *name, SutureSigner *signer)
{
  g_autofree char *pattern = g_strconcat (name, "/*", NULL);
  JsonObject *role = json_object_new ();
  JsonArray *ids = json_array_new ();
  JsonArray *paths = json_array_new ();

  json_array_add_string_element (ids, suture_signer_get_id (signer));
  json_array_add_string_element (paths, pattern);
  json_object_set_string_member (role, "name", name);
  json_object_set_array_member (role, "keyids", ids);
  json_object_set_int_member (role, "threshold", 1);
  json_object_set_array_member (role, "paths", paths);
  json_object_set_boolean_member (role, "terminating", TRUE);
  json_array_add_object_element (roles, role);
  json_object_set_member (keys, suture_signer_get_id (signer), suture_signer_get_key (signer));
}

/* The delegated roles there will be: those published, and those of the stages. Sorted; char *, of others. */
static GPtrArray *
role_names (const Edition *self)
{
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) sorted = NULL;
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < self->repository->roles->len; i++)
    g_hash_table_add (set, g_ptr_array_index (self->repository->roles, i));
  for (guint i = 0; i < self->stages->len; i++)
    g_hash_table_add (set, ((SutureStage *) g_ptr_array_index (self->stages, i))->role);
  sorted = g_list_sort (g_hash_table_get_keys (set), (GCompareFunc) g_strcmp0);
  for (GList *at = sorted; at != NULL; at = at->next)
    g_ptr_array_add (names, at->data);
  return names;
}

/* Signs the delegated roles, and describes who they are in @delegations. */
static gboolean
sign_base_roles (Edition *self, GPtrArray *names, JsonObject *delegations, GError **error)
{
  JsonObject *keys = json_object_new ();
  JsonArray *roles = json_array_new ();

  json_object_set_object_member (delegations, "keys", keys);
  json_object_set_array_member (delegations, "roles", roles);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      /* a key that was lost is not made again: what it signed would be signed by somebody else */
      gboolean is_new = suture_repository_latest (self->repository, name) == NULL;
      g_autoptr (SutureSigner) signer = suture_depot_signer (self->repository->depot, name, is_new, error);

      if (signer == NULL || !sign_base_role (self, name, signer, error))
        return FALSE;
      add_delegation (roles, keys, name, signer);
    }
  return TRUE;
}

static gboolean
sign_targets (Edition *self, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (self->repository, "targets");
  g_autoptr (SutureSigner) signer = suture_depot_signer (self->repository->depot, "targets", FALSE, error);
  g_autoptr (JsonObject) delegations = json_object_new ();
  g_autoptr (GPtrArray) names = role_names (self);
  JsonObject *role;

  if (signer == NULL || !sign_base_roles (self, names, delegations, error))
    return FALSE;
  if (lasts (self, latest, RENEW_DAYS) && names->len == self->repository->roles->len)
    return keep_role (self, "targets", latest);
  role = suture_repository_new_role ("targets", next_version (latest), TARGETS_DAYS);
  json_object_set_object_member (role, "targets", json_object_new ());
  json_object_set_object_member (role, "delegations", json_object_ref (delegations));
  return add_role (self, "targets", role, signer, error);
}

/* The snapshot of what was noted, and the timestamp that makes it the one that counts. */
static gboolean
sign_snapshot (Edition *self, GError **error)
{
  SutureRepository *repository = self->repository;
  const SutureMetadata *latest = suture_repository_latest (repository, "snapshot");
  const SutureMetadata *latest_timestamp = suture_repository_latest (repository, "timestamp");
  g_autoptr (SutureSigner) signer = suture_depot_signer (repository->depot, "snapshot", FALSE, error);
  g_autoptr (SutureSigner) timestamp_signer
      = signer != NULL ? suture_depot_signer (repository->depot, "timestamp", FALSE, error) : NULL;
  JsonObject *snapshot, *timestamp, *meta, *entry;
  GBytes *bytes;

  if (timestamp_signer == NULL)
    return FALSE;
  snapshot = suture_repository_new_role ("snapshot", next_version (latest), MAX (self->days, SNAPSHOT_DAYS));
  json_object_set_object_member (snapshot, "meta", json_object_ref (self->meta));
  bytes = suture_repository_add (repository, "snapshot", snapshot, signer, error);
  if (bytes == NULL)
    return FALSE;
  timestamp = suture_repository_new_role ("timestamp", next_version (latest_timestamp), self->days);
  meta = json_object_new ();
  entry = json_object_new ();
  json_object_set_int_member (entry, "version", next_version (latest));
  suture_repository_add_digest (entry, bytes);
  json_object_set_object_member (meta, "snapshot.json", entry);
  json_object_set_object_member (timestamp, "meta", meta);
  return suture_repository_add (repository, "timestamp", timestamp, timestamp_signer, error) != NULL;
}

/* Whether the key in keys/ is all that a new root needs. */
static gboolean
signs_root (SutureSigner *signer, const SutureMetadata *root)
{
  const SutureRole *role = root->roles[SUTURE_METADATA_ROOT];

  return signer != NULL && role->threshold == 1 && role->key_ids->len == 1
         && g_str_equal (g_ptr_array_index (role->key_ids, 0), suture_signer_get_id (signer));
}

/* The same root for another year, before it ends. Where its key is kept elsewhere, somebody has to bring it. */
static gboolean
renew_root (Edition *self, GError **error)
{
  const SutureMetadata *root = suture_repository_latest (self->repository, "root");
  g_autoptr (SutureSigner) signer = NULL;
  g_autoptr (GList) members = NULL;
  JsonObject *role;

  if (lasts (self, root, RENEW_ROOT_DAYS))
    return TRUE;
  signer = suture_depot_signer (self->repository->depot, "root", FALSE, NULL);
  if (!signs_root (signer, root))
    {
      g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (root->expires);
      g_autofree char *date = g_date_time_format (end, "%F");

      g_printerr ("root ends on %s, and no desktop will take anything then: put its key back into keys/root.pem and "
                  "publish again\n",
                  date);
      return TRUE;
    }
  role = suture_repository_new_role ("root", next_version (root), SUTURE_EDITION_ROOT_DAYS);
  members = json_object_get_members (root->envelope->body);
  for (GList *at = members; at != NULL; at = at->next)
    if (!json_object_has_member (role, at->data))
      json_object_set_member (role, at->data, json_node_copy (json_object_get_member (root->envelope->body, at->data)));
  return suture_repository_add (self->repository, "root", role, signer, error) != NULL;
}

gboolean
suture_edition_publish (SutureRepository *repository, GPtrArray *stages, guint days, GError **error)
{
  g_auto (Edition) self = { .repository = repository, .stages = stages, .days = days, .meta = json_object_new () };

  for (guint i = 0; i < stages->len; i++)
    if (!suture_stage_serve (g_ptr_array_index (stages, i), repository->depot, error))
      return FALSE;
  return renew_root (&self, error) && sign_targets (&self, error) && sign_snapshot (&self, error)
         && suture_proof_check (repository, g_get_real_time () / G_USEC_PER_SEC, error) && suture_repository_write (repository, error);
}

gint64
suture_edition_end (SutureRepository *repository, const char **role)
{
  static const char *const top_levels[] = { "root", "timestamp", "snapshot", "targets" };
  gint64 end = G_MAXINT64;

  for (guint i = 0; i < G_N_ELEMENTS (top_levels) + repository->roles->len; i++)
    {
      const char *name = i < G_N_ELEMENTS (top_levels)
                             ? top_levels[i]
                             : g_ptr_array_index (repository->roles, i - G_N_ELEMENTS (top_levels));
      const SutureMetadata *latest = suture_repository_latest (repository, name);

      if (latest->expires >= end)
        continue;
      end = latest->expires;
      *role = name;
    }
  return end;
}
