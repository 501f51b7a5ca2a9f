/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/keyrings.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"

#define BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----"
#define FILE_MAX (4 * 1024 * 1024) /* bytes of a keyring or a list of sources; Debian's have 60 KiB */

static const char *const folders[] = { "/etc/apt/trusted.gpg.d", "/etc/apt/keyrings" };

GBytes *
suture_keyrings_dearmor (const char *text)
{
  const char *begin = strstr (text, BEGIN);
  g_auto (GStrv) lines = begin != NULL ? g_strsplit (begin + strlen (BEGIN), "\n", -1) : NULL;
  g_autoptr (GString) base64 = g_string_new (NULL);
  gboolean in_body = FALSE;
  gsize length = 0;
  guchar *bytes;

  if (begin == NULL)
    return NULL;
  for (gsize i = 1; lines[i] != NULL && !g_str_has_prefix (lines[i], "-----"); i++)
    {
      const char *line = g_strstrip (lines[i]);

      /* headers end with an empty line, and the checksum is a line of its own */
      if (!in_body)
        in_body = *line == '\0';
      else if (*line != '=')
        g_string_append (base64, line);
    }
  bytes = g_base64_decode (base64->str, &length);
  return g_bytes_new_take (bytes, length);
}

static void
add_keyring (GPtrArray *found, const char *path, const char *work)
{
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FILE_MAX, NULL);
  g_autofree char *text = NULL;
  g_autofree char *binary = NULL;
  g_autoptr (GBytes) keys = NULL;

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return;
  if (((const guchar *) g_bytes_get_data (bytes, NULL))[0] & 0x80) /* RFC 4880, 4.2: a packet */
    {
      g_ptr_array_add (found, g_strdup (path));
      return;
    }
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  keys = suture_keyrings_dearmor (text);
  if (keys == NULL)
    return;
  binary = g_strdup_printf ("%s/keyring-%u.gpg", work, found->len);
  if (g_file_set_contents (binary, g_bytes_get_data (keys, NULL), (gssize) g_bytes_get_size (keys), NULL))
    g_ptr_array_add (found, g_steal_pointer (&binary));
}

/* Every absolute path behind a signed-by of a list of sources, in either format. */
static void
add_signed_by (GHashTable *paths, const char *file)
{
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, file, FILE_MAX, NULL);
  g_autofree char *text = bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
  g_autoptr (GRegex) regex = g_regex_new ("signed-by\\s*[=:]\\s*([^\\]\\n]+)", G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (text == NULL)
    return;
  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *value = g_match_info_fetch (match, 1);
      g_auto (GStrv) words = g_strsplit_set (value, " \t,", -1);

      for (gsize i = 0; words[i] != NULL; i++)
        if (g_path_is_absolute (words[i]))
          g_hash_table_add (paths, g_strdup (words[i]));
    }
}

static void
for_files (const char *folder, GHashTable *into, gboolean are_lists)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      char *path = g_build_filename (folder, name, NULL);

      if (are_lists && (g_str_has_suffix (name, ".list") || g_str_has_suffix (name, ".sources")))
        add_signed_by (into, path);
      if (!are_lists && (g_str_has_suffix (name, ".gpg") || g_str_has_suffix (name, ".asc")))
        g_hash_table_add (into, g_steal_pointer (&path));
      g_free (path);
    }
}

GPtrArray *
suture_keyrings_find (const char *work, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) sorted = NULL;

  g_hash_table_add (paths, g_strdup ("/etc/apt/trusted.gpg"));
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    for_files (folders[i], paths, FALSE);
  add_signed_by (paths, "/etc/apt/sources.list");
  for_files ("/etc/apt/sources.list.d", paths, TRUE);
  sorted = g_list_sort (g_hash_table_get_keys (paths), (GCompareFunc) g_strcmp0);
  for (GList *at = sorted; at != NULL; at = at->next)
    add_keyring (found, at->data, work);
  if (found->len > 0)
    return g_steal_pointer (&found);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE,
               "this computer's apt has no keys of any archive, so none of its lists can be believed");
  return NULL;
}
