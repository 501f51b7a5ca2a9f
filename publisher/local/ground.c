/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/ground.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "changes.h"
#include "local/dpkg.h"
#include "tree.h"

#define COPY_BYTES (256 * 1024)
#define IN_PLACE (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)

typedef struct
{
  SutureFd usr;          /* the unmerged one (owned) */
  const char *ground;    /* the caller's */
  SutureObstacle **obstacle;
} Ground;

static void
ground_clear (Ground *self)
{
  suture_fd_close (&self->usr);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ground, ground_clear)

static gboolean
stop (Ground *self, const char *why, const char *path)
{
  *self->obstacle = suture_obstacle_new (why, path);
  return TRUE;
}

/* Makes the folder that is at @path here, with the mode @mode. */
static gboolean
make_folder (Ground *self, const char *path, mode_t mode, GError **error)
{
  g_autofree char *to = g_strconcat (self->ground, path, NULL);

  if (g_mkdir_with_parents (to, 0755) < 0 || chmod (to, mode & 07777) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", to);
  return TRUE;
}

static int
make_file (Ground *self, const char *path, GError **error)
{
  g_autofree char *to = g_strconcat (self->ground, path, NULL);
  g_autofree char *folder = g_path_get_dirname (to);
  int fd = g_mkdir_with_parents (folder, 0755) == 0 ? open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;

  if (fd < 0)
    suture_error_set_errno (error, errno, "could not make %s", to);
  return fd;
}

static gboolean
copy_file (Ground *self, const char *path, mode_t mode, GError **error)
{
  g_auto (SutureFd) in = suture_file_open_resolved (self->usr, path + strlen ("/usr/"), O_RDONLY | O_NOFOLLOW, IN_PLACE);
  g_autofree guint8 *buffer = g_malloc (COPY_BYTES);
  g_auto (SutureFd) out = -1;

  if (in < 0 && errno == EACCES)
    return stop (self, "rights", path);
  if (in < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  out = make_file (self, path, error);
  for (ssize_t n = 1; out >= 0 && n != 0;)
    {
      n = TEMP_FAILURE_RETRY (read (in, buffer, COPY_BYTES));
      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read %s", path);
      if (!suture_file_write_all (out, buffer, (gsize) n, error))
        return FALSE;
    }
  /* at last: writing takes setuid away */
  return out >= 0
         && (fchmod (out, mode & 07777) == 0 || suture_error_set_errno (error, errno, "could not set the mode of %s", path));
}

static gboolean
copy_link (Ground *self, const char *path, int handle, GError **error)
{
  g_autofree char *target = suture_tree_read_link (handle, path, error);
  g_autofree char *to = g_strconcat (self->ground, path, NULL);
  g_autofree char *folder = g_path_get_dirname (to);

  if (target == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) < 0 || symlink (target, to) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", to);
  return TRUE;
}

static gboolean
is_wanted (const char *path)
{
  return (g_str_equal (path, "/usr") || g_str_has_prefix (path, "/usr/")) && !suture_changes_is_left_out (path);
}

static gboolean
copy (Ground *self, const char *path, GError **error)
{
  const char *below = g_str_equal (path, "/usr") ? "." : path + strlen ("/usr/");
  g_auto (SutureFd) handle = suture_file_open_resolved (self->usr, below, O_PATH | O_NOFOLLOW, IN_PLACE);
  struct stat status;

  if (handle < 0 && (errno == ENOENT || errno == ENOTDIR))
    return TRUE;
  /* a folder of the path is a link on this computer: what is behind it is not where the package has it */
  if (handle < 0 && errno == ELOOP)
    return stop (self, "modified", path);
  if (handle < 0 || fstat (handle, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  if (status.st_uid != 0 || status.st_gid != 0)
    return stop (self, "rights", path);
  if (S_ISDIR (status.st_mode))
    return make_folder (self, path, status.st_mode, error);
  if (S_ISLNK (status.st_mode))
    return copy_link (self, path, handle, error);
  return S_ISREG (status.st_mode) ? copy_file (self, path, status.st_mode, error) : stop (self, "files", path);
}

/* Whoever owns it in the package: an image has everything as root's, and no devices. */
static gboolean
take_entries (Ground *self, GPtrArray *entries, GHashTable *paths)
{
  for (guint i = 0; i < entries->len; i++)
    {
      SutureEntry *entry = g_ptr_array_index (entries, i);
      char *path = suture_dpkg_merge_path (entry->path);

      if (!entry->is_roots && *self->obstacle == NULL)
        *self->obstacle = suture_obstacle_new ("rights", path);
      if ((entry->mode & S_IFMT) == 0 && *self->obstacle == NULL)
        *self->obstacle = suture_obstacle_new ("files", path);
      g_hash_table_add (paths, path);
    }
  return *self->obstacle == NULL;
}

/* Where nothing was ever merged since the start, /usr itself. */
static SutureFd
open_usr (GError **error)
{
  SutureFd usr = suture_file_open_folder (suture_path (SUTURE_PATH_BASE), 0, NULL);

  return usr >= 0 ? usr : suture_file_open_folder (suture_path (SUTURE_PATH_USR), 0, error);
}

gboolean
suture_ground_copy (
    GPtrArray *installed, GPtrArray *entries, const char *ground, SutureObstacle **obstacle, GError **error)
{
  g_auto (Ground) self = { .usr = open_usr (error),
                           .ground = ground,
                           .obstacle = obstacle };
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) sorted = NULL;

  if (self.usr < 0)
    return FALSE;
  if (!take_entries (&self, entries, paths))
    return TRUE;
  for (guint i = 0; i < installed->len; i++)
    g_hash_table_add (paths, suture_dpkg_merge_path (g_ptr_array_index (installed, i)));
  sorted = g_list_sort (g_hash_table_get_keys (paths), (GCompareFunc) g_strcmp0);
  for (GList *at = sorted; at != NULL && *obstacle == NULL; at = at->next)
    if (is_wanted (at->data) && !copy (&self, at->data, error))
      return FALSE;
  return TRUE;
}
