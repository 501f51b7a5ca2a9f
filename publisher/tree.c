/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define COPY_BYTES (256 * 1024)

char *
suture_tree_make (const char *parent, GError **error)
{
  g_autofree char *path = g_build_filename (parent, ".work-XXXXXX", NULL);

  if (g_mkdtemp (path) == NULL)
    {
      suture_error_set_errno (error, errno, "could not make a folder below %s", parent);
      return NULL;
    }
  return g_steal_pointer (&path);
}

static int
remove_one (const char *path, const struct stat *status, int kind, struct FTW *walk)
{
  (void) remove (path);
  return 0;
}

void
suture_tree_remove (const char *path)
{
  (void) nftw (path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Moves what is in @from into @to, folder by folder. */
static gboolean
move_into (const char *from, const char *to, GError **error)
{
  g_autoptr (GDir) folder = NULL;
  const char *name;

  if (g_rename (from, to) == 0)
    return TRUE;
  if (!g_file_test (from, G_FILE_TEST_IS_DIR) || !g_file_test (to, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "the package has both %s and %s", from, to);
      return FALSE;
    }
  folder = g_dir_open (from, 0, error);
  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);

      if (g_file_test (target, G_FILE_TEST_EXISTS) && !g_file_test (target, G_FILE_TEST_IS_DIR))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "the package has both %s and %s", below, target);
          return FALSE;
        }
      if (!move_into (below, target, error))
        return FALSE;
    }
  return rmdir (from) == 0 || suture_error_set_errno (error, errno, "could not remove %s", from);
}

gboolean
suture_tree_merge_usr (const char *tree, GError **error)
{
  const char *const aliases[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32" }; /* hier(7), merged */
  g_autofree char *usr = g_build_filename (tree, "usr", NULL);

  if (g_mkdir_with_parents (usr, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", usr);
  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    {
      g_autofree char *from = g_build_filename (tree, aliases[i], NULL);
      g_autofree char *to = g_build_filename (usr, aliases[i], NULL);

      if (!g_file_test (from, G_FILE_TEST_IS_SYMLINK) && g_file_test (from, G_FILE_TEST_IS_DIR)
          && !move_into (from, to, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
suture_tree_make_parents (const char *to, const char *like, const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *target = g_strconcat (to, parent, NULL);
  g_autofree char *model = g_strconcat (like, parent, NULL);
  struct stat status;

  if (g_str_equal (parent, "/") || g_file_test (target, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (!suture_tree_make_parents (to, like, parent, error))
    return FALSE;
  if (lstat (model, &status) < 0 || !S_ISDIR (status.st_mode))
    status.st_mode = 0755;
  if (mkdir (target, 0755) < 0 || chmod (target, status.st_mode & 07777) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", target);
  return TRUE;
}

static gboolean
copy_bytes (int from, int to, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (COPY_BYTES);

  for (;;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (read (from, buffer, COPY_BYTES));

      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read");
      if (n == 0)
        return TRUE;
      if (!suture_file_write_all (to, buffer, (gsize) n, error))
        return FALSE;
    }
}

gboolean
suture_tree_copy (const char *from, const char *to, const char *like, const char *path, GError **error)
{
  g_autofree char *source = g_strconcat (from, path, NULL);
  g_autofree char *target = g_strconcat (to, path, NULL);
  struct stat status;

  if (!suture_tree_make_parents (to, like, path, error))
    return FALSE;
  if (lstat (source, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", source);
  if (S_ISLNK (status.st_mode))
    {
      g_autofree char *link = g_file_read_link (source, error);

      if (link == NULL)
        return FALSE;
      return symlink (link, target) == 0 || suture_error_set_errno (error, errno, "could not make %s", target);
    }
  {
    g_auto (SutureFd) in = open (source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    g_auto (SutureFd) out = open (target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (in < 0 || out < 0)
      return suture_error_set_errno (error, errno, "could not copy %s", source);
    if (!copy_bytes (in, out, error))
      return FALSE;
    return fchmod (out, status.st_mode & 07777) == 0
           || suture_error_set_errno (error, errno, "could not set the mode of %s", target);
  }
}

gboolean
suture_tree_write (const char *to, const char *like, const char *path, const char *text, GError **error)
{
  g_autofree char *target = g_strconcat (to, path, NULL);

  if (!suture_tree_make_parents (to, like, path, error))
    return FALSE;
  if (!g_file_set_contents_full (target, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error))
    return FALSE;
  return chmod (target, 0644) == 0 || suture_error_set_errno (error, errno, "could not set the mode of %s", target);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
walk (const char *tree, const char *at, GPtrArray *entries, GPtrArray *folders, GError **error)
{
  g_autofree char *path = g_strconcat (tree, at, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_strdup_printf ("%s/%s", at, name);
      g_autofree char *full = g_strconcat (tree, below, NULL);
      struct stat status;

      if (lstat (full, &status) < 0)
        return suture_error_set_errno (error, errno, "could not look at %s", full);
      if (!S_ISDIR (status.st_mode))
        {
          g_ptr_array_add (entries, g_steal_pointer (&below));
          continue;
        }
      if (!walk (tree, below, entries, folders, error))
        return FALSE;
      if (folders != NULL)
        g_ptr_array_add (folders, g_steal_pointer (&below));
    }
  return TRUE;
}

gboolean
suture_tree_walk (const char *tree, GPtrArray *entries, GPtrArray *folders, GError **error)
{
  if (!walk (tree, "", entries, folders, error))
    return FALSE;
  g_ptr_array_sort (entries, compare_paths);
  if (folders != NULL)
    g_ptr_array_sort (folders, compare_paths);
  return TRUE;
}
