/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/error.h"

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
