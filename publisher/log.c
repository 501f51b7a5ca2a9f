/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <string.h>

#include "base/error.h"
#include "chain.h"
#include "session.h"

static const char *
text (JsonObject *entry, const char *name)
{
  return json_object_get_string_member_with_default (entry, name, "");
}

static void
tell (SutureReport *report, GPtrArray *entries)
{
  JsonArray *array = json_array_new ();

  json_object_set_array_member (suture_report_object (report), "entries", array);
  for (guint i = 0; i < entries->len; i++)
    {
      JsonNode *node = g_ptr_array_index (entries, i);
      JsonObject *entry = json_node_get_object (node);

      json_array_add_element (array, json_node_copy (node));
      suture_report_say (report, "%" G_GINT64_FORMAT " %s %s %s%s%s",
                         json_object_get_int_member_with_default (entry, "number", 0), text (entry, "time"),
                         text (entry, "event"), text (entry, "role"), *text (entry, "id") != '\0' ? "/" : "",
                         text (entry, "id"));
    }
}

/* What the log says of the improvements now: "ROLE/ID" → "SHA-256", or "SHA-256 withdrawn". */
static GHashTable *
replay (GPtrArray *entries)
{
  GHashTable *state = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < entries->len; i++)
    {
      JsonObject *entry = json_node_get_object (g_ptr_array_index (entries, i));
      const char *event = text (entry, "event");

      if (g_str_equal (event, "published") || g_str_equal (event, "restored") || g_str_equal (event, "withdrawn"))
        g_hash_table_replace (state, g_strdup_printf ("%s/%s.json", text (entry, "role"), text (entry, "id")),
                              g_strdup_printf ("%s%s", text (entry, "sha256"),
                                               g_str_equal (event, "withdrawn") ? " withdrawn" : ""));
    }
  return state;
}

static gboolean
differs (GError **error, const char *what)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the log and what is published differ about %s", what);
  return FALSE;
}

/* Takes what is published of @role out of @state. */
static gboolean
compare (SutureRepository *repository, const char *role, GHashTable *state, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_repository_targets (repository, role, error);

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);
      g_autofree char *now
          = g_strconcat (target->sha256, suture_target_is_withdrawn (target) ? " withdrawn" : "", NULL);

      if (g_strcmp0 (g_hash_table_lookup (state, target->path), now) != 0)
        return differs (error, target->path);
      g_hash_table_remove (state, target->path);
    }
  return targets != NULL;
}

/* The version of root that the log ends with. */
static gint64
last_root (GPtrArray *entries)
{
  gint64 version = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      JsonObject *entry = json_node_get_object (g_ptr_array_index (entries, i));

      if (g_str_equal (text (entry, "event"), "root"))
        version = json_object_get_int_member_with_default (entry, "version", 0);
    }
  return version;
}

static gboolean
verify (SutureRepository *repository, GPtrArray *entries, GError **error)
{
  g_autoptr (GHashTable) state = replay (entries);
  GHashTableIter iter;
  gpointer path;

  for (guint i = 0; i < repository->roles->len; i++)
    if (!compare (repository, g_ptr_array_index (repository->roles, i), state, error))
      return FALSE;
  g_hash_table_iter_init (&iter, state);
  if (g_hash_table_iter_next (&iter, &path, NULL))
    return differs (error, path);
  return last_root (entries) == suture_repository_latest (repository, "root")->version || differs (error, "root");
}

gboolean
suture_command_log (SutureReport *report, int argc, char **argv, GError **error)
{
  gboolean check = FALSE;
  const GOptionEntry entries[] = {
    { "verify", 0, 0, G_OPTION_ARG_NONE, &check, "Check every entry, and all of it against what is published", NULL },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER",
    .summary = "Tells what was ever published: the public log that each publication adds to, and\n"
               "whose last entry the timestamp signs.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (SutureRepository) repository = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  repository = depot != NULL ? suture_repository_open (depot, error) : NULL;
  found = repository != NULL ? suture_chain_read (repository, FALSE, error) : NULL;
  if (found == NULL)
    return FALSE;
  if (!check)
    {
      tell (report, found);
      return TRUE;
    }
  if (!verify (repository, found, error))
    return FALSE;
  suture_report_say (report, "%u entries, good", found->len);
  json_object_set_int_member (suture_report_object (report), "entries", found->len);
  return TRUE;
}
