/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/qualify.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "binary.h"
#include "local/dpkg.h"
#include "local/scripts.h"
#include "tree.h"

/* Used before improvements are merged, or kept as a copy where they are not. Shell patterns; * crosses slashes. */
static const char *const early[] = {
  "/boot/*",
  "/usr/lib/systemd/*",
  "/usr/lib/udev/*",
  "/usr/lib/modules/*",
  "/usr/lib/firmware/*",
  "/usr/lib/grub*",
  "/usr/share/grub*",
  "/usr/lib/shim*",
  "/usr/lib/initramfs-tools/*",
  "/usr/share/initramfs-tools/*",
  "/usr/lib/dracut/*",
  "/usr/lib/cryptsetup/*",
  "/usr/sbin/init",
  "/usr/sbin/fsck*",
  "/usr/sbin/mount.*",
  "/usr/bin/udevadm",
};

/* Where ldconfig(8) looks, apart from folders that an administrator added. */
static const char *const libraries[] = { "/usr/lib/*", "/usr/lib64/*", "/usr/lib/*-linux-*/*" };

/* All that is looked at for each file that changes. */
typedef struct
{
  GPtrArray *upgrades; /* the caller's */
  GPtrArray *scripts;  /* char *: what each upgrade's postinst does (owned) */
  GStrv triggers;      /* lines of triggers/File (owned) */
  GStrv diversions;    /* lines of diversions (owned) */
  GStrv overrides;     /* lines of statoverride (owned) */
  const char *fixed;   /* the caller's */
} Look;

static void
look_clear (Look *self)
{
  g_clear_pointer (&self->scripts, g_ptr_array_unref);
  g_strfreev (self->triggers);
  g_strfreev (self->diversions);
  g_strfreev (self->overrides);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

static gboolean
look_read (Look *self, const char *dpkg, GError **error)
{
  self->scripts = g_ptr_array_new_with_free_func (g_free);
  self->triggers = suture_dpkg_read_lines (dpkg, "triggers/File", error);
  self->diversions = self->triggers != NULL ? suture_dpkg_read_lines (dpkg, "diversions", error) : NULL;
  self->overrides = self->diversions != NULL ? suture_dpkg_read_lines (dpkg, "statoverride", error) : NULL;
  if (self->overrides == NULL)
    return FALSE;
  for (guint i = 0; i < self->upgrades->len; i++)
    {
      g_autofree char *text = NULL;

      if (!suture_dpkg_read_control (g_ptr_array_index (self->upgrades, i), "postinst", &text, error))
        return FALSE;
      g_ptr_array_add (self->scripts, suture_scripts_strip (text));
    }
  return TRUE;
}

static gboolean
is_early (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (early); i++)
    if (fnmatch (early[i], path, 0) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_ours (const Look *self, const char *package)
{
  for (guint i = 0; i < self->upgrades->len; i++)
    if (g_str_equal (((const SutureUpgrade *) g_ptr_array_index (self->upgrades, i))->name, package))
      return TRUE;
  return FALSE;
}

static gboolean
is_same_path (const char *path, const char *other)
{
  g_autofree char *merged = suture_dpkg_merge_path (other);

  return g_str_equal (path, merged);
}

/* dpkg-divert(1) keeps three lines each: the path, where others' go, and whose own stays. */
static gboolean
is_diverted (const Look *self, const char *path)
{
  for (gsize i = 0; i + 2 < g_strv_length (self->diversions); i += 3)
    if ((is_same_path (path, self->diversions[i]) && !is_ours (self, self->diversions[i + 2]))
        || is_same_path (path, self->diversions[i + 1]))
      return TRUE;
  return FALSE;
}

/* dpkg-statoverride(1): "user group mode path" */
static gboolean
is_overridden (const Look *self, const char *path)
{
  for (gsize i = 0; self->overrides[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (self->overrides[i], " ", 4);

      if (g_strv_length (words) == 4 && is_same_path (path, words[3]))
        return TRUE;
    }
  return FALSE;
}

/* Whether a package makes something anew out of @path: "FOLDER PACKAGE" a line. */
static gboolean
is_triggering (const Look *self, const char *path, gboolean is_new)
{
  if (suture_scripts_cache_stays (path, is_new))
    return FALSE;
  for (gsize i = 0; self->triggers[i] != NULL; i++)
    {
      const char *blank = strrchr (self->triggers[i], ' ');
      g_autofree char *folder = blank != NULL ? g_strndup (self->triggers[i], blank - self->triggers[i]) : NULL;
      g_autofree char *merged = folder != NULL ? suture_dpkg_merge_path (folder) : NULL;

      if (merged != NULL && suture_dpkg_is_below (path, merged))
        return TRUE;
    }
  return FALSE;
}

/* The file that @path of @tree leads to, by links in its own folder; -1 where there is none. */
static int
open_library (const char *tree, const char *path)
{
  g_auto (SutureFd) handle = suture_tree_open (tree, path, O_PATH | O_NOFOLLOW);
  struct stat status;

  if (handle < 0 || fstat (handle, &status) < 0)
    return -1;
  if (S_ISLNK (status.st_mode))
    {
      g_autofree char *target = suture_tree_read_link (handle, path, NULL);
      g_autofree char *folder = g_path_get_dirname (path);
      g_autofree char *file = target != NULL ? g_build_filename (folder, target, NULL) : NULL;

      return file != NULL && strchr (target, '/') == NULL ? suture_tree_open (tree, file, O_RDONLY | O_NOFOLLOW) : -1;
    }
  return S_ISREG (status.st_mode) ? suture_tree_open (tree, path, O_RDONLY | O_NOFOLLOW) : -1;
}

/* Whether ldconfig(8) would tell of @path, which is new, what it has not told before. Names of the same library with
 * another number at their end are none of its business: programs ask for a SONAME. */
static gboolean
is_new_library (const Look *self, const char *path, gboolean *is_new, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  gboolean is_there = FALSE;
  g_auto (SutureFd) fd = -1;
  g_autoptr (SutureBinary) elf = NULL;

  *is_new = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    is_there = is_there || fnmatch (libraries[i], path, FNM_PATHNAME) == 0;
  if (!is_there || strstr (name, ".so") == NULL)
    return TRUE;
  fd = open_library (self->fixed, path);
  if (fd < 0)
    return TRUE;
  if (!suture_binary_read (fd, &elf, error))
    return FALSE;
  *is_new = elf != NULL && g_strcmp0 (elf->soname, name) == 0;
  return TRUE;
}

static const SutureUpgrade *
find_cache_maker (const Look *self, const char *path, gboolean is_new)
{
  for (guint i = 0; i < self->upgrades->len; i++)
    if (suture_scripts_find_cache (g_ptr_array_index (self->scripts, i), path, is_new) != NULL)
      return g_ptr_array_index (self->upgrades, i);
  return NULL;
}

/* @is_new: nothing of that name is there. */
static gboolean
check_path (const Look *self, const char *path, gboolean is_new, SutureObstacle **obstacle, GError **error)
{
  const SutureUpgrade *maker = find_cache_maker (self, path, is_new);
  gboolean is_library = FALSE;

  if (is_new && !is_new_library (self, path, &is_library, error))
    return FALSE;
  if (is_early (path))
    *obstacle = suture_obstacle_new ("boot", path);
  else if (is_diverted (self, path) || is_overridden (self, path))
    *obstacle = suture_obstacle_new ("diverted", path);
  else if (maker != NULL)
    *obstacle = suture_obstacle_new ("script", maker->name);
  else if (is_library || is_triggering (self, path, is_new))
    *obstacle = suture_obstacle_new ("trigger", path);
  return TRUE;
}

static gboolean
is_nowhere (const SutureChange *change)
{
  for (guint i = 0; i < change->old->len; i++)
    if (g_ptr_array_index (change->old, i) != NULL)
      return FALSE;
  return TRUE;
}

gboolean
suture_qualify_changes (const char *dpkg,
                        GPtrArray *upgrades,
                        const SutureChanges *changes,
                        const char *fixed,
                        SutureObstacle **obstacle,
                        GError **error)
{
  g_auto (Look) look = { .upgrades = upgrades, .fixed = fixed };

  *obstacle = NULL;
  if (!look_read (&look, dpkg, error))
    return FALSE;
  for (guint i = 0; i < changes->files->len && *obstacle == NULL; i++)
    {
      const SutureChange *change = g_ptr_array_index (changes->files, i);

      if (!check_path (&look, change->path, is_nowhere (change), obstacle, error))
        return FALSE;
    }
  for (guint i = 0; i < changes->obsoletes->len && *obstacle == NULL; i++)
    {
      const SutureObsolete *obsolete = g_ptr_array_index (changes->obsoletes, i);

      if (!check_path (&look, obsolete->path, FALSE, obstacle, error))
        return FALSE;
    }
  return TRUE;
}
