/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "draft.h"

#include "base/error.h"
#include "base/json.h"
#include "base/name.h"
#include "within.h"

typedef struct
{
  JsonObject *body;        /* (owned) */
  SutureEnvelope *pending; /* or NULL (owned) */
  gboolean unseen;         /* by whoever brings keys */
} Role;

struct _SutureDraft
{
  SutureRepository *repository; /* the caller's */
  GHashTable *roles;            /* name → Role (owned) */
  GPtrArray *outdated;          /* char *: files (owned) */
  GHashTable *passed;           /* a set of files: those, and what is out already (owned) */
};

static void
role_free (gpointer data)
{
  Role *self = data;

  g_clear_pointer (&self->body, json_object_unref);
  g_clear_pointer (&self->pending, suture_envelope_free);
  g_free (self);
}

static JsonNode *
copy_node (JsonNode *node)
{
  JsonNode *copy;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      copy = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (copy, suture_draft_copy (json_node_get_object (node)));
      return copy;
    }
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return json_node_copy (node);
  copy = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (copy, json_array_new ());
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    json_array_add_element (json_node_get_array (copy),
                            copy_node (json_array_get_element (json_node_get_array (node), i)));
  return copy;
}

JsonObject *
suture_draft_copy (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *at = names; at != NULL; at = at->next)
    json_object_set_member (copy, at->data, copy_node (json_object_get_member (object, at->data)));
  return copy;
}

static GBytes *
substance (JsonObject *body)
{
  static const char *const passing[] = { "version", "expires", "spec_version", "issued" };
  JsonObject *copy = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (body);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), copy);

  for (GList *at = names; at != NULL; at = at->next)
    json_object_set_member (copy, at->data, json_node_copy (json_object_get_member (body, at->data)));
  for (gsize i = 0; i < G_N_ELEMENTS (passing); i++)
    if (json_object_has_member (copy, passing[i]))
      json_object_remove_member (copy, passing[i]);
  json_object_unref (copy); /* the node has it */
  return suture_json_canonical (node);
}

gboolean
suture_draft_same (JsonObject *a, JsonObject *b)
{
  g_autoptr (GBytes) first = substance (a);
  g_autoptr (GBytes) second = substance (b);

  return g_bytes_equal (first, second);
}

/* Takes @body and @pending. */
static void
set_role (SutureDraft *self, const char *name, JsonObject *body, SutureEnvelope *pending)
{
  Role *role = g_new0 (Role, 1);

  role->body = body;
  role->pending = pending;
  role->unseen = pending != NULL;
  g_hash_table_replace (self->roles, g_strdup (name), role);
}

static void
take_published (SutureDraft *self, const char *name)
{
  const SutureMetadata *latest = suture_repository_latest (self->repository, name);

  if (latest != NULL)
    set_role (self, name, suture_draft_copy (latest->envelope->body), NULL);
}

/* Role and version in the name "3.targets.json" of a file, or FALSE. */
static gboolean
split_name (const char *file, gint64 *version, char **role)
{
  char *end = NULL;

  *version = g_ascii_strtoll (file, &end, 10);
  if (*version < 1 || *end != '.' || !g_str_has_suffix (end, ".json"))
    return FALSE;
  *role = g_strndup (end + 1, strlen (end + 1) - strlen (".json"));
  return suture_name_is_valid (*role);
}

static SutureMetadataType
type_of (const char *role)
{
  return g_str_equal (role, "root") ? SUTURE_METADATA_ROOT : SUTURE_METADATA_TARGETS;
}

/* One file that waits. It must read like metadata of its role: what comes back from another machine may be anything. */
static gboolean
take_pending (SutureDraft *self, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (SUTURE_DEPOT_PENDING, file, NULL);
  g_autofree char *role = NULL;
  g_autoptr (GBytes) bytes = NULL;
  SutureEnvelope *envelope;
  g_autoptr (SutureMetadata) metadata = NULL;
  const SutureMetadata *latest;
  JsonObject *body;
  gint64 version;

  /* those two say what is current, and are made anew of what the others hold */
  if (!split_name (file, &version, &role) || g_str_equal (role, "snapshot") || g_str_equal (role, "timestamp"))
    return TRUE;
  bytes = suture_within_read (self->repository->depot, path, suture_metadata_max_length (type_of (role)), error);
  envelope = bytes != NULL ? suture_envelope_parse (bytes, suture_metadata_max_length (type_of (role)), error) : NULL;
  metadata = envelope != NULL ? suture_metadata_parse (envelope, type_of (role), error) : NULL;
  if (metadata == NULL)
    {
      g_prefix_error (error, "%s/%s can't be read (to give up what waits in it, remove it): ",
                      self->repository->depot->path, path);
      return FALSE;
    }
  latest = suture_repository_latest (self->repository, role);
  if (metadata->version != version || version - 1 != (latest != NULL ? latest->version : 0))
    {
      g_hash_table_add (self->passed, g_strdup (file));
      /* one that is out already was left by a run that was killed just then */
      if (latest == NULL || metadata->version != latest->version
          || !json_object_equal (envelope->body, latest->envelope->body))
        g_ptr_array_add (self->outdated, g_strdup (file));
      return TRUE;
    }
  body = suture_draft_copy (envelope->body);
  metadata->envelope = NULL; /* it goes on living */
  set_role (self, role, body, envelope);
  return TRUE;
}

static gboolean
take_all_pending (SutureDraft *self, GError **error)
{
  g_autoptr (GPtrArray) files = suture_depot_list (self->repository->depot, SUTURE_DEPOT_PENDING, error);

  for (guint i = 0; files != NULL && i < files->len; i++)
    if (!take_pending (self, g_ptr_array_index (files, i), error))
      return FALSE;
  return files != NULL;
}

JsonObject *
suture_draft_get (SutureDraft *self, const char *role)
{
  const Role *found = g_hash_table_lookup (self->roles, role);

  return found != NULL ? found->body : NULL;
}

/* The delegations of targets; made when there are none. */
static JsonObject *
delegations (SutureDraft *self)
{
  JsonObject *targets = suture_draft_get (self, "targets");
  JsonObject *found;

  if (json_object_has_member (targets, "delegations"))
    return json_object_get_object_member (targets, "delegations");
  found = json_object_new ();
  json_object_set_object_member (found, "keys", json_object_new ());
  json_object_set_array_member (found, "roles", json_array_new ());
  json_object_set_object_member (targets, "delegations", found);
  return found;
}

static SutureDraft *
new_draft (SutureRepository *repository)
{
  SutureDraft *self = g_new0 (SutureDraft, 1);

  self->repository = repository;
  self->roles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, role_free);
  self->outdated = g_ptr_array_new_with_free_func (g_free);
  self->passed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  take_published (self, "root");
  return self;
}

SutureDraft *
suture_draft_new_empty (SutureRepository *repository)
{
  SutureDraft *self = new_draft (repository);
  JsonObject *targets = json_object_new ();

  json_object_set_string_member (targets, "_type", "targets");
  json_object_set_object_member (targets, "targets", json_object_new ());
  set_role (self, "targets", targets, NULL);
  delegations (self);
  return self;
}

SutureDraft *
suture_draft_new (SutureRepository *repository, gboolean pending, GError **error)
{
  g_autoptr (SutureDraft) self = new_draft (repository);

  take_published (self, "targets");
  for (guint i = 0; i < repository->roles->len; i++)
    take_published (self, g_ptr_array_index (repository->roles, i));
  if (pending && !take_all_pending (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
suture_draft_free (SutureDraft *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->roles);
  g_ptr_array_unref (self->outdated);
  g_hash_table_unref (self->passed);
  g_free (self);
}

GPtrArray *
suture_draft_outdated (SutureDraft *self)
{
  return self->outdated;
}

gboolean
suture_draft_follows (SutureDraft *self, const char *file)
{
  return !g_hash_table_contains (self->passed, file);
}

const SutureEnvelope *
suture_draft_pending (SutureDraft *self, const char *role)
{
  const Role *found = g_hash_table_lookup (self->roles, role);

  return found != NULL ? found->pending : NULL;
}

gboolean
suture_draft_is_shown (SutureDraft *self, const char *role)
{
  const Role *found = g_hash_table_lookup (self->roles, role);

  return found == NULL || !found->unseen;
}

void
suture_draft_set_shown (SutureDraft *self, const char *role, gboolean shown)
{
  Role *found = g_hash_table_lookup (self->roles, role);

  if (found != NULL)
    found->unseen = !shown;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
suture_draft_roles (SutureDraft *self)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->roles);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_str_equal (name, "root") && !g_str_equal (name, "targets"))
      g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

void
suture_draft_add_role (SutureDraft *self, const char *name)
{
  JsonObject *role = json_object_new ();
  JsonObject *body = json_object_new ();
  JsonArray *paths = json_array_new ();
  g_autofree char *pattern = g_strconcat (name, "/?*", NULL);

  json_array_add_string_element (paths, pattern);
  json_object_set_string_member (role, "name", name);
  json_object_set_array_member (role, "keyids", json_array_new ());
  json_object_set_int_member (role, "threshold", 1);
  json_object_set_array_member (role, "paths", paths);
  json_object_set_boolean_member (role, "terminating", TRUE);
  json_array_add_object_element (json_object_get_array_member (delegations (self), "roles"), role);
  json_object_set_string_member (body, "_type", "targets");
  json_object_set_object_member (body, "targets", json_object_new ());
  set_role (self, name, body, NULL);
}

JsonObject *
suture_draft_find_delegation (JsonObject *delegations, const char *name)
{
  JsonArray *roles = delegations != NULL ? json_object_get_array_member (delegations, "roles") : NULL;

  for (guint i = 0; roles != NULL && i < json_array_get_length (roles); i++)
    if (g_str_equal (json_object_get_string_member (json_array_get_object_element (roles, i), "name"), name))
      return json_array_get_object_element (roles, i);
  return NULL;
}

gboolean
suture_draft_find_signers (
    JsonObject *root, JsonObject *targets, const char *role, JsonObject **signers, JsonObject **keys, GError **error)
{
  static const char *const top_levels[] = { "root", "timestamp", "snapshot", "targets", NULL };
  JsonObject *delegations = json_object_has_member (targets, "delegations")
                                ? json_object_get_object_member (targets, "delegations")
                                : NULL;
  JsonObject *delegation = suture_draft_find_delegation (delegations, role);

  if (g_strv_contains (top_levels, role))
    {
      *signers = json_object_get_object_member (json_object_get_object_member (root, "roles"), role);
      *keys = json_object_get_object_member (root, "keys");
      return TRUE;
    }
  if (delegation != NULL)
    {
      *signers = delegation;
      *keys = json_object_get_object_member (delegations, "keys");
      return TRUE;
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "the feed has no role %s", role);
  return FALSE;
}

gboolean
suture_draft_add_key (SutureDraft *self, const char *role, const char *id, JsonNode *key, GError **error)
{
  g_autoptr (JsonNode) owned = key;
  JsonObject *signers, *keys;
  JsonArray *ids;

  if (!suture_draft_find_signers (suture_draft_get (self, "root"), suture_draft_get (self, "targets"), role, &signers,
                                  &keys, error))
    return FALSE;
  ids = json_object_get_array_member (signers, "keyids");
  for (guint i = 0; i < json_array_get_length (ids); i++)
    if (g_str_equal (json_array_get_string_element (ids, i), id))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "the key %.8s signs %s already", id, role);
        return FALSE;
      }
  json_array_add_string_element (ids, id);
  json_object_set_member (keys, id, g_steal_pointer (&owned));
  return TRUE;
}

/* Whether any role in @roles, by name, lists @id. */
static gboolean
is_listed (JsonArray *roles, const char *id)
{
  for (guint r = 0; r < json_array_get_length (roles); r++)
    {
      JsonArray *ids = json_object_get_array_member (json_array_get_object_element (roles, r), "keyids");

      for (guint i = 0; i < json_array_get_length (ids); i++)
        if (g_str_equal (json_array_get_string_element (ids, i), id))
          return TRUE;
    }
  return FALSE;
}

/* All roles whose keys are in the same table as those of @role. */
static JsonArray *
siblings (SutureDraft *self, const char *role)
{
  JsonObject *roles = json_object_get_object_member (suture_draft_get (self, "root"), "roles");
  g_autoptr (GList) names = json_object_get_members (roles);
  JsonArray *found;

  if (!json_object_has_member (roles, role))
    return json_array_ref (json_object_get_array_member (delegations (self), "roles"));
  found = json_array_new ();
  for (GList *at = names; at != NULL; at = at->next)
    json_array_add_object_element (found, json_object_ref (json_object_get_object_member (roles, at->data)));
  return found;
}

void
suture_draft_remove_key (SutureDraft *self, const char *role, const char *id)
{
  JsonObject *signers, *keys;
  g_autoptr (JsonArray) all = siblings (self, role);
  JsonArray *ids;

  if (!suture_draft_find_signers (suture_draft_get (self, "root"), suture_draft_get (self, "targets"), role, &signers,
                                  &keys, NULL))
    return;
  ids = json_object_get_array_member (signers, "keyids");
  for (guint i = json_array_get_length (ids); i > 0; i--)
    if (g_str_equal (json_array_get_string_element (ids, i - 1), id))
      json_array_remove_element (ids, i - 1);
  if (!is_listed (all, id) && json_object_has_member (keys, id))
    json_object_remove_member (keys, id);
}

void
suture_draft_add_stage (SutureDraft *self, const SutureStage *stage)
{
  g_autofree char *path = g_strconcat (stage->name, ".json", NULL);
  JsonObject *targets = json_object_get_object_member (suture_draft_get (self, stage->role), "targets");
  JsonObject *target = json_object_new ();
  JsonObject *custom = suture_draft_copy (stage->custom);
  JsonObject *old = json_object_has_member (targets, path) ? json_object_get_object_member (targets, path) : NULL;

  suture_repository_add_digest (target, stage->json);
  if (old != NULL && json_node_equal (json_object_get_member (old, "hashes"), json_object_get_member (target, "hashes")))
    {
      json_object_unref (custom);
      json_object_unref (target);
      return;
    }
  json_object_set_string_member (custom, "id", stage->manifest->id);
  json_object_set_string_member (custom, "component", stage->manifest->component);
  json_object_set_int_member (custom, "number", stage->manifest->number);
  json_object_set_object_member (target, "custom", custom);
  json_object_set_object_member (targets, path, target);
}

gboolean
suture_draft_is_changed (SutureDraft *self, const char *role)
{
  const SutureMetadata *latest = suture_repository_latest (self->repository, role);

  return latest == NULL || !suture_draft_same (suture_draft_get (self, role), latest->envelope->body);
}

/* "ROLE/ID" of the target at @path, or NULL. */
static char *
name_of (const char *path)
{
  return g_str_has_suffix (path, ".json") ? g_strndup (path, strlen (path) - strlen (".json")) : NULL;
}

GPtrArray *
suture_draft_find (SutureDraft *self, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) roles = suture_draft_roles (self);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < roles->len; i++)
    {
      JsonObject *body = suture_draft_get (self, g_ptr_array_index (roles, i));
      g_autoptr (GList) paths = json_object_get_members (json_object_get_object_member (body, "targets"));

      for (GList *at = paths; at != NULL; at = at->next)
        {
          g_autofree char *name = name_of (at->data);
          const char *slash = name != NULL ? strchr (name, '/') : NULL;

          if (slash != NULL && (g_str_equal (wanted, name) || g_str_equal (wanted, slash + 1)))
            g_ptr_array_add (found, g_steal_pointer (&name));
        }
    }
  if (found->len > 0)
    return g_steal_pointer (&found);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "no %s is published", wanted);
  return NULL;
}

JsonObject *
suture_draft_custom (SutureDraft *self, const char *name)
{
  g_autofree char *role = g_strndup (name, (gsize) (strchr (name, '/') - name));
  g_autofree char *path = g_strconcat (name, ".json", NULL);
  JsonObject *targets = json_object_get_object_member (suture_draft_get (self, role), "targets");
  JsonObject *target = json_object_get_object_member (targets, path);

  if (!json_object_has_member (target, "custom"))
    json_object_set_object_member (target, "custom", json_object_new ());
  return json_object_get_object_member (target, "custom");
}

void
suture_draft_remove (SutureDraft *self, const char *name)
{
  g_autofree char *role = g_strndup (name, (gsize) (strchr (name, '/') - name));
  g_autofree char *path = g_strconcat (name, ".json", NULL);

  json_object_remove_member (json_object_get_object_member (suture_draft_get (self, role), "targets"), path);
}
