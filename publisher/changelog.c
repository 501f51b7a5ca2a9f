/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changelog.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

#define CHANGELOG_MAX (8 * 1024 * 1024) /* bytes, unpacked */

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

char *
suture_changelog_since (const SuturePackage *fixed, const SuturePackage *old, const char *tree, GError **error)
{
  g_autofree char *changelog = find_changelog (fixed, tree, error);

  return changelog != NULL ? newer_entries (changelog, old->source_version, error) : NULL;
}
