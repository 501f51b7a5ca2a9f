/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "activate/loop.h"
#include "activate/mounts.h"
#include "activate/verity.h"
#include "base/error.h"
#include "base/paths.h"

#define PREFIX "suture-"

/* A mount of the EROFS at @source, attached nowhere. -1 with errno. */
static int
mount_erofs (const char *source)
{
  g_auto (SutureFd) context = fsopen ("erofs", FSOPEN_CLOEXEC);

  if (context < 0 || fsconfig (context, FSCONFIG_SET_STRING, "source", source, 0) < 0
      || fsconfig (context, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0
      || fsconfig (context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return -1;
  return fsmount (context, FSMOUNT_CLOEXEC,
                  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

static int
mount_verity (const SutureManifest *manifest, int image, GError **error)
{
  g_autofree char *name = suture_manifest_extension (manifest);
  g_autofree char *device = suture_verity_open (manifest, name, image, error);
  int mount;

  if (device == NULL)
    return -1;
  mount = mount_erofs (device);
  if (mount < 0)
    suture_error_set_errno (error, errno, "could not mount the image over dm-verity");
  /* the device goes with its last user: deferred */
  suture_verity_close (device);
  return mount;
}

int
suture_attach_mount (const SutureManifest *manifest, int image, GError **error)
{
  char source[64];
  g_auto (SutureFd) loop = -1;
  int mount;

  if (suture_verity_is_available ())
    return mount_verity (manifest, image, error);
  /* Linux 6.12 mounts EROFS from a file; before, "block device required" */
  g_snprintf (source, sizeof source, "/proc/self/fd/%d", image);
  mount = mount_erofs (source);
  if (mount >= 0)
    return mount;
  if (errno != ENOTBLK && errno != EINVAL && errno != ENODEV)
    {
      suture_error_set_errno (error, errno, "could not mount the image");
      return -1;
    }
  loop = suture_loop_open (image, source, sizeof source, error);
  if (loop < 0)
    return -1;
  mount = mount_erofs (source);
  if (mount < 0)
    suture_error_set_errno (error, errno, "could not mount the image");
  return mount;
}

static char *
place_of (const char *name)
{
  return g_build_filename (suture_path (SUTURE_PATH_EXTENSIONS), name, NULL);
}

static gboolean
take_away (const char *place, GError **error)
{
  while (suture_mounts_is_root (place))
    if (!suture_mounts_detach (place, error))
      return FALSE;
  return TRUE;
}

gboolean
suture_attach_place (int mount, const char *name, GError **error)
{
  g_autofree char *place = place_of (name);
  g_auto (SutureFd) before = -1;

  if (!suture_mounts_is_root (place))
    {
      if (!suture_mounts_make_folder (place, error))
        return FALSE;
    }
  else if ((before = open_tree (AT_FDCWD, place, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)) < 0)
    return suture_error_set_errno (error, errno, "could not keep the image at %s", place);
  else if (!take_away (place, error))
    return FALSE;
  if (move_mount (mount, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) == 0)
    return TRUE;
  suture_error_set_errno (error, errno, "could not put the image at %s", place);
  /* what is merged may be of the older one */
  if (before >= 0 && move_mount (before, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    g_warning ("could not put the older image back at %s: %s", place, g_strerror (errno));
  return FALSE;
}

gboolean
suture_attach_is_placed (const char *name)
{
  g_autofree char *place = place_of (name);

  return suture_mounts_is_root (place);
}

int
suture_attach_open (const char *name, GError **error)
{
  g_autofree char *place = place_of (name);

  return suture_file_open_folder (place, 0, error);
}

gboolean
suture_attach_drop (const char *name, GError **error)
{
  g_autofree char *place = place_of (name);

  if (!take_away (place, error))
    return FALSE;
  if (rmdir (place) < 0 && errno != ENOENT)
    return suture_error_set_errno (error, errno, "could not remove the folder %s", place);
  return TRUE;
}

char **
suture_attach_list (void)
{
  g_autoptr (GDir) folder = g_dir_open (suture_path (SUTURE_PATH_EXTENSIONS), 0, NULL);
  GPtrArray *names = g_ptr_array_new ();
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, PREFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}
