/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/cache.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/paths.h"
#include "history/record.h"
#include "history/setting.h"

static int
open_folder (void)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_STATE), "manifests", NULL);

  return suture_file_open_folder (path, 0700, NULL);
}

static char *
setting_of (const char *id)
{
  return g_strconcat ("manifest-of-", id, NULL);
}

GBytes *
suture_cache_load (const char *sha256)
{
  g_auto (SutureFd) folder = open_folder ();
  g_autofree char *name = g_strconcat (sha256, ".json", NULL);
  g_autofree char *found = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (folder < 0 || !suture_digest_is_valid (sha256))
    return NULL;
  bytes = suture_file_read (folder, name, SUTURE_MANIFEST_MAX, NULL);
  if (bytes == NULL)
    return NULL;
  found = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_str_equal (found, sha256) ? g_steal_pointer (&bytes) : NULL;
}

void
suture_cache_save (const char *sha256, GBytes *bytes)
{
  g_auto (SutureFd) folder = open_folder ();
  g_autofree char *name = g_strconcat (sha256, ".json", NULL);
  g_autoptr (GError) error = NULL;

  if (folder < 0
      || !suture_file_replace (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0600, &error))
    g_info ("a manifest is not kept: %s", error != NULL ? error->message : "there is no folder for it");
}

/* One setting, so that it is true as a whole: the manifest's digest; of one that a program prepared, AUTOMATIC and the name of who
 * approved it; and of what the local feed has, the chain of the archive's signatures, two lines a link. */
enum
{
  LINE_SHA256,
  LINE_AUTOMATIC,
  LINE_APPROVED,
  LINE_ARCHIVE,
};
#define AUTOMATIC "automatic"

static char **
read_kept (SutureDatabase *database, const char *id)
{
  g_autofree char *setting = setting_of (id);
  g_autofree char *text = suture_setting_get_text (database, setting, "");

  return g_strsplit (text, "\n", -1);
}

static const char *
line_of (char **kept, guint line)
{
  return line < g_strv_length (kept) ? kept[line] : "";
}

void
suture_cache_sweep (SutureDatabase *database, GHashTable *read)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) installed = suture_record_installed (database);
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_STATE), "manifests", NULL);
  g_auto (SutureFd) folder = open_folder ();
  g_autoptr (GDir) files = g_dir_open (path, 0, NULL);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, read);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (wanted, g_strconcat (key, ".json", NULL));
  g_hash_table_iter_init (&iter, installed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_auto (GStrv) kept = read_kept (database, key);

      g_hash_table_add (wanted, g_strconcat (line_of (kept, LINE_SHA256), ".json", NULL));
    }
  for (const char *name = NULL; folder >= 0 && files != NULL && (name = g_dir_read_name (files)) != NULL;)
    if (!g_hash_table_contains (wanted, name))
      (void) suture_file_remove (folder, name, NULL);
}

void
suture_cache_keep (SutureDatabase *database, const SutureKnown *known)
{
  g_autofree char *setting = setting_of (known->manifest->id);
  g_autofree char *archive = g_strjoinv ("\n", known->archive);
  g_autofree char *text = known->automatic || *archive != '\0'
                              ? g_strjoin ("\n", known->sha256, known->automatic ? AUTOMATIC : "", known->approved,
                                           *archive != '\0' ? archive : NULL, NULL)
                              : g_strdup (known->sha256);
  g_autoptr (GError) error = NULL;

  if (!suture_setting_set_text (database, setting, text, &error))
    g_info ("the manifest of %s is not kept: %s", known->manifest->id, error->message);
}

static char **
archive_of (char **kept)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = LINE_ARCHIVE; i + 1 < g_strv_length (kept); i += 2)
    {
      g_autofree char *link = g_strconcat (kept[i], "\n", kept[i + 1], NULL);

      g_strv_builder_add (builder, link);
    }
  return g_strv_builder_end (builder);
}

SutureKnown *
suture_cache_find_kept (SutureDatabase *database, const char *feed, const char *id)
{
  g_auto (GStrv) kept = read_kept (database, id);
  g_autoptr (GBytes) bytes = suture_cache_load (line_of (kept, LINE_SHA256));
  g_autoptr (SutureKnown) known = bytes != NULL ? suture_known_new (feed, NULL, bytes, NULL) : NULL;

  if (known == NULL || !g_str_equal (known->manifest->id, id))
    return NULL;
  known->automatic = g_str_equal (line_of (kept, LINE_AUTOMATIC), AUTOMATIC);
  g_free (known->approved);
  known->approved = g_strdup (line_of (kept, LINE_APPROVED));
  g_strfreev (known->archive);
  known->archive = archive_of (kept);
  return g_steal_pointer (&known);
}
