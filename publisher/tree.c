/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define COPY_BYTES (256 * 1024)
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, closedir)

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

/* The names of the entries of @folder; owned by the caller. */
static GPtrArray *
list (int folder, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (SutureFd) own = openat (folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (DIR) entries = own >= 0 ? fdopendir (own) : NULL;
  const struct dirent *entry;

  if (entries == NULL)
    {
      suture_error_set_errno (error, errno, "could not read a folder");
      return NULL;
    }
  suture_fd_steal (&own); /* closedir () closes it */
  while (errno = 0, (entry = readdir (entries)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (errno == 0)
    return g_steal_pointer (&names);
  suture_error_set_errno (error, errno, "could not read a folder");
  return NULL;
}

/* Moves the entry @name of the folder @from to the folder @to. What both have must be a folder in both: nothing is ever
 * put where a link leads. @at: the path of @to, for people. */
static gboolean
merge (int from, int to, const char *at, const char *name, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/%s", at, name);
  g_auto (SutureFd) in = -1;
  g_auto (SutureFd) out = -1;
  g_autoptr (GPtrArray) names = NULL;
  struct stat status;

  if (fstatat (to, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
    return renameat (from, name, to, name) == 0
           || suture_error_set_errno (error, errno, "could not move %s into place", path);
  in = openat (from, name, FOLDER_FLAGS);
  out = openat (to, name, FOLDER_FLAGS);
  if (in < 0 || out < 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s is there twice, and no folder both times", path);
      return FALSE;
    }
  names = list (in, error);
  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!merge (in, out, path, g_ptr_array_index (names, i), error))
      return FALSE;
  return names != NULL;
}

/* hier(7): what is a link to the folder of that name below /usr on a system with a merged /usr */
static gboolean
is_alias (int folder, const char *name)
{
  const char *const aliases[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32", NULL };
  struct stat status;

  return g_strv_contains (aliases, name) && fstatat (folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0
         && S_ISDIR (status.st_mode);
}

gboolean
suture_tree_merge (const char *from, const char *to, GError **error)
{
  g_auto (SutureFd) in = suture_file_open_folder (from, 0, error);
  g_auto (SutureFd) out = in >= 0 ? suture_file_open_folder (to, 0, error) : -1;
  g_autoptr (GPtrArray) names = out >= 0 ? list (in, error) : NULL;
  g_auto (SutureFd) usr = -1;

  if (names == NULL)
    return FALSE;
  if ((mkdirat (out, "usr", 0755) < 0 && errno != EEXIST) || (usr = openat (out, "usr", FOLDER_FLAGS)) < 0)
    return suture_error_set_errno (error, errno, "could not make /usr below %s", to);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (!(is_alias (in, name) ? merge (in, usr, "/usr", name, error) : merge (in, out, "", name, error)))
        return FALSE;
    }
  return TRUE;
}

int
suture_tree_open (const char *tree, const char *path, int flags)
{
  g_auto (SutureFd) folder = open (tree, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (folder < 0)
    return -1;
  return suture_file_open_resolved (folder, path + strlen ("/"), flags,
                                    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

char *
suture_tree_read_link (int handle, const char *path, GError **error)
{
  char target[PATH_MAX];
  ssize_t length = readlinkat (handle, "", target, sizeof target);

  if (length < 0)
    {
      suture_error_set_errno (error, errno, "could not read the link %s", path);
      return NULL;
    }
  return g_strndup (target, (gsize) length);
}

/* The mode that the folder @path has in the tree @like, or else the one that new folders get. */
static mode_t
folder_mode (const char *like, const char *path)
{
  g_auto (SutureFd) model = suture_tree_open (like, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  struct stat status;

  return model >= 0 && fstat (model, &status) == 0 ? status.st_mode & 07777 : 0755;
}

/* The folder above @path in the tree @to, made if it is not there, and so are those above it. -1 with @error. */
static int
open_parent (const char *to, const char *like, const char *path, GError **error)
{
  g_auto (SutureFd) folder = suture_file_open_folder (to, 0, error);
  g_auto (GStrv) parts = g_strsplit (path + strlen ("/"), "/", -1);
  g_autoptr (GString) at = g_string_new (NULL);

  for (gsize i = 0; folder >= 0 && parts[i + 1] != NULL; i++)
    {
      gboolean is_new = mkdirat (folder, parts[i], 0755) == 0;
      g_auto (SutureFd) below = is_new || errno == EEXIST ? openat (folder, parts[i], FOLDER_FLAGS) : -1;

      g_string_append_printf (at, "/%s", parts[i]);
      if (below < 0 || (is_new && fchmod (below, folder_mode (like, at->str)) < 0))
        {
          suture_error_set_errno (error, errno, "could not make %s%s", to, at->str);
          return -1;
        }
      suture_fd_close (&folder);
      folder = suture_fd_steal (&below);
    }
  return suture_fd_steal (&folder);
}

gboolean
suture_tree_make_parents (const char *to, const char *like, const char *path, GError **error)
{
  g_auto (SutureFd) parent = open_parent (to, like, path, error);

  return parent >= 0;
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

/* Copies the file @path of the tree @from to @name below @folder. */
static gboolean
copy_file (const char *from, const char *path, int folder, const char *name, mode_t mode, GError **error)
{
  g_auto (SutureFd) in = suture_tree_open (from, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  g_auto (SutureFd) out = in >= 0 ? openat (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;

  if (out < 0)
    return suture_error_set_errno (error, errno, "could not copy %s", path);
  if (!copy_bytes (in, out, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  /* at last: writing takes setuid away */
  return fchmod (out, mode) == 0 || suture_error_set_errno (error, errno, "could not set the mode of %s", path);
}

gboolean
suture_tree_copy (const char *from, const char *to, const char *like, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *target = NULL;
  g_auto (SutureFd) parent = open_parent (to, like, path, error);
  g_auto (SutureFd) handle = parent >= 0 ? suture_tree_open (from, path, O_PATH | O_NOFOLLOW) : -1;
  struct stat status;

  if (parent < 0)
    return FALSE;
  if (handle < 0 || fstat (handle, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  if (!S_ISLNK (status.st_mode))
    return copy_file (from, path, parent, name, status.st_mode & 07777, error);
  target = suture_tree_read_link (handle, path, error);
  return target != NULL
         && (symlinkat (target, parent, name) == 0 || suture_error_set_errno (error, errno, "could not make %s", path));
}

gboolean
suture_tree_write (const char *to, const char *like, const char *path, const char *text, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_auto (SutureFd) parent = open_parent (to, like, path, error);

  return parent >= 0 && suture_file_replace (parent, name, text, strlen (text), 0644, error);
}

gboolean
suture_tree_sync (const char *tree, GError **error)
{
  g_auto (SutureFd) folder = suture_file_open_folder (tree, 0, error);

  return folder >= 0
         && (syncfs (folder) == 0 || suture_error_set_errno (error, errno, "could not write %s to disk", tree));
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
      if (!S_ISDIR (status.st_mode) && !S_ISREG (status.st_mode) && !S_ISLNK (status.st_mode))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s is neither a file, nor a folder, nor a link",
                       below);
          return FALSE;
        }
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
  return suture_tree_walk_below (tree, "", entries, folders, error);
}

gboolean
suture_tree_walk_below (const char *tree, const char *below, GPtrArray *entries, GPtrArray *folders, GError **error)
{
  g_autofree char *top = g_strconcat (tree, below, NULL);
  struct stat status;

  /* what is not there has nothing below; and no link is followed */
  if (*below != '\0' && (lstat (top, &status) < 0 || !S_ISDIR (status.st_mode)))
    return TRUE;
  if (!walk (tree, below, entries, folders, error))
    return FALSE;
  g_ptr_array_sort (entries, compare_paths);
  if (folders != NULL)
    g_ptr_array_sort (folders, compare_paths);
  return TRUE;
}
