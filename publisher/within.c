/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "within.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "tree.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* -1, with a sentence for @errsv of open(2). */
static int
refuse (SutureDepot *depot, const char *path, int errsv, GError **error)
{
  if (errsv == ENOENT)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no file %s/%s", depot->path, path);
  else if (errsv == ELOOP || errsv == EXDEV)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
                 "%s/%s may be no link, nor lie behind one: remove it, and put there what belongs there", depot->path, path);
  else if (errsv == ENOTDIR)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
                 "%s/%s is no folder, or lies in what is none: remove what stands in a folder's place", depot->path, path);
  else if (errsv == ENXIO || errsv == EISDIR)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s/%s is no regular file: remove it", depot->path, path);
  else
    suture_error_set_errno (error, errsv, "could not open %s/%s", depot->path, path);
  return -1;
}

int
suture_within_open (SutureDepot *depot, const char *path, int flags, GError **error)
{
  int fd = suture_file_open_resolved (depot->lock, path, flags | O_NONBLOCK | O_NOCTTY,
                                      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);

  return fd >= 0 ? fd : refuse (depot, path, errno, error);
}

int
suture_within_folder (SutureDepot *depot, const char *path, guint mode, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_auto (SutureFd) at = -1;

  if (mode == 0)
    return suture_within_open (depot, path, O_RDONLY | O_DIRECTORY, error);
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_auto (SutureFd) above = i == 0 ? openat (depot->lock, ".", FOLDER_FLAGS) : suture_fd_steal (&at);
      struct stat status;

      if (mkdirat (above, parts[i], (mode_t) mode) < 0 && errno != EEXIST)
        return refuse (depot, path, errno, error);
      at = openat (above, parts[i], FOLDER_FLAGS);
      /* open(2) says ENOTDIR of a link, too */
      if (at < 0 && errno == ENOTDIR && fstatat (above, parts[i], &status, AT_SYMLINK_NOFOLLOW) == 0
          && S_ISLNK (status.st_mode))
        return refuse (depot, path, ELOOP, error);
      if (at < 0)
        return refuse (depot, path, errno, error);
    }
  return suture_fd_steal (&at);
}

GBytes *
suture_within_read (SutureDepot *depot, const char *path, gsize max_length, GError **error)
{
  g_auto (SutureFd) fd = suture_within_open (depot, path, O_RDONLY, error);
  g_autofree char *name = suture_depot_path (depot, path, NULL);

  return fd >= 0 ? suture_file_read_open (fd, name, max_length, error) : NULL;
}

/* Moves the folder @name of @folder into work/, which nobody else can reach, and removes it there. */
static gboolean
remove_folder (SutureDepot *depot, int folder, const char *path, const char *name, GError **error)
{
  g_autofree char *work = suture_depot_work (depot, error);
  g_auto (SutureFd) away = work != NULL ? suture_file_open_folder (work, 0, error) : -1;
  gboolean good = away >= 0;

  if (good && renameat (folder, name, away, "folder") < 0)
    {
      good = FALSE;
      suture_error_set_errno (error, errno, "%s/%s/%s is a folder, and could not be moved away: remove it", depot->path, path,
                              name);
    }
  if (work != NULL)
    suture_tree_remove (work);
  return good;
}

static gboolean
is_folder (int folder, const char *name)
{
  struct stat status;

  return fstatat (folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (status.st_mode);
}

gboolean
suture_within_write (SutureDepot *depot, const char *path, const char *name, const void *data, gsize length, GError **error)
{
  g_auto (SutureFd) folder = suture_within_folder (depot, path, 0755, error);

  if (folder < 0 || (is_folder (folder, name) && !remove_folder (depot, folder, path, name, error)))
    return FALSE;
  if (suture_file_replace (folder, name, data, length, 0644, error))
    return TRUE;
  g_prefix_error (error, "%s/%s: ", depot->path, path);
  return FALSE;
}

gboolean
suture_within_remove (SutureDepot *depot, const char *path, const char *name, GError **error)
{
  g_auto (SutureFd) folder = suture_within_folder (depot, path, 0, error);

  if (folder < 0)
    return FALSE;
  if (is_folder (folder, name))
    return remove_folder (depot, folder, path, name, error)
           && (fsync (folder) == 0
               || suture_error_set_errno (error, errno, "could not write the folder %s/%s to disk", depot->path, path));
  if (suture_file_remove (folder, name, error))
    return TRUE;
  g_prefix_error (error, "%s/%s: ", depot->path, path);
  return FALSE;
}
