/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/verity.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#define VERITYSETUP "/usr/sbin/veritysetup"
#define CONTROL "/dev/mapper/control"
#define DEVICES "/sys/block"
/* What libcryptsetup gives a device of ours for its own: CRYPT-VERITY-, the hash tree's UUID without dashes, -, the name. A
 * name alone proves nothing: LVM's volumes of a group "suture" begin like ours. */
#define TREE_UUID "5a5a5a5a-0000-4000-8000-000000000001"
#define DEVICE_UUID "CRYPT-VERITY-5a5a5a5a000040008000000000000001-suture-"
#define ANSWER_MAX 4096 /* bytes; one target's name and version */

/* Asks for the one target by name, which also loads its module: a list would only have what is loaded. */
static gboolean
kernel_has_verity (void)
{
  g_auto (SutureFd) control = open (CONTROL, O_RDWR | O_CLOEXEC);
  g_autofree struct dm_ioctl *query = g_malloc0 (ANSWER_MAX);

  query->version[0] = DM_VERSION_MAJOR;
  query->data_size = ANSWER_MAX;
  query->data_start = sizeof *query;
  g_strlcpy (query->name, "verity", sizeof query->name);
  return control >= 0 && ioctl (control, DM_GET_TARGET_VERSION, query) == 0;
}

gboolean
suture_verity_is_available (void)
{
  return access (VERITYSETUP, X_OK) == 0 && kernel_has_verity ();
}

/* Runs veritysetup with @image as descriptor 3. What it printed, or NULL. */
static char *
run (const char *const *argv, int image, GError **error)
{
  char *no_environment[] = { NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *printed = NULL;

  g_subprocess_launcher_set_environ (launcher, no_environment);
  if (image >= 0)
    g_subprocess_launcher_take_fd (launcher, fcntl (image, F_DUPFD_CLOEXEC, 3), 3);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &printed, NULL, error)
      || !g_subprocess_wait_check (process, NULL, error))
    return NULL;
  return printed != NULL ? g_steal_pointer (&printed) : g_strdup ("");
}

/* The value of "Root hash:" in what veritysetup format prints; "" when there is none. */
static const char *
root_hash (char **lines)
{
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "Root hash:"))
      return g_strstrip (lines[i] + strlen ("Root hash:"));
  return "";
}

static char *
tree_of (const char *name)
{
  return g_strdup_printf ("%s/%s.verity", suture_path (SUTURE_PATH_ROOT_IMAGES), name);
}

char *
suture_verity_open (const SutureManifest *manifest, const char *name, int image, GError **error)
{
  g_autofree char *tree = tree_of (name);
  /* mapped improvements that were taken out keep their device, so its name is used once */
  g_autofree char *device = g_strdup_printf ("%s.%08x", name, g_random_int ());
  g_autofree char *salt = g_strconcat ("--salt=", manifest->verity_salt, NULL);
  const char *format[] = { VERITYSETUP, "format", "--hash=sha256", "--data-block-size=4096", "--hash-block-size=4096",
                           salt, "--uuid=" TREE_UUID, "/proc/self/fd/3", tree, NULL };
  const char *open_it[] = { VERITYSETUP, "open", "/proc/self/fd/3", device, tree, manifest->verity_root_hash, NULL };
  g_autofree char *formatted = NULL;
  g_autofree char *opened = NULL;
  g_auto (GStrv) lines = NULL;

  (void) unlink (tree);
  formatted = run (format, image, error);
  if (formatted == NULL)
    {
      g_prefix_error (error, "could not compute the hash tree: ");
      return NULL;
    }
  lines = g_strsplit (formatted, "\n", -1);
  if (!g_str_equal (root_hash (lines), manifest->verity_root_hash))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the image's hash tree does not end in the signed root hash");
      return NULL;
    }
  opened = run (open_it, image, error);
  if (opened == NULL)
    {
      g_prefix_error (error, "could not set up dm-verity: ");
      return NULL;
    }
  return g_strdup_printf ("/dev/mapper/%s", device);
}

void
suture_verity_close (const char *device)
{
  g_autofree char *name = g_path_get_basename (device);
  const char *close_it[] = { VERITYSETUP, "close", "--deferred", name, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *closed = run (close_it, -1, &error);

  if (closed == NULL)
    g_warning ("could not let go of %s: %s", device, error->message);
}

void
suture_verity_forget (const char *name)
{
  g_autofree char *tree = tree_of (name);

  (void) unlink (tree);
}

/* Fails while it is in use. */
static void
remove_device (const char *name)
{
  g_auto (SutureFd) control = open (CONTROL, O_RDWR | O_CLOEXEC);
  struct dm_ioctl removal = { .version = { DM_VERSION_MAJOR, 0, 0 }, .data_size = sizeof removal };

  g_strlcpy (removal.name, name, sizeof removal.name);
  if (control >= 0 && ioctl (control, DM_DEV_REMOVE, &removal) == 0)
    g_message ("removed the device %s, which nothing uses", name);
}

/* What the kernel says of a device-mapper device; NULL for another one. */
static char *
read_dm (const char *device, const char *attribute)
{
  g_autofree char *path = g_build_filename (DEVICES, device, "dm", attribute, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_strchomp (text) : NULL;
}

void
suture_verity_clean (void)
{
  g_autoptr (GDir) devices = g_dir_open (DEVICES, 0, NULL);
  const char *device;

  while (devices != NULL && (device = g_dir_read_name (devices)) != NULL)
    {
      g_autofree char *uuid = read_dm (device, "uuid");
      g_autofree char *name = read_dm (device, "name");

      if (uuid != NULL && name != NULL && g_str_has_prefix (uuid, DEVICE_UUID))
        remove_device (name);
    }
}
