/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verify/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "verify/content.h"

#define PATH_BYTES_MAX 1024
#define RELEASE_FOLDER "/usr/lib/extension-release.d"

static const char *const hierarchies[] = { "/usr/bin/",   "/usr/sbin/",    "/usr/lib/",
                                           "/usr/lib64/", "/usr/libexec/", "/usr/share/" };

/* What decides who may do what, or what starts by itself: never part of an improvement, whoever signed it (THREATS.md
 * 33). Shell patterns where * does not cross a slash; what lies below a match is denied too. Programs and libraries of
 * the same projects can be fixed, hence the subfolders of systemd's own folder and not the files in it. */
static const struct
{
  const char *pattern;
  const char *what;
} denied[] = {
  { "/usr/share/polkit-1", "polkit's actions and rules" },
  { "/usr/share/dbus-1", "D-Bus policy and activation" },
  { "/usr/lib/systemd/*/*", "units, generators and their settings" },
  { "/usr/lib/systemd/*.conf", "settings of systemd" },
  { "/usr/lib/udev/rules.d", "udev rules" },
  { "/usr/lib/udev/hwdb.*", "udev's hardware database" },
  { "/usr/lib/sysusers.d", "system users" },
  { "/usr/lib/tmpfiles.d", "tmpfiles" },
  { "/usr/lib/sysctl.d", "kernel settings" },
  { "/usr/lib/modules-load.d", "kernel modules" },
  { "/usr/lib/modprobe.d", "kernel modules" },
  { "/usr/lib/modules", "kernel modules" },
  { "/usr/lib/kernel", "kernel installation" },
  { "/usr/lib/binfmt.d", "binary formats" },
  { "/usr/lib/environment.d", "the environment of sessions" },
  { "/usr/lib/pam.d", "PAM configuration" },
  { "/usr/share/pam*", "PAM configuration" },
  { "/usr/lib/ld.so.*", "loader configuration" },
  { "/usr/share/ld.so.*", "loader configuration" },
  { "/usr/lib/os-release", "the system's identity" },
  { "/usr/lib/initrd-release", "the system's identity" },
  { "/usr/lib/extension-release.d", "the identity of extensions" },
  { "/usr/share/keyrings", "keys of package archives" },
  { "/usr/share/factory", "what /etc is filled from" },
  { "/usr/lib/userdb", "users" },
  { "/usr/lib/credstore*", "credentials" },
  { "/usr/lib/repart.d", "partitions" },
  { "/usr/lib/extensions", "extensions" },
  { "/usr/lib/confexts", "extensions" },
  { "/usr/lib/dracut", "what a start of the computer runs first" },
  { "/usr/share/initramfs-tools", "what a start of the computer runs first" },
  { "/usr/lib/NetworkManager/*.d", "what runs whenever the network changes" },
  { "/usr/lib/NetworkManager/system-connections", "what runs whenever the network changes" },
  { "/usr/lib/*/*.pth", "what every program in Python runs first" },
  { "/usr/lib/*/*/*.pth", "what every program in Python runs first" },
  { "/usr/lib/*/*/sitecustomize*", "what every program in Python runs first" },
  { "/usr/lib/*/*/usercustomize*", "what every program in Python runs first" },
  { "/usr/lib/*/sitecustomize*", "what every program in Python runs first" },
  { "/usr/lib/*/usercustomize*", "what every program in Python runs first" },
  { "/usr/share/lightdm", "who is logged in by itself" },
  { "/usr/lib/sddm", "who is logged in by itself" },
  { "/usr/lib/suture*", "Suture itself" },
  { "/usr/lib/*/suture*", "Suture itself" },
  { "/usr/libexec/suture*", "Suture itself" },
  { "/usr/bin/suture*", "Suture itself" },
  { "/usr/sbin/suture*", "Suture itself" },
  { "/usr/share/suture*", "Suture itself" },
  { "/usr/share/*/*suture*", "Suture itself" },
};

/* Absolute, no empty component, none of "." and "..", no control characters, UTF-8. */
static gboolean
is_normalized (const char *path)
{
  g_auto (GStrv) parts = NULL;

  if (path == NULL || path[0] != '/' || strlen (path) > PATH_BYTES_MAX || !g_utf8_validate (path, -1, NULL))
    return FALSE;
  for (const char *at = path; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;
  parts = g_strsplit (path + 1, "/", -1);
  for (gsize i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], "..") || strlen (parts[i]) > NAME_MAX)
      return FALSE;
  return TRUE;
}

gboolean
suture_image_path_is_allowed (const char *path, GError **error)
{
  gboolean below = FALSE;

  if (!is_normalized (path))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a path is not absolute and normalized");
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (hierarchies); i++)
    below = below || g_str_has_prefix (path, hierarchies[i]);
  if (!below)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is outside the folders that can be improved", path);
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (denied); i++)
    if (fnmatch (denied[i].pattern, path, FNM_PATHNAME | FNM_LEADING_DIR | FNM_NOESCAPE) == 0)
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s: %s are never part of an improvement", path,
                     denied[i].what);
        return FALSE;
      }
  return TRUE;
}

char *
suture_image_release_path (const SutureManifest *manifest)
{
  g_autofree char *extension = suture_manifest_extension (manifest);

  return g_strdup_printf (RELEASE_FOLDER "/extension-release.%s", extension);
}

char *
suture_image_release_text (const SutureManifest *manifest)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "ID=%s\n", manifest->base_id);
  if (*manifest->base_version_id != '\0')
    g_string_append_printf (text, "VERSION_ID=%s\n", manifest->base_version_id);
  g_string_append_printf (text, "ARCHITECTURE=%s\n", manifest->base_architecture);
  return g_string_free (text, FALSE);
}

/* One walk over an image. */
typedef struct
{
  GHashTable *files;   /* path → SutureManifestFile still to be seen (owned; keys and values the manifest's) */
  GHashTable *folders; /* path: the parents of everything listed (owned) */
  char *release_path;  /* (owned) */
  char *release_text;  /* (owned) */
  gboolean release_seen;
  int usr; /* the unmerged /usr; the caller's */
} Walk;

static void
walk_clear (Walk *self)
{
  g_clear_pointer (&self->files, g_hash_table_unref);
  g_clear_pointer (&self->folders, g_hash_table_unref);
  g_free (self->release_path);
  g_free (self->release_text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

static void
add_parents (GHashTable *folders, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  while (!g_str_equal (parent, "/"))
    {
      char *next = g_path_get_dirname (parent);

      g_hash_table_add (folders, g_steal_pointer (&parent));
      parent = next;
    }
}

static gboolean G_GNUC_PRINTF (3, 4)
refuse (GError **error, const char *path, const char *format, ...)
{
  g_autofree char *about = g_strconcat ("the image's ", path, NULL);
  va_list args;

  va_start (args, format);
  (void) suture_error_set_about (error, SUTURE_ERROR_MALFORMED, about, format, args);
  va_end (args);
  return FALSE;
}

/* The extended attributes that are refused are all of them: capabilities, ACLs, labels and the overlay's own marks lie in
 * namespaces of their own, and a fix needs none. */
static gboolean
check_xattrs (int folder, const char *name, const char *path, GError **error)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d/%s", folder, name);
  ssize_t length = llistxattr (link, NULL, 0);

  if (length < 0 && errno != ENOTSUP)
    return suture_error_set_errno (error, errno, "could not list the attributes of the image's %s", path);
  return length <= 0 || refuse (error, path, "has extended attributes");
}

static gboolean
check_owner (const struct stat *status, const char *path, GError **error)
{
  return (status->st_uid == 0 && status->st_gid == 0) || refuse (error, path, "does not belong to root");
}

/* A folder is as the base has it; the merged /usr takes its mode from here (systemd-sysext.md 3). */
static gboolean
check_folder (Walk *self, const struct stat *status, const char *path, GError **error)
{
  g_auto (SutureFd) base = -1;
  struct stat old;

  if (!g_hash_table_contains (self->folders, path))
    return refuse (error, path, "is a folder that nothing listed needs");
  if (!check_owner (status, path, error))
    return FALSE;
  base = g_str_equal (path, "/usr") ? fcntl (self->usr, F_DUPFD_CLOEXEC, 0)
                                    : suture_content_open (self->usr, path, O_PATH | O_NOFOLLOW);
  if (base < 0 && errno == ENOENT)
    return (status->st_mode & 07777) == 0755 || refuse (error, path, "is a new folder whose mode is not 0755");
  if (base < 0 || fstat (base, &old) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  if (!S_ISDIR (old.st_mode))
    return refuse (error, path, "is a folder, but none on this computer");
  if (old.st_mode != status->st_mode || old.st_uid != status->st_uid || old.st_gid != status->st_gid)
    return refuse (error, path, "is a folder of another mode or owner than on this computer");
  return TRUE;
}

/* A replaced file keeps mode and owner; one with capabilities can't be replaced, since an image has none. */
static gboolean
check_replaced (Walk *self, const struct stat *status, const char *path, GError **error)
{
  g_auto (SutureFd) base = suture_content_open (self->usr, path, O_PATH | O_NOFOLLOW);
  g_autofree char *link = NULL;
  struct stat old;

  if (base < 0 && errno == ENOENT)
    {
      if (S_ISREG (status->st_mode) && (status->st_mode & 07777) != 0644 && (status->st_mode & 07777) != 0755)
        return refuse (error, path, "is a new file whose mode is neither 0644 nor 0755");
      return TRUE;
    }
  if (base < 0 || fstat (base, &old) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  if (S_ISLNK (status->st_mode) && S_ISLNK (old.st_mode))
    return TRUE;
  if (old.st_mode != status->st_mode || old.st_uid != 0 || old.st_gid != 0)
    return refuse (error, path, "has another mode or owner than the file it replaces");
  link = g_strdup_printf ("/proc/self/fd/%d", base);
  if (getxattr (link, "security.capability", NULL, 0) >= 0)
    return refuse (error, path, "replaces a file with capabilities");
  if (errno != ENODATA && errno != ENOTSUP)
    return suture_error_set_errno (error, errno, "could not read the capabilities of %s", path);
  return TRUE;
}

static gboolean
check_release (Walk *self, int fd, const struct stat *status, GError **error)
{
  gsize length = strlen (self->release_text);
  g_autofree char *text = g_malloc0 (length + 1);

  if (self->release_seen || (status->st_mode & 07777) != 0644 || (guint64) status->st_size != length
      || pread (fd, text, length, 0) != (ssize_t) length || memcmp (text, self->release_text, length) != 0)
    return refuse (error, self->release_path, "does not name the base that the improvement is for");
  self->release_seen = TRUE;
  return TRUE;
}

static gboolean
check_regular (Walk *self, int folder, const char *name, const char *path, GError **error)
{
  g_auto (SutureFd) fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  const SutureManifestFile *file = g_hash_table_lookup (self->files, path);
  g_autofree char *digest = NULL;
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0)
    return suture_error_set_errno (error, errno, "could not open the image's %s", path);
  if (!S_ISREG (status.st_mode) || status.st_nlink != 1)
    return refuse (error, path, "has more than one name");
  if (g_str_equal (path, self->release_path))
    return check_release (self, fd, &status, error);
  if (file == NULL || file->type != SUTURE_FILE_REGULAR)
    return refuse (error, path, "is a file that the manifest does not list");
  if ((status.st_mode & 07777) != file->mode || (guint64) status.st_size != file->size)
    return refuse (error, path, "has another mode or size than the manifest says");
  if (!check_replaced (self, &status, path, error))
    return FALSE;
  digest = suture_digest_fd (fd, NULL, error);
  if (digest == NULL)
    return FALSE;
  if (!g_str_equal (digest, file->content))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the image's %s does not have the signed digest", path);
      return FALSE;
    }
  g_hash_table_remove (self->files, path); /* a second entry of the same name would find nothing listed */
  return TRUE;
}

static gboolean
check_symlink (Walk *self, int folder, const char *name, const struct stat *status, const char *path, GError **error)
{
  const SutureManifestFile *file = g_hash_table_lookup (self->files, path);
  char target[PATH_MAX + 1] = "";
  ssize_t length = readlinkat (folder, name, target, sizeof target - 1);

  if (length < 0)
    return suture_error_set_errno (error, errno, "could not read the image's link %s", path);
  if (file == NULL || file->type != SUTURE_FILE_SYMLINK)
    return refuse (error, path, "is a link that the manifest does not list");
  if (!g_str_equal (target, file->content))
    return refuse (error, path, "is a link to another place than the manifest says");
  if (!check_replaced (self, status, path, error))
    return FALSE;
  g_hash_table_remove (self->files, path);
  return TRUE;
}

static gboolean walk_folder (Walk *self, int parent, const char *at, const char *path, GError **error);

static gboolean
check_entry (Walk *self, int folder, const char *name, const char *path, GError **error)
{
  struct stat status;

  if (fstatat (folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
    return suture_error_set_errno (error, errno, "could not look at the image's %s", path);
  if (!S_ISDIR (status.st_mode) && !S_ISREG (status.st_mode) && !S_ISLNK (status.st_mode))
    return refuse (error, path, "is neither a file, nor a folder, nor a link");
  if (!check_owner (&status, path, error) || !check_xattrs (folder, name, path, error))
    return FALSE;
  if (S_ISREG (status.st_mode))
    return check_regular (self, folder, name, path, error);
  if (S_ISLNK (status.st_mode))
    return check_symlink (self, folder, name, &status, path, error);
  return check_folder (self, &status, path, error) && walk_folder (self, folder, name, path, error);
}

/* As deep as the deepest listed path, since other folders are refused before they are entered. */
static gboolean
walk_folder (Walk *self, int parent, const char *at, const char *path, GError **error)
{
  g_auto (SutureFd) folder = openat (parent, at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *entries = folder < 0 ? NULL : fdopendir (folder);
  gboolean good = TRUE;

  if (entries == NULL)
    return suture_error_set_errno (error, errno, "could not read the image's %s", path);
  suture_fd_steal (&folder); /* closedir () closes it */
  while (good)
    {
      const struct dirent *entry;
      g_autofree char *below = NULL;

      errno = 0;
      entry = readdir (entries);
      if (entry == NULL)
        {
          good = errno == 0 || suture_error_set_errno (error, errno, "could not read the image's %s", path);
          break;
        }
      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;
      below = g_strdup_printf ("%s/%s", path, entry->d_name);
      good = check_entry (self, dirfd (entries), entry->d_name, below, error);
    }
  closedir (entries);
  return good;
}

/* The top folder has no counterpart on this computer. */
static gboolean
check_top (int image, GError **error)
{
  struct stat status;

  if (fstat (image, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at the image's top folder");
  if (status.st_uid != 0 || status.st_gid != 0 || status.st_mode != (S_IFDIR | 0755))
    return refuse (error, "top folder", "does not belong to root with mode 0755");
  return check_xattrs (image, ".", "top folder", error);
}

gboolean
suture_image_check (const SutureManifest *manifest, int image, int usr, GError **error)
{
  g_auto (Walk) walk = { .usr = usr };
  GHashTableIter left;
  gpointer missing;

  walk.files = g_hash_table_new (g_str_hash, g_str_equal);
  walk.folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  walk.release_path = suture_image_release_path (manifest);
  walk.release_text = suture_image_release_text (manifest);
  add_parents (walk.folders, walk.release_path);
  for (guint i = 0; i < manifest->files->len; i++)
    {
      SutureManifestFile *file = g_ptr_array_index (manifest->files, i);

      g_hash_table_insert (walk.files, file->path, file);
      add_parents (walk.folders, file->path);
    }

  if (!check_top (image, error) || !walk_folder (&walk, image, ".", "", error))
    return FALSE;
  if (!walk.release_seen)
    return refuse (error, walk.release_path, "is missing");
  g_hash_table_iter_init (&left, walk.files);
  if (g_hash_table_iter_next (&left, &missing, NULL))
    return refuse (error, missing, "is listed in the manifest, but missing");
  return TRUE;
}
