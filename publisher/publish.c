/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "proof.h"
#include "repository.h"
#include "stage.h"

/* Days until a role expires. Whoever can't reach the publisher learns of it after the shortest. */
#define TARGETS_DAYS 90
#define SNAPSHOT_DAYS 30
#define TIMESTAMP_DAYS 7
#define TIMESTAMP_DAYS_MAX 90
#define RENEW_DAYS 30 /* what expires later than this is not signed again */

/* One run: what is going to be published, role by role. */
typedef struct
{
  SutureDepot *depot;
  JsonObject *meta; /* the snapshot's "meta"; the caller's */
  GPtrArray *roles; /* char *: the delegated roles; the caller's */
} Run;

static char *
versioned (gint64 version, const char *role)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, role);
}

static gint64
next_version (JsonObject *latest)
{
  return latest != NULL ? json_object_get_int_member (latest, "version") + 1 : 1;
}

static gboolean
put_target (SutureDepot *depot, const char *below, const char *name, const void *data, gsize length, GError **error)
{
  g_autofree char *path = suture_depot_path (depot, "repository/targets", below, NULL);
  g_auto (SutureFd) folder = suture_file_open_folder (path, 0755, error);

  return folder >= 0 && suture_file_replace (folder, name, data, length, 0644, error);
}

static gboolean
put_payloads (SutureDepot *depot, const SutureStage *stage, GError **error)
{
  for (guint i = 0; i < stage->manifest->payloads->len; i++)
    {
      const SuturePayload *payload = g_ptr_array_index (stage->manifest->payloads, i);
      g_autofree char *path = g_build_filename (stage->path, "payloads", payload->sha256, NULL);
      g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);

      if (file == NULL
          || !put_target (depot, "payloads", payload->sha256, g_mapped_file_get_contents (file),
                          g_mapped_file_get_length (file), error))
        return FALSE;
    }
  return TRUE;
}

/* Copies what @stage serves and adds its manifest to the targets of @role. */
static gboolean
add_stage (SutureDepot *depot, const SutureStage *stage, const char *role, JsonObject *targets, GError **error)
{
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (stage->json, NULL), g_bytes_get_size (stage->json));
  g_autofree char *name = g_strdup_printf ("%s.%s.json", sha256, stage->manifest->id);
  g_autofree char *path = g_strdup_printf ("%s/%s.json", role, stage->manifest->id);
  JsonObject *target, *custom;

  if (json_object_has_member (targets, path))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is published already, and never changes",
                   stage->manifest->id);
      return FALSE;
    }
  if (!put_payloads (depot, stage, error)
      || !put_target (depot, role, name, g_bytes_get_data (stage->json, NULL), g_bytes_get_size (stage->json), error))
    return FALSE;
  target = json_object_new ();
  custom = json_object_new ();
  suture_repository_add_digest (target, stage->json);
  json_object_set_string_member (custom, "id", stage->manifest->id);
  json_object_set_string_member (custom, "component", stage->manifest->component);
  json_object_set_int_member (custom, "number", stage->manifest->number);
  json_object_set_object_member (target, "custom", custom);
  json_object_set_object_member (targets, path, target);
  return TRUE;
}

static void
note (Run *run, const char *name, gint64 version, GBytes *bytes)
{
  g_autofree char *plain = g_strconcat (name, ".json", NULL);
  JsonObject *entry = json_object_new ();

  json_object_set_int_member (entry, "version", version);
  suture_repository_add_digest (entry, bytes);
  json_object_set_object_member (run->meta, plain, entry);
}

/* Signs @role (taken) as its next version, and notes it in the snapshot. */
static gboolean
write_role (Run *run, const char *name, JsonObject *role, SutureSigner *signer, GError **error)
{
  gint64 version = json_object_get_int_member (role, "version");
  g_autofree char *file = versioned (version, name);
  g_autoptr (GBytes) bytes = suture_repository_write (run->depot, file, role, signer, error);

  if (bytes == NULL)
    return FALSE;
  note (run, name, version, bytes);
  return TRUE;
}

/* Notes the published version of a role that stays as it is: desktops need not fetch it again. */
static gboolean
keep_role (Run *run, const char *name, JsonObject *latest, GError **error)
{
  gint64 version = json_object_get_int_member (latest, "version");
  g_autofree char *file = versioned (version, name);
  g_autofree char *path = suture_depot_path (run->depot, "repository/metadata", file, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, SUTURE_REPOSITORY_FILE_MAX, error);

  if (bytes == NULL)
    return FALSE;
  note (run, name, version, bytes);
  return TRUE;
}

/* Whether @latest has still long to go. */
static gboolean
is_fresh (JsonObject *latest)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) soon = g_date_time_add_days (now, RENEW_DAYS);
  g_autoptr (GDateTime) expires
      = latest != NULL ? g_date_time_new_from_iso8601 (json_object_get_string_member (latest, "expires"), NULL) : NULL;

  return expires != NULL && g_date_time_compare (expires, soon) > 0;
}

static gboolean
has_stage (GPtrArray *stages, const char *role)
{
  for (guint i = 0; i < stages->len; i++)
    {
      g_autofree char *own = suture_stage_role (g_ptr_array_index (stages, i));

      if (g_str_equal (own, role))
        return TRUE;
    }
  return FALSE;
}

/* One delegated role: what it had, and what is new of @stages. */
static gboolean
write_base_role (Run *run, const char *name, GPtrArray *stages, SutureSigner *signer, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonObject) latest = suture_repository_latest (run->depot, name, &why);
  JsonObject *role, *targets;

  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (!has_stage (stages, name) && is_fresh (latest))
    return keep_role (run, name, latest, error);
  role = suture_repository_new ("targets", next_version (latest), TARGETS_DAYS);
  targets = latest != NULL ? json_object_ref (json_object_get_object_member (latest, "targets")) : json_object_new ();
  json_object_set_object_member (role, "targets", targets);
  for (guint i = 0; i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);
      g_autofree char *own = suture_stage_role (stage);

      if (g_str_equal (own, name) && !add_stage (run->depot, stage, name, targets, error))
        {
          json_object_unref (role);
          return FALSE;
        }
    }
  return write_role (run, name, role, signer, error);
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

/* The delegations of @targets; its own. */
static JsonArray *
delegated_roles (JsonObject *targets)
{
  return json_object_get_array_member (json_object_get_object_member (targets, "delegations"), "roles");
}

/* The delegated roles there will be: those published, and those of @stages. Sorted. */
static GList *
role_names (JsonObject *targets, GPtrArray *stages, GHashTable *set)
{
  JsonArray *roles = targets != NULL ? delegated_roles (targets) : NULL;

  for (guint i = 0; roles != NULL && i < json_array_get_length (roles); i++)
    g_hash_table_add (set, g_strdup (json_object_get_string_member (json_array_get_object_element (roles, i), "name")));
  for (guint i = 0; i < stages->len; i++)
    g_hash_table_add (set, suture_stage_role (g_ptr_array_index (stages, i)));
  return g_list_sort (g_hash_table_get_keys (set), (GCompareFunc) g_strcmp0);
}

static gboolean
write_targets (Run *run, GPtrArray *stages, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonObject) latest = suture_repository_latest (run->depot, "targets", &why);
  g_autoptr (GHashTable) set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) names = role_names (latest, stages, set);
  g_autoptr (SutureSigner) signer = suture_depot_signer (run->depot, "targets", FALSE, error);
  g_autoptr (JsonObject) delegations = json_object_new ();
  JsonObject *keys = json_object_new ();
  JsonArray *roles = json_array_new ();
  JsonObject *role;

  json_object_set_object_member (delegations, "keys", keys);
  json_object_set_array_member (delegations, "roles", roles);
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  for (GList *at = names; signer != NULL && at != NULL; at = at->next)
    {
      g_autoptr (SutureSigner) base_signer = suture_depot_signer (run->depot, at->data, TRUE, error);

      if (base_signer == NULL || !write_base_role (run, at->data, stages, base_signer, error))
        return FALSE;
      add_delegation (roles, keys, at->data, base_signer);
      g_ptr_array_add (run->roles, g_strdup (at->data));
    }
  if (signer == NULL)
    return FALSE;
  if (is_fresh (latest) && json_array_get_length (delegated_roles (latest)) == run->roles->len)
    return keep_role (run, "targets", latest, error);
  role = suture_repository_new ("targets", next_version (latest), TARGETS_DAYS);
  json_object_set_object_member (role, "targets", json_object_new ());
  json_object_set_object_member (role, "delegations", json_object_ref (delegations));
  return write_role (run, "targets", role, signer, error);
}

/* The snapshot, written, and the timestamp, only signed: it decides, so it is written last. */
static GBytes *
write_snapshot (Run *run, guint days, GError **error)
{
  g_autoptr (JsonObject) latest = suture_repository_latest (run->depot, "snapshot", NULL);
  g_autoptr (JsonObject) latest_timestamp = suture_repository_latest (run->depot, "timestamp", NULL);
  g_autoptr (SutureSigner) signer = suture_depot_signer (run->depot, "snapshot", FALSE, error);
  g_autoptr (SutureSigner) timestamp_signer
      = signer != NULL ? suture_depot_signer (run->depot, "timestamp", FALSE, error) : NULL;
  g_autofree char *name = versioned (next_version (latest), "snapshot");
  g_autoptr (GBytes) bytes = NULL;
  JsonObject *snapshot, *timestamp, *meta, *entry;

  if (timestamp_signer == NULL)
    return NULL;
  snapshot = suture_repository_new ("snapshot", next_version (latest), MAX (days, SNAPSHOT_DAYS));
  json_object_set_object_member (snapshot, "meta", json_object_ref (run->meta));
  bytes = suture_repository_write (run->depot, name, snapshot, signer, error);
  if (bytes == NULL)
    return NULL;
  timestamp = suture_repository_new ("timestamp", next_version (latest_timestamp), days);
  meta = json_object_new ();
  entry = json_object_new ();
  json_object_set_int_member (entry, "version", next_version (latest));
  suture_repository_add_digest (entry, bytes);
  json_object_set_object_member (meta, "snapshot.json", entry);
  json_object_set_object_member (timestamp, "meta", meta);
  return suture_repository_sign (timestamp, timestamp_signer, error);
}

static gboolean
move_to_published (SutureDepot *depot, GPtrArray *stages, GError **error)
{
  for (guint i = 0; i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);
      g_autofree char *to = suture_depot_path (depot, "published", stage->manifest->id, NULL);

      if (g_rename (stage->path, to) < 0)
        return suture_error_set_errno (error, errno, "published, but could not move %s to %s", stage->path, to);
      g_print ("published %s\n", stage->manifest->id);
    }
  return TRUE;
}

static gboolean
publish (SutureDepot *depot, GPtrArray *stages, guint days, GError **error)
{
  g_autoptr (JsonObject) meta = json_object_new ();
  g_autoptr (GPtrArray) roles = g_ptr_array_new_with_free_func (g_free);
  Run run = { .depot = depot, .meta = meta, .roles = roles };
  g_autoptr (GBytes) timestamp = NULL;
  g_autofree char *path = suture_depot_path (depot, "repository/metadata", NULL);
  g_auto (SutureFd) folder = suture_file_open_folder (path, 0, error);

  if (folder < 0 || !write_targets (&run, stages, error))
    return FALSE;
  timestamp = write_snapshot (&run, days, error);
  if (timestamp == NULL || !suture_proof_check (depot, timestamp, roles, error)
      || !suture_file_replace (folder, "timestamp.json", g_bytes_get_data (timestamp, NULL),
                               g_bytes_get_size (timestamp), 0644, error))
    return FALSE;
  g_print ("signed until %u days from now\n", days);
  return move_to_published (depot, stages, error);
}

gboolean
suture_command_publish (int argc, char **argv, GError **error)
{
  int days = TIMESTAMP_DAYS;
  const GOptionEntry entries[] = {
    { "expires-days", 0, 0, G_OPTION_ARG_INT, &days,
      "Days until the signatures have to be renewed by another publish (7)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER [ID…]");
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (GPtrArray) stages = NULL;

  g_option_context_set_summary (context, "Checks staged improvements (all unless some are named), signs them and puts\n"
                                         "them into FOLDER/repository. With nothing staged it renews the signatures.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc < 2 || days < 1 || days > TIMESTAMP_DAYS_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a FOLDER is needed, and 1 to %d days",
                   TIMESTAMP_DAYS_MAX);
      return FALSE;
    }
  depot = suture_depot_open (argv[1], error);
  stages = depot != NULL ? suture_stage_open_all (depot, argv + 2, error) : NULL;
  for (guint i = 0; stages != NULL && i < stages->len; i++)
    if (!suture_stage_check (g_ptr_array_index (stages, i), error))
      return FALSE;
  return stages != NULL && publish (depot, stages, (guint) days, error);
}
