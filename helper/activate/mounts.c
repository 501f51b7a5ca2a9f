/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

typedef struct
{
  char *path;   /* (owned) */
  guint64 id;
  guint64 parent;
  SutureFd fd;  /* the copy (owned) */
  dev_t device; /* of the copy's root */
  ino_t inode;
} Carried;

struct _SutureCarried
{
  GPtrArray *mounts; /* Carried (owned) */
};

static void
carried_free (Carried *self)
{
  g_free (self->path);
  suture_fd_clear (self->fd);
  g_free (self);
}

gboolean
suture_mounts_is_root (const char *path)
{
  struct statx status;

  return statx (AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_INO, &status) == 0
         && (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

gboolean
suture_mounts_detach (const char *path, GError **error)
{
  if (umount2 (path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
    return suture_error_set_errno (error, errno, "could not take away the mount at %s", path);
  return TRUE;
}

gboolean
suture_mounts_make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0755) < 0 || chmod (path, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make the folder %s", path);
  return TRUE;
}

char *
suture_mounts_unescape (const char *field)
{
  GString *plain = g_string_new (NULL);

  for (const char *at = field; *at != '\0'; at++)
    {
      guint value = 0;
      int digits = 0;

      if (*at == '\\')
        for (; digits < 3 && at[digits + 1] >= '0' && at[digits + 1] <= '7'; digits++)
          value = value * 8 + (guint) (at[digits + 1] - '0');
      g_string_append_c (plain, digits == 3 ? (char) value : *at);
      at += digits == 3 ? 3 : 0;
    }
  return g_string_free (plain, FALSE);
}

static guint64
mount_id (const char *path)
{
  struct statx status;

  if (statx (AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MNT_ID, &status) < 0)
    return 0;
  return status.stx_mnt_id;
}

static gboolean
clone_one (Carried *carried, GError **error)
{
  struct mount_attr private = { .propagation = MS_PRIVATE };
  struct stat status;

  carried->fd = open_tree (AT_FDCWD, carried->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (carried->fd < 0 || fstat (carried->fd, &status) < 0
      || mount_setattr (carried->fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &private, sizeof private) < 0)
    return suture_error_set_errno (error, errno, "could not keep the mount at %s", carried->path);
  carried->device = status.st_dev;
  carried->inode = status.st_ino;
  return TRUE;
}

SutureCarried *
suture_carried_collect (const char *folder, GError **error)
{
  g_autoptr (SutureCarried) self = g_new0 (SutureCarried, 1);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree char *prefix = g_strconcat (folder, "/", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->mounts = g_ptr_array_new_with_free_func ((GDestroyNotify) carried_free);
  if (!g_file_get_contents ("/proc/self/mountinfo", &text, NULL, error))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      /* proc(5): mount ID, parent ID, major:minor, root, mount point, … */
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", 6);
      g_autofree char *path = NULL;
      Carried *carried;
      guint64 id;

      if (g_strv_length (fields) < 5)
        continue;
      path = suture_mounts_unescape (fields[4]);
      id = g_ascii_strtoull (fields[0], NULL, 10);
      if (!g_str_has_prefix (path, prefix) || mount_id (path) != id)
        continue;
      carried = g_new0 (Carried, 1);
      carried->path = g_steal_pointer (&path);
      carried->id = id;
      carried->parent = g_ascii_strtoull (fields[1], NULL, 10);
      carried->fd = -1;
      g_ptr_array_add (self->mounts, carried);
      g_hash_table_add (ids, &carried->id);
    }
  for (guint i = self->mounts->len; i > 0; i--)
    {
      /* one inside another comes along with it */
      if (g_hash_table_contains (ids, &((Carried *) self->mounts->pdata[i - 1])->parent))
        ((Carried *) self->mounts->pdata[i - 1])->path[0] = '\0';
    }
  for (guint i = self->mounts->len; i > 0; i--)
    if (((Carried *) self->mounts->pdata[i - 1])->path[0] == '\0')
      g_ptr_array_remove_index (self->mounts, i - 1);
  for (guint i = 0; i < self->mounts->len; i++)
    if (!clone_one (self->mounts->pdata[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

gboolean
suture_carried_restore (SutureCarried *self, GError **error)
{
  for (guint i = 0; i < self->mounts->len; i++)
    {
      Carried *carried = self->mounts->pdata[i];
      struct stat status;

      if (lstat (carried->path, &status) == 0 && status.st_dev == carried->device && status.st_ino == carried->inode)
        continue;
      if (move_mount (carried->fd, "", AT_FDCWD, carried->path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return suture_error_set_errno (error, errno, "could not put the mount at %s back", carried->path);
    }
  return TRUE;
}

void
suture_carried_free (SutureCarried *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->mounts);
  g_free (self);
}
