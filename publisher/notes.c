/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notes.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

#define CHANGELOG_MAX (8 * 1024 * 1024) /* bytes, unpacked */
#define DESCRIPTION_BYTES 4000          /* manifests are read up to 4096 */

static const char *const improvement_keys[]
    = { "Title", "Description", "Component", "Kind", "Severity", "Exploited", NULL };
static const char *const vulnerability_keys[] = { "Title", "Credit", NULL };
static const char *const effects_keys[] = { "Restart", "NeverRestart", "Reopen", "Reboot", NULL };

SutureNotes *
suture_notes_new (void)
{
  SutureNotes *self = g_new0 (SutureNotes, 1);

  self->title = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->description = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->vulnerabilities = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->kind = g_strdup ("security");
  self->severity = g_strdup ("unknown");
  self->restart = g_new0 (char *, 1);
  self->never_restart = g_new0 (char *, 1);
  self->reopen = g_new0 (char *, 1);
  return self;
}

void
suture_notes_free (SutureNotes *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->title);
  g_hash_table_unref (self->description);
  g_ptr_array_unref (self->vulnerabilities);
  g_free (self->component);
  g_free (self->kind);
  g_free (self->severity);
  g_strfreev (self->restart);
  g_strfreev (self->never_restart);
  g_strfreev (self->reopen);
  g_free (self);
}

static void
add_vulnerability (SutureNotes *self, const char *id, const char *title, const char *credit)
{
  GStrv texts;

  for (guint i = 0; i < self->vulnerabilities->len; i++)
    {
      GStrv known = g_ptr_array_index (self->vulnerabilities, i);

      if (g_str_equal (known[0], id))
        return;
    }
  texts = g_new0 (char *, 4);
  texts[0] = g_strdup (id);
  texts[1] = g_strdup (title != NULL ? title : "");
  texts[2] = g_strdup (credit != NULL ? credit : "");
  g_ptr_array_add (self->vulnerabilities, texts);
}

/* "Title[de]" → "de", "Title" → "en". */
static char *
language_of (const char *key)
{
  const char *bracket = strchr (key, '[');

  if (bracket == NULL || !g_str_has_suffix (key, "]"))
    return g_strdup ("en");
  return g_strndup (bracket + 1, strlen (bracket) - 2);
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *const *known, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (keys[i], "[", 2);

      if (g_strv_contains (known, parts[0]))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "[%s] has the unknown key %s", group, keys[i]);
      return FALSE;
    }
  return keys != NULL;
}

static void
take_texts (GKeyFile *file, const char *key, GHashTable *texts)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, "Improvement", NULL, NULL);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (keys[i], "[", 2);

      if (g_str_equal (parts[0], key))
        g_hash_table_replace (texts, language_of (keys[i]), g_key_file_get_string (file, "Improvement", keys[i], NULL));
    }
}

static void
take_string (GKeyFile *file, const char *key, char **value)
{
  g_autofree char *text = g_key_file_get_string (file, "Improvement", key, NULL);

  if (text == NULL)
    return;
  g_free (*value);
  *value = g_steal_pointer (&text);
}

static void
take_list (GKeyFile *file, const char *key, GStrv *value)
{
  g_auto (GStrv) list = g_key_file_get_string_list (file, "Effects", key, NULL, NULL);

  if (list == NULL)
    return;
  g_strfreev (*value);
  *value = g_steal_pointer (&list);
}

static gboolean
take_boolean (GKeyFile *file, const char *group, const char *key, gboolean *value, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  *value = g_key_file_get_boolean (file, group, key, &why);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
take_group (SutureNotes *self, GKeyFile *file, const char *group, GError **error)
{
  if (g_str_equal (group, "Improvement"))
    {
      take_texts (file, "Title", self->title);
      take_texts (file, "Description", self->description);
      take_string (file, "Component", &self->component);
      take_string (file, "Kind", &self->kind);
      take_string (file, "Severity", &self->severity);
      return check_keys (file, group, improvement_keys, error)
             && take_boolean (file, group, "Exploited", &self->exploited, error);
    }
  if (g_str_equal (group, "Effects"))
    {
      take_list (file, "Restart", &self->restart);
      take_list (file, "NeverRestart", &self->never_restart);
      take_list (file, "Reopen", &self->reopen);
      return check_keys (file, group, effects_keys, error)
             && take_boolean (file, group, "Reboot", &self->reboot, error);
    }
  {
    g_autofree char *title = g_key_file_get_string (file, group, "Title", NULL);
    g_autofree char *credit = g_key_file_get_string (file, group, "Credit", NULL);

    add_vulnerability (self, group, title, credit);
    return check_keys (file, group, vulnerability_keys, error);
  }
}

gboolean
suture_notes_add_file (SutureNotes *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_TRANSLATIONS, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; groups[i] != NULL; i++)
    if (!take_group (self, file, groups[i], error))
      {
        g_prefix_error (error, "%s: ", path);
        return FALSE;
      }
  return TRUE;
}

/* Opens a file of the unpacked package as programs in it would see it: packages that belong together link to each other's
 * documentation, but no link leads out of @tree. -1 where there is no regular file. */
static int
open_inside (const char *tree, const char *path)
{
  g_auto (SutureFd) root = open (tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_auto (SutureFd) handle = suture_file_open_resolved (root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  struct stat status;

  if (handle < 0 || fstat (handle, &status) < 0 || !S_ISREG (status.st_mode))
    return -1;
  return suture_file_open_resolved (root, path, O_RDONLY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

static char *
read_gzip (int fd, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (fd, FALSE, error);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (GInputStream) compressed = bytes != NULL ? g_memory_input_stream_new_from_bytes (bytes) : NULL;
  g_autoptr (GZlibDecompressor) decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (compressed == NULL)
    return NULL;
  stream = g_converter_input_stream_new (compressed, G_CONVERTER (decompressor));
  text = g_malloc (CHANGELOG_MAX + 1);
  if (!g_input_stream_read_all (stream, text, CHANGELOG_MAX, &length, NULL, error))
    return NULL;
  return g_utf8_make_valid (text, (gssize) length);
}

/* The changelog under the names that debhelper gives it (native and binary-only uploads have other ones). */
static char *
find_changelog (const SuturePackage *fixed, const char *tree, GError **error)
{
  g_autofree char *rebuilt = g_strdup_printf ("changelog.Debian.%s.gz", fixed->architecture);
  const char *const names[] = { "changelog.Debian.gz", rebuilt, "changelog.gz" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename ("usr/share/doc", fixed->name, names[i], NULL);
      g_auto (SutureFd) fd = open_inside (tree, path);
      g_autofree char *text = fd >= 0 ? read_gzip (fd, error) : NULL;

      if (fd < 0)
        continue;
      if (text == NULL)
        g_prefix_error (error, "%s: ", path);
      return g_steal_pointer (&text);
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s has no changelog; write a notes file", fixed->name);
  return NULL;
}

/* deb-changelog(5): entries begin with "source (version) distributions; …", the newest first. */
static char *
newer_entries (const char *changelog, const char *old_version, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (changelog, "\n", -1);
  g_autofree char *old = g_strdup_printf (" (%s) ", old_version);
  GString *newer = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      gboolean heading = *lines[i] != ' ' && *lines[i] != '\0';

      if (heading && strstr (lines[i], old) != NULL)
        return g_strchomp (g_string_free (newer, FALSE));
      if (!g_str_has_prefix (lines[i], " -- "))
        g_string_append_printf (newer, "%s\n", lines[i]);
    }
  g_string_free (newer, TRUE);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND,
               "the changelog does not name the old version %s; write a notes file", old_version);
  return NULL;
}

/* Every CVE number in @entries; with the text after it as title where it heads an item, "- CVE-2026-0001: text", which may
 * go on in lines that are indented further and begin no item of their own. */
static void
add_named (SutureNotes *self, const char *entries)
{
  g_autoptr (GRegex) head = g_regex_new ("^( *)[-*+] (CVE-[0-9]{4}-[0-9]{4,}): (.+(?:\\n\\1 +[^-*+ \\n].*)*)$",
                                         G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GRegex) any = g_regex_new ("\\bCVE-[0-9]{4}-[0-9]{4,}\\b", 0, 0, NULL);
  g_autoptr (GRegex) blanks = g_regex_new ("\\s+", 0, 0, NULL);
  g_autoptr (GMatchInfo) heads = NULL;
  g_autoptr (GMatchInfo) anywhere = NULL;

  g_regex_match (head, entries, 0, &heads);
  for (; g_match_info_matches (heads); g_match_info_next (heads, NULL))
    {
      g_autofree char *id = g_match_info_fetch (heads, 2);
      g_autofree char *text = g_match_info_fetch (heads, 3);
      g_autofree char *title = g_regex_replace_literal (blanks, text, -1, 0, " ", 0, NULL);

      add_vulnerability (self, id, title, NULL);
    }
  g_regex_match (any, entries, 0, &anywhere);
  for (; g_match_info_matches (anywhere); g_match_info_next (anywhere, NULL))
    {
      g_autofree char *id = g_match_info_fetch (anywhere, 0);

      add_vulnerability (self, id, NULL, NULL);
    }
}

gboolean
suture_notes_add_changelog (
    SutureNotes *self, const SuturePackage *fixed, const char *old_version, const char *tree, GError **error)
{
  g_autofree char *changelog = find_changelog (fixed, tree, error);
  g_autofree char *newer = changelog != NULL ? newer_entries (changelog, old_version, error) : NULL;

  if (newer == NULL)
    return FALSE;
  add_named (self, newer);
  if (!g_hash_table_contains (self->title, "en"))
    g_hash_table_insert (self->title, g_strdup ("en"), g_strdup (fixed->source));
  if (!g_hash_table_contains (self->description, "en"))
    {
      const char *end;

      g_utf8_validate_len (newer, MIN (strlen (newer), DESCRIPTION_BYTES), &end);
      g_hash_table_insert (self->description, g_strdup ("en"), g_strndup (newer, (gsize) (end - newer)));
    }
  return TRUE;
}
