/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/dpkg.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"

#define FILE_MAX (64 * 1024 * 1024) /* bytes; a desktop's status file has 10 MB */
#define MD5_HEX 32

/* *@text is NULL where there is no such file. */
static gboolean
read_text (const char *folder, const char *name, char **text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FILE_MAX, &why);

  *text = NULL;
  if (bytes != NULL)
    *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (bytes != NULL || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* dpkg names files of packages of which there may be several architectures by that as well. */
gboolean
suture_dpkg_read_info (const char *dpkg, const SutureUpgrade *upgrade, const char *what, char **text, GError **error)
{
  g_autofree char *qualified = g_strdup_printf ("info/%s:%s.%s", upgrade->name, upgrade->architecture, what);
  g_autofree char *plain = g_strdup_printf ("info/%s.%s", upgrade->name, what);

  return read_text (dpkg, qualified, text, error) && (*text != NULL || read_text (dpkg, plain, text, error));
}

gboolean
suture_dpkg_read_control (const SutureUpgrade *upgrade, const char *what, char **text, GError **error)
{
  return read_text (upgrade->control, what, text, error);
}

GStrv
suture_dpkg_read_lines (const char *dpkg, const char *name, GError **error)
{
  g_autofree char *text = NULL;

  if (!read_text (dpkg, name, &text, error))
    return NULL;
  return g_strsplit (text != NULL ? g_strchomp (text) : "", "\n", -1);
}

/* The paragraph of the status file that is about the installed package; NULL for none. Static in @status, which it cuts. */
static char *
find_paragraph (char *status, const SutureUpgrade *upgrade)
{
  g_autofree char *package = g_strdup_printf ("Package: %s\n", upgrade->name);
  g_autofree char *architecture = g_strdup_printf ("\nArchitecture: %s\n", upgrade->architecture);

  for (char *at = status; at != NULL && *at != '\0';)
    {
      char *end = strstr (at, "\n\n");
      char *next = end != NULL ? end + 2 : NULL;

      if (end != NULL)
        end[1] = '\0';
      if (g_str_has_prefix (at, package) && strstr (at, architecture) != NULL)
        return at;
      at = next;
    }
  return NULL;
}

/* "Conffiles:", and then " PATH MD5" and maybe a word in each line. */
GHashTable *
suture_dpkg_read_conffiles (const char *dpkg, const SutureUpgrade *upgrade, GError **error)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *status = NULL;
  const char *paragraph, *at;

  if (!read_text (dpkg, "status", &status, error))
    return g_hash_table_unref (files), NULL;
  paragraph = status != NULL ? find_paragraph (status, upgrade) : NULL;
  at = paragraph != NULL ? strstr (paragraph, "\nConffiles:\n") : NULL;
  for (at = at != NULL ? at + strlen ("\nConffiles:\n") : NULL; at != NULL && *at == ' ';)
    {
      g_autofree char *line = g_strndup (at, strcspn (at, "\n"));
      g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", -1);

      if (g_strv_length (words) == 2)
        g_hash_table_insert (files, g_strdup (words[0]), g_strdup (words[1]));
      at += strcspn (at, "\n");
      at += *at == '\n';
    }
  return files;
}

char *
suture_dpkg_read_source_version (const char *dpkg, const SutureUpgrade *upgrade, GError **error)
{
  g_autofree char *status = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("^Source: \\S+ \\(([^()\\n]+)\\)$", G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  const char *paragraph;

  if (!read_text (dpkg, "status", &status, error))
    return NULL;
  paragraph = status != NULL ? find_paragraph (status, upgrade) : NULL;
  if (paragraph != NULL && g_regex_match (regex, paragraph, 0, &match))
    return g_match_info_fetch (match, 1);
  return g_strdup (upgrade->old_version);
}

GHashTable *
suture_dpkg_parse_sums (const char *text)
{
  GHashTable *sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (strlen (lines[i]) > MD5_HEX + 2)
      g_hash_table_insert (sums, g_strconcat ("/", lines[i] + MD5_HEX + 2, NULL), g_strndup (lines[i], MD5_HEX));
  return sums;
}

char *
suture_dpkg_merge_path (const char *path)
{
  static const char *const moved[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32" };

  for (gsize i = 0; i < G_N_ELEMENTS (moved); i++)
    if (suture_dpkg_is_below (path, moved[i]))
      return g_strconcat ("/usr", path, NULL);
  return g_strdup (path);
}

gboolean
suture_dpkg_is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}
