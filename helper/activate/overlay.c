/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "activate/hierarchy.h"
#include "activate/mounts.h"
#include "base/error.h"
#include "base/paths.h"

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200 /* Linux 6.5 */
#endif

#define NAME "suture"             /* of an overlay, in the list of mounts */
#define STAGE "/run/suture/stage" /* an overlay for the moment in which it is made */
#define META "/run/suture/meta"   /* its topmost layer: the marker files */
#define MERGED_MAX 32             /* overlays on one tree; one is normal */

gboolean
suture_overlay_fits (const char *const *names, GError **error)
{
  gsize length = 0;

  /* systemd-sysext's own spelling is the longer one: /run/systemd/sysext/extensions/NAME/usr/libexec: */
  for (gsize i = 0; names[i] != NULL; i++)
    length += strlen (names[i]) + strlen ("/run/systemd/sysext/extensions//usr/libexec:");
  if (length + strlen (META) + strlen ("/run/suture/base/libexec") <= SUTURE_OVERLAY_OPTIONS_MAX)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
               "too many improvements are installed: the kernel can't merge one more");
  return FALSE;
}

static gboolean
write_marker (int folder, const char *name, const char *text, GError **error)
{
  g_auto (SutureFd) fd = openat (folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

  if (fd < 0 || fchmod (fd, 0644) < 0)
    return suture_error_set_errno (error, errno, "could not write the marker %s", name);
  return suture_file_write_all (fd, text, strlen (text), error);
}

/* A tmpfs at META whose top folder looks like the tree's own: the topmost layer's folder is the one that is seen.
 * Returns its .systemd-sysext folder. */
static int
make_meta (const struct stat *tree, const char *const *names, GError **error)
{
  g_autofree char *list = g_strjoinv ("\n", (char **) names);
  g_autofree char *lines = g_strconcat (list, "\n", NULL);
  struct timespec times[2] = { tree->st_atim, tree->st_mtim };
  g_auto (SutureFd) top = -1;
  g_auto (SutureFd) folder = -1;

  if (!suture_mounts_make_folder (META, error))
    return -1;
  if (mount ("suture", META, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m,nr_inodes=16") < 0)
    {
      suture_error_set_errno (error, errno, "could not mount the marker files");
      return -1;
    }
  top = open (META, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top < 0 || mkdirat (top, ".systemd-sysext", 0755) < 0
      || (folder = openat (top, ".systemd-sysext", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 || fchmod (folder, 0755) < 0
      || ((tree->st_uid != 0 || tree->st_gid != 0) && fchown (top, tree->st_uid, tree->st_gid) < 0)
      || fchmod (top, tree->st_mode & 07777) < 0)
    {
      suture_error_set_errno (error, errno, "could not make the marker files");
      return -1;
    }
  if (!write_marker (folder, "extensions", lines, error))
    return -1;
  (void) futimens (top, times);
  return suture_fd_steal (&folder);
}

/* mount(2), because fsconfig(2) cuts each string at 256 bytes and lowerdir+ is Linux 6.8; then a copy that hangs nowhere. */
static int
make_overlay (const char *options, GError **error)
{
  struct mount_attr private = { .propagation = MS_PRIVATE };
  g_auto (SutureFd) fd = -1;
  int errsv;

  if (!suture_mounts_make_folder (STAGE, error))
    return -1;
  if (mount (NAME, STAGE, "overlay", MS_RDONLY | MS_NODEV, options) < 0)
    {
      suture_error_set_errno (error, errno, "could not make an overlay");
      return -1;
    }
  fd = open_tree (AT_FDCWD, STAGE, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  errsv = errno;
  (void) suture_mounts_detach (STAGE, NULL);
  if (fd < 0 || mount_setattr (fd, "", AT_EMPTY_PATH, &private, sizeof private) < 0)
    {
      suture_error_set_errno (error, fd < 0 ? errsv : errno, "could not take the overlay over");
      return -1;
    }
  return suture_fd_steal (&fd);
}

static int
build (guint i, const char *const *names, const struct stat *tree, const char *base, GError **error)
{
  g_autoptr (GString) options = g_string_new ("lowerdir=" META);
  g_autofree char *device = NULL;
  g_auto (SutureFd) marker = make_meta (tree, names, error);
  g_auto (SutureFd) overlay = -1;
  struct stat status;

  if (marker < 0)
    return -1;
  for (guint n = g_strv_length ((char **) names); n > 0; n--)
    g_string_append_printf (options, ":%s/%s/usr/%s", suture_path (SUTURE_PATH_EXTENSIONS), names[n - 1],
                            suture_hierarchy_name (i));
  g_string_append_printf (options, ":%s,redirect_dir=nofollow,metacopy=off", base);
  overlay = make_overlay (options->str, error);
  if (overlay < 0 || fstat (overlay, &status) < 0)
    return -1;
  /* systemd-sysext takes a tree for its own merge when this is the device that it sees there */
  device = g_strdup_printf ("%u:%u", major (status.st_dev), minor (status.st_dev));
  if (!write_marker (marker, "dev", device, error))
    return -1;
  return suture_fd_steal (&overlay);
}

gboolean
suture_overlay_clean (GError **error)
{
  const char *const places[] = { STAGE, META };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    while (suture_mounts_is_root (places[i]))
      if (!suture_mounts_detach (places[i], error))
        return FALSE;
  return TRUE;
}

int
suture_overlay_build (guint i, const char *const *names, GError **error)
{
  g_autofree char *base = g_build_filename (suture_path (SUTURE_PATH_BASE), suture_hierarchy_name (i), NULL);
  struct stat tree;
  int overlay;

  if (lstat (base, &tree) < 0)
    {
      suture_error_set_errno (error, errno, "could not look at %s", base);
      return -1;
    }
  if (!S_ISDIR (tree.st_mode))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "/usr/%s is no folder of its own on this system",
                   suture_hierarchy_name (i));
      return -1;
    }
  overlay = build (i, names, &tree, base, error);
  if (suture_mounts_is_root (META))
    (void) suture_mounts_detach (META, NULL);
  return overlay;
}

/* The flag is looked at before the descriptors: a kernel that knows it says "bad descriptor", another "invalid". */
static gboolean
can_slide (void)
{
  return move_mount (-1, "", -1, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | MOVE_MOUNT_BENEATH) < 0
         && errno == EBADF;
}

static gboolean
is_merged (const char *path)
{
  g_autofree char *marker = g_build_filename (path, ".systemd-sysext", "dev", NULL);

  return suture_mounts_is_root (path) && access (marker, F_OK) == 0;
}

gboolean
suture_overlay_is_hidden (const char *path)
{
  FILE *mounts = setmntent ("/proc/self/mounts", "re");
  gboolean found = FALSE;
  struct mntent entry;
  char buffer[2 * PATH_MAX + SUTURE_OVERLAY_OPTIONS_MAX];

  if (mounts == NULL)
    return FALSE;
  while (!found && getmntent_r (mounts, &entry, buffer, sizeof buffer) != NULL)
    found = g_str_equal (entry.mnt_dir, path) && g_str_equal (entry.mnt_type, "overlay")
            && g_str_equal (entry.mnt_fsname, NAME);
  (void) endmntent (mounts);
  return found;
}

gboolean
suture_overlay_switch (const char *path, int mount, GError **error)
{
  if (mount >= 0 && is_merged (path) && can_slide ())
    {
      if (move_mount (mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_BENEATH) < 0)
        return suture_error_set_errno (error, errno, "could not slide the new merge beneath the old one at %s", path);
      return suture_mounts_detach (path, error);
    }
  for (int i = 0; i < MERGED_MAX && is_merged (path); i++)
    if (!suture_mounts_detach (path, error))
      return FALSE;
  if (mount >= 0 && move_mount (mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return suture_error_set_errno (error, errno, "could not put the merge at %s", path);
  return TRUE;
}
