/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/unmerged.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "activate/hierarchy.h"
#include "activate/mounts.h"
#include "base/error.h"
#include "base/paths.h"

/* A copy of /usr without what is merged below it: not recursive, so overlays on lib, bin … are left behind. Under an
 * overlay on /usr itself the root file system's own copy has it, at usr. */
static int
clone_usr (gboolean *below_root, GError **error)
{
  const char *usr = suture_path (SUTURE_PATH_USR);
  gboolean covered = suture_hierarchy_usr_is_covered ();
  g_auto (SutureFd) fd = open_tree (AT_FDCWD, covered ? "/" : usr, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  struct stat bin;

  if (fd < 0)
    {
      suture_error_set_errno (error, errno, "could not copy the mount of %s", usr);
      return -1;
    }
  if (covered && fstatat (fd, "usr/bin", &bin, 0) < 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE,
                   "another system extension covers %s, and its own files can't be reached before the next start", usr);
      return -1;
    }
  *below_root = covered;
  return suture_fd_steal (&fd);
}

gboolean
suture_unmerged_keep (GError **error)
{
  const char *base = suture_path (SUTURE_PATH_BASE);
  /* private before it is attached, or the next merge would propagate onto it */
  struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                                   .propagation = MS_PRIVATE };
  g_auto (SutureFd) fd = -1;
  g_auto (SutureFd) inner = -1;
  gboolean below_root;

  if (suture_unmerged_is_kept ())
    return TRUE;
  fd = clone_usr (&below_root, error);
  if (fd < 0 || !suture_mounts_make_folder (base, error))
    return FALSE;
  if (mount_setattr (fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
    return suture_error_set_errno (error, errno, "could not make the copy of /usr read-only");
  if (!below_root)
    {
      if (move_mount (fd, "", AT_FDCWD, base, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return suture_error_set_errno (error, errno, "could not put the unmerged /usr at %s", base);
      return TRUE;
    }
  /* a bind of the folder usr needs the copy of the root file system to be attached; it is taken away again */
  if (move_mount (fd, "", AT_FDCWD, base, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return suture_error_set_errno (error, errno, "could not put the root file system at %s", base);
  inner = open_tree (fd, "usr", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (inner < 0 || mount_setattr (inner, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
    {
      suture_error_set_errno (error, errno, "could not copy the unmerged /usr");
      (void) suture_mounts_detach (base, NULL);
      return FALSE;
    }
  if (!suture_mounts_detach (base, error))
    return FALSE;
  if (move_mount (inner, "", AT_FDCWD, base, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return suture_error_set_errno (error, errno, "could not put the unmerged /usr at %s", base);
  return TRUE;
}

gboolean
suture_unmerged_is_kept (void)
{
  return suture_mounts_is_root (suture_path (SUTURE_PATH_BASE));
}

int
suture_unmerged_open (GError **error)
{
  return suture_file_open_folder (suture_path (SUTURE_PATH_BASE), 0, error);
}
