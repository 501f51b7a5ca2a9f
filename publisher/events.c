/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "events.h"

#include <string.h>

#include "base/digest.h"
#include "draft.h"

static JsonObject *
describe_file (gint64 version, GBytes *bytes)
{
  JsonObject *file = json_object_new ();
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  json_object_set_int_member (file, "version", version);
  json_object_set_string_member (file, "sha256", sha256);
  return file;
}

/* A new entry, part of @entries. */
static JsonObject *
add (GPtrArray *entries, const char *event, const char *role, const SutureEventsPlace *place)
{
  JsonObject *entry = json_object_new ();
  JsonObject *files = json_object_new ();
  g_autofree char *file = g_strconcat (place->role, ".json", NULL);

  json_object_set_object_member (files, file, describe_file (place->version, place->bytes));
  json_object_set_object_member (files, "snapshot.json", describe_file (place->snapshot_version, place->snapshot));
  json_object_set_string_member (entry, "event", event);
  json_object_set_string_member (entry, "role", role);
  json_object_set_object_member (entry, "metadata", files);
  g_ptr_array_add (entries, entry);
  return entry;
}

static JsonObject *
member (JsonObject *object, const char *name)
{
  return object != NULL && json_object_has_member (object, name) ? json_object_get_object_member (object, name) : NULL;
}

static gboolean
same (JsonObject *a, JsonObject *b, const char *name)
{
  JsonNode *first = a != NULL ? json_object_get_member (a, name) : NULL;
  JsonNode *second = b != NULL ? json_object_get_member (b, name) : NULL;

  return first == second || (first != NULL && second != NULL && json_node_equal (first, second));
}

/* Who signs @role, if that is new. */
static void
find_keys (JsonObject *before, JsonObject *after, const char *role, const SutureEventsPlace *place, GPtrArray *entries)
{
  JsonObject *entry;

  if (before != NULL && same (before, after, "keyids") && same (before, after, "threshold"))
    return;
  entry = add (entries, "keys", role, place);
  json_object_set_member (entry, "keyids", json_node_copy (json_object_get_member (after, "keyids")));
  json_object_set_member (entry, "threshold", json_node_copy (json_object_get_member (after, "threshold")));
}

static void
find_in_root (JsonObject *before, JsonObject *after, const SutureEventsPlace *place, GPtrArray *entries)
{
  JsonObject *roles = member (after, "roles");
  g_autoptr (GList) names = g_list_sort (json_object_get_members (roles), (GCompareFunc) g_strcmp0);
  JsonObject *entry = add (entries, "root", "root", place);

  json_object_set_int_member (entry, "version", place->version);
  for (GList *at = names; at != NULL; at = at->next)
    find_keys (member (member (before, "roles"), at->data), member (roles, at->data), at->data, place, entries);
}

static void
find_in_targets (JsonObject *before, JsonObject *after, const SutureEventsPlace *place, GPtrArray *entries)
{
  JsonObject *old = member (before, "delegations");
  JsonObject *delegations = member (after, "delegations");
  JsonArray *roles = delegations != NULL ? json_object_get_array_member (delegations, "roles") : NULL;

  for (guint i = 0; roles != NULL && i < json_array_get_length (roles); i++)
    {
      JsonObject *delegation = json_array_get_object_element (roles, i);
      const char *name = json_object_get_string_member (delegation, "name");

      find_keys (suture_draft_find_delegation (old, name), delegation, name, place, entries);
    }
}

/* An entry about the improvement at @path. */
static JsonObject *
add_improvement (
    GPtrArray *entries, const char *event, const char *path, JsonObject *target, const SutureEventsPlace *place)
{
  JsonObject *entry = add (entries, event, place->role, place);
  const char *name = strrchr (path, '/') != NULL ? strrchr (path, '/') + 1 : path;
  g_autofree char *id = g_strndup (name, strlen (name) - (g_str_has_suffix (name, ".json") ? strlen (".json") : 0));

  json_object_set_string_member (entry, "id", id);
  json_object_set_string_member (
      entry, "sha256", json_object_get_string_member_with_default (member (target, "hashes"), "sha256", ""));
  return entry;
}

static void
find_in_target (
    JsonObject *before, JsonObject *after, const char *path, const SutureEventsPlace *place, GPtrArray *entries)
{
  JsonObject *old = member (before, "custom");
  JsonObject *new = member (after, "custom");
  gboolean withdrawn = new != NULL && json_object_has_member (new, "withdrawn");
  JsonObject *entry;

  if (before == NULL || !same (before, after, "hashes"))
    add_improvement (entries, "published", path, after, place);
  if (!same (old, new, "rollout"))
    {
      entry = add_improvement (entries, "rollout", path, after, place);
      if (new != NULL && json_object_has_member (new, "rollout"))
        json_object_set_member (entry, "rollout", json_node_copy (json_object_get_member (new, "rollout")));
    }
  if (same (old, new, "withdrawn"))
    return;
  entry = add_improvement (entries, withdrawn ? "withdrawn" : "restored", path, after, place);
  if (withdrawn)
    json_object_set_member (entry, "withdrawn", json_node_copy (json_object_get_member (new, "withdrawn")));
}

void
suture_events_find (JsonObject *before, JsonObject *after, const SutureEventsPlace *place, GPtrArray *entries)
{
  JsonObject *targets = member (after, "targets");
  g_autoptr (GList) paths = NULL;

  if (g_str_equal (place->role, "root"))
    find_in_root (before, after, place, entries);
  else if (g_str_equal (place->role, "targets"))
    find_in_targets (before, after, place, entries);
  else
    {
      paths = g_list_sort (json_object_get_members (targets), (GCompareFunc) g_strcmp0);
      for (GList *at = paths; at != NULL; at = at->next)
        find_in_target (member (member (before, "targets"), at->data), member (targets, at->data), at->data, place, entries);
    }
}
