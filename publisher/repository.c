/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repository.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

#define SPEC_VERSION "1.0.31"

JsonObject *
suture_repository_new (const char *type, gint64 version, guint days)
{
  JsonObject *role = json_object_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) expiry = g_date_time_add_days (now, (int) days);
  g_autofree char *expires = g_date_time_format (expiry, "%Y-%m-%dT%H:%M:%SZ");

  json_object_set_string_member (role, "_type", type);
  json_object_set_string_member (role, "spec_version", SPEC_VERSION);
  json_object_set_int_member (role, "version", version);
  json_object_set_string_member (role, "expires", expires);
  return role;
}

static JsonObject *
load (SutureDepot *depot, const char *name, GError **error)
{
  g_autofree char *path = suture_depot_path (depot, "repository/metadata", name, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, SUTURE_REPOSITORY_FILE_MAX, error);
  g_autoptr (JsonNode) node = bytes != NULL ? suture_json_parse_object (bytes, SUTURE_REPOSITORY_FILE_MAX, error) : NULL;
  JsonObject *role;

  if (node == NULL
      || !suture_json_read_object (json_node_get_object (node), "signed", SUTURE_JSON_REQUIRED, &role, error))
    return NULL;
  return json_object_ref (role);
}

/* The version of @file that @role (a snapshot or timestamp) names; 0: none. */
static gint64
version_in (JsonObject *role, const char *file)
{
  JsonObject *meta = json_object_get_object_member (role, "meta");

  if (!json_object_has_member (meta, file))
    return 0;
  return json_object_get_int_member (json_object_get_object_member (meta, file), "version");
}

JsonObject *
suture_repository_latest (SutureDepot *depot, const char *role, GError **error)
{
  g_autofree char *path = suture_depot_path (depot, "repository/metadata/timestamp.json", NULL);
  g_autofree char *snapshot_name = NULL;
  g_autofree char *file = g_strconcat (role, ".json", NULL);
  g_autofree char *name = NULL;
  g_autoptr (JsonObject) timestamp = NULL;
  g_autoptr (JsonObject) snapshot = NULL;
  gint64 version;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  timestamp = load (depot, "timestamp.json", error);
  if (timestamp == NULL || g_str_equal (role, "timestamp"))
    return g_steal_pointer (&timestamp);
  snapshot_name = g_strdup_printf ("%" G_GINT64_FORMAT ".snapshot.json", version_in (timestamp, "snapshot.json"));
  snapshot = load (depot, snapshot_name, error);
  if (snapshot == NULL || g_str_equal (role, "snapshot"))
    return g_steal_pointer (&snapshot);
  version = version_in (snapshot, file);
  if (version == 0)
    return NULL;
  name = g_strdup_printf ("%" G_GINT64_FORMAT ".%s", version, file);
  return load (depot, name, error);
}

GBytes *
suture_repository_sign (JsonObject *role, SutureSigner *signer, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, role);
  return suture_signer_sign (signer, node, error);
}

GBytes *
suture_repository_write (SutureDepot *depot, const char *name, JsonObject *role, SutureSigner *signer, GError **error)
{
  g_autoptr (GBytes) bytes = suture_repository_sign (role, signer, error);
  g_autofree char *path = suture_depot_path (depot, "repository/metadata", NULL);
  g_auto (SutureFd) folder = bytes != NULL ? suture_file_open_folder (path, 0, error) : -1;

  if (folder < 0
      || !suture_file_replace (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0644, error))
    return NULL;
  return g_steal_pointer (&bytes);
}

void
suture_repository_add_digest (JsonObject *object, GBytes *bytes)
{
  JsonObject *hashes = json_object_new ();
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  json_object_set_string_member (hashes, "sha256", sha256);
  json_object_set_object_member (object, "hashes", hashes);
  json_object_set_int_member (object, "length", (gint64) g_bytes_get_size (bytes));
}

gint64
suture_repository_highest_number (SutureDepot *depot, const char *role, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonObject) latest = suture_repository_latest (depot, role, &why);
  JsonObject *targets = latest != NULL ? json_object_get_object_member (latest, "targets") : NULL;
  g_autoptr (GList) values = targets != NULL ? json_object_get_values (targets) : NULL;
  gint64 highest = 0;

  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return -1;
    }
  for (GList *at = values; at != NULL; at = at->next)
    {
      JsonObject *custom = json_object_get_object_member (json_node_get_object (at->data), "custom");

      highest = MAX (highest, json_object_get_int_member (custom, "number"));
    }
  return highest;
}
