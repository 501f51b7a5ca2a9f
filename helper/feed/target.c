/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/target.h"

#include "base/error.h"
#include "base/json.h"
#include "base/name.h"

/* A place below the targets folder on any server: no empty part, "." or "..". */
static gboolean
path_is_usable (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      return FALSE;
  return parts[0] != NULL && strlen (path) <= SUTURE_TARGET_PATH_MAX;
}

SutureTarget *
suture_target_parse (const char *path, JsonObject *object, GError **error)
{
  g_autoptr (SutureTarget) self = g_new0 (SutureTarget, 1);
  SutureHashes digests = { NULL, NULL };
  JsonObject *hashes = NULL;
  JsonObject *custom = NULL;
  gint64 length = 0;
  gboolean fine;

  fine = suture_json_read_integer (object, "length", SUTURE_JSON_REQUIRED, 0, G_MAXINT64, &length, error)
         && suture_json_read_object (object, "hashes", SUTURE_JSON_REQUIRED, &hashes, error)
         && suture_json_read_object (object, "custom", SUTURE_JSON_OPTIONAL, &custom, error)
         && suture_hashes_parse (&digests, hashes, error);
  self->path = g_strdup (path);
  self->length = (guint64) length;
  self->sha256 = g_steal_pointer (&digests.sha256);
  self->sha512 = g_steal_pointer (&digests.sha512);
  if (custom != NULL)
    self->custom = json_node_ref (json_object_get_member (object, "custom"));
  if (fine && !path_is_usable (path))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a target's path can't be used");
      fine = FALSE;
    }
  if (fine)
    return g_steal_pointer (&self);
  g_prefix_error (error, "a target: ");
  return NULL;
}

void
suture_target_free (SutureTarget *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->sha256);
  g_free (self->sha512);
  g_clear_pointer (&self->custom, json_node_unref);
  g_free (self);
}

gboolean
suture_target_matches (const SutureTarget *target, GBytes *bytes, GError **error)
{
  if (g_bytes_get_size (bytes) == target->length)
    return suture_hashes_check (target->sha256, target->sha512, bytes, "the target", error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the length of the target is not the signed one");
  return FALSE;
}

gboolean
suture_target_is_withdrawn (const SutureTarget *target)
{
  return target->custom != NULL && json_object_has_member (json_node_get_object (target->custom), "withdrawn");
}

gboolean
suture_target_read_withdrawal (const SutureTarget *target, gint64 *date, char **reason)
{
  JsonObject *withdrawn = NULL;
  const char *text = NULL;

  *date = 0;
  *reason = NULL;
  if (!suture_target_is_withdrawn (target))
    return FALSE;
  /* whatever it holds: what is said about it only explains */
  (void) suture_json_read_object (json_node_get_object (target->custom), "withdrawn", SUTURE_JSON_OPTIONAL, &withdrawn, NULL);
  if (withdrawn != NULL)
    {
      (void) suture_json_read_time (withdrawn, "date", SUTURE_JSON_OPTIONAL, date, NULL);
      (void) suture_json_read_string (withdrawn, "reason", SUTURE_JSON_OPTIONAL, &text, NULL);
    }
  *reason = suture_name_clean_text (text, SUTURE_TARGET_REASON_MAX, FALSE);
  return TRUE;
}

gboolean
suture_target_read_preparation (const SutureTarget *target, char **approved)
{
  JsonObject *custom = target->custom != NULL ? json_node_get_object (target->custom) : NULL;
  const char *prepared = NULL;
  const char *name = NULL;

  *approved = NULL;
  if (custom == NULL || !suture_json_read_string (custom, "prepared", SUTURE_JSON_OPTIONAL, &prepared, NULL)
      || g_strcmp0 (prepared, "automatic") != 0)
    return FALSE;
  (void) suture_json_read_string (custom, "approved", SUTURE_JSON_OPTIONAL, &name, NULL);
  *approved = suture_name_clean_text (name, SUTURE_TARGET_APPROVED_MAX, FALSE);
  return TRUE;
}

static char *
archive_text (JsonObject *archive, const char *name)
{
  const char *raw = NULL;

  (void) suture_json_read_string (archive, name, SUTURE_JSON_OPTIONAL, &raw, NULL);
  return suture_name_clean_text (raw, SUTURE_TARGET_ARCHIVE_MAX, FALSE);
}

static void
add_package (GStrvBuilder *builder, JsonObject *package)
{
  g_autofree char *name = archive_text (package, "name");
  g_autofree char *version = archive_text (package, "version");
  g_autofree char *architecture = archive_text (package, "architecture");
  g_autofree char *sha256 = archive_text (package, "sha256");
  g_autofree char *line = g_strdup_printf ("package\n%s %s %s %s", name, version, architecture, sha256);

  if (*name != '\0')
    g_strv_builder_add (builder, line);
}

char **
suture_target_read_archive (const SutureTarget *target)
{
  static const char *const members[][2] = { { "origin", "origin" }, { "suite", "suite" },     { "date", "date" },
                                            { "key", "key" },       { "release", "release" }, { "packages", "index" } };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonObject *archive = NULL;
  JsonArray *packages = NULL;

  if (target->custom != NULL)
    (void) suture_json_read_object (json_node_get_object (target->custom), "archive", SUTURE_JSON_OPTIONAL, &archive, NULL);
  for (gsize i = 0; archive != NULL && i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *text = archive_text (archive, members[i][1]);
      g_autofree char *line = g_strconcat (members[i][0], "\n", text, NULL);

      if (*text != '\0')
        g_strv_builder_add (builder, line);
    }
  if (archive != NULL)
    (void) suture_json_read_array (archive, "packages", SUTURE_JSON_OPTIONAL, &packages, NULL);
  for (guint i = 0; packages != NULL && i < MIN (json_array_get_length (packages), SUTURE_TARGET_ARCHIVE_MAX); i++)
    {
      JsonObject *package = suture_json_element_object (packages, i, "packages", NULL);

      if (package != NULL)
        add_package (builder, package);
    }
  return g_strv_builder_end (builder);
}

char *
suture_target_place (const SutureTarget *target, gboolean consistent)
{
  const char *slash = strrchr (target->path, '/');
  const char *digest = target->sha256 != NULL ? target->sha256 : target->sha512;
  int folders = slash != NULL ? (int) (slash - target->path) + 1 : 0;

  if (!consistent)
    return g_strdup (target->path);
  return g_strdup_printf ("%.*s%s.%s", folders, target->path, digest, target->path + folders);
}
