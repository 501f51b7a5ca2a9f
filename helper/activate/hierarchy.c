/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/hierarchy.h"

#include <fcntl.h>

#include "activate/mounts.h"
#include "base/file.h"
#include "base/paths.h"

#define MARKER ".systemd-sysext/extensions"
#define MARKER_MAX 65536 /* bytes */

static const char *const names[SUTURE_HIERARCHIES] = { "bin", "sbin", "lib", "lib64", "libexec", "share" };

const char *
suture_hierarchy_name (guint i)
{
  g_return_val_if_fail (i < SUTURE_HIERARCHIES, NULL);
  return names[i];
}

char *
suture_hierarchy_path (guint i)
{
  return g_build_filename (suture_path (SUTURE_PATH_USR), suture_hierarchy_name (i), NULL);
}

char *
suture_hierarchy_all (void)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    g_string_append_printf (all, "%s%s/%s", i == 0 ? "" : ":", suture_path (SUTURE_PATH_USR), names[i]);
  return g_string_free (all, FALSE);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char **
merged_at (const char *path)
{
  g_autofree char *marker = g_build_filename (path, MARKER, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GPtrArray *found;

  if (!suture_mounts_is_root (path))
    return NULL;
  bytes = suture_file_read (AT_FDCWD, marker, MARKER_MAX, NULL);
  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  found = g_ptr_array_new ();
  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_ptr_array_add (found, g_strdup (lines[i]));
  g_ptr_array_sort (found, compare_names);
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

char **
suture_hierarchy_merged (guint i)
{
  g_autofree char *path = suture_hierarchy_path (i);

  return merged_at (path);
}

char **
suture_hierarchy_usr_merged (void)
{
  return merged_at (suture_path (SUTURE_PATH_USR));
}

gboolean
suture_hierarchy_usr_is_covered (void)
{
  g_auto (GStrv) merged = suture_hierarchy_usr_merged ();

  return merged != NULL;
}

gboolean
suture_hierarchy_has (const char *name)
{
  g_auto (GStrv) usr = suture_hierarchy_usr_merged ();

  if (usr != NULL)
    return g_strv_contains ((const char *const *) usr, name);
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      g_auto (GStrv) merged = suture_hierarchy_merged (i);

      if (merged != NULL && g_strv_contains ((const char *const *) merged, name))
        return TRUE;
    }
  return FALSE;
}
