/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/qualify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "local/dpkg.h"
#include "tree.h"

#define FILE_MAX (64 * 1024 * 1024) /* bytes of a file outside /usr that are hashed */

/* dpkg's word for what it installed is MD5. That is enough here: the fixed file is one that the archive has signed, and
 * whoever could make another one of the same MD5 could as well sign it. */
static char *
md5_of (int fd, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = suture_file_read_open (fd, path, FILE_MAX, error);

  return bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_MD5, bytes) : NULL;
}

/* Files outside /usr as dpkg knows them: path → MD5, those of all upgrades in one. */
typedef struct
{
  GHashTable *conffiles; /* (owned) */
  GHashTable *others;    /* (owned) */
  GHashTable *listed;    /* a set of all that is there, folders and links too (owned) */
} Known;

static void
known_clear (Known *self)
{
  g_clear_pointer (&self->conffiles, g_hash_table_unref);
  g_clear_pointer (&self->others, g_hash_table_unref);
  g_clear_pointer (&self->listed, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

static void
move_all (GHashTable *from, GHashTable *to)
{
  GHashTableIter iter;
  gpointer path, sum;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &path, &sum))
    {
      g_autofree char *merged = suture_dpkg_merge_path (path);

      if (!suture_dpkg_is_below (merged, "/usr"))
        g_hash_table_replace (to, g_steal_pointer (&merged), g_strdup (sum));
    }
}

static gboolean
add_listed (Known *self, const char *dpkg, const SutureUpgrade *upgrade, GError **error)
{
  g_autofree char *list = NULL;
  g_auto (GStrv) lines = NULL;

  if (!suture_dpkg_read_info (dpkg, upgrade, "list", &list, error))
    return FALSE;
  lines = g_strsplit (list != NULL ? list : "", "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    g_hash_table_add (self->listed, g_strdup (lines[i]));
  return TRUE;
}

static gboolean
known_read (Known *self, const char *dpkg, const SutureUpgrade *upgrade, GError **error)
{
  g_autoptr (GHashTable) conffiles = suture_dpkg_read_conffiles (dpkg, upgrade, error);
  g_autoptr (GHashTable) others = NULL;
  g_autofree char *sums = NULL;

  if (conffiles == NULL || !suture_dpkg_read_info (dpkg, upgrade, "md5sums", &sums, error)
      || !add_listed (self, dpkg, upgrade, error))
    return FALSE;
  others = suture_dpkg_parse_sums (sums);
  move_all (conffiles, self->conffiles);
  move_all (others, self->others);
  return TRUE;
}

/* *@same: whether the file @path of @fixed is the one of the MD5 @sum (NULL for none). Of a link dpkg keeps no more than that
 * it is there: the disk's stays. */
static gboolean
is_same (const Known *known, const char *fixed, const char *path, const char *sum, gboolean *same, GError **error)
{
  g_auto (SutureFd) handle = suture_tree_open (fixed, path, O_PATH | O_NOFOLLOW);
  g_auto (SutureFd) fd = -1;
  g_autofree char *now = NULL;
  struct stat status;

  if (handle < 0 || fstat (handle, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  *same = sum == NULL && g_hash_table_contains (known->listed, path);
  if (!S_ISREG (status.st_mode))
    return TRUE;
  fd = suture_tree_open (fixed, path, O_RDONLY | O_NOFOLLOW);
  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  now = md5_of (fd, path, error);
  *same = g_strcmp0 (now, sum) == 0;
  return now != NULL;
}

static gboolean
check_path (const Known *known, const char *fixed, const char *path, SutureObstacle **obstacle, GError **error)
{
  const char *conffile = g_hash_table_lookup (known->conffiles, path);
  const char *sum = conffile != NULL ? conffile : g_hash_table_lookup (known->others, path);
  gboolean same = FALSE;

  if (!is_same (known, fixed, path, sum, &same, error))
    return FALSE;
  if (!same)
    *obstacle = suture_obstacle_new (conffile != NULL ? "conffile" : "files", path);
  g_hash_table_remove (known->conffiles, path);
  g_hash_table_remove (known->others, path);
  return TRUE;
}

/* What is left over is not in the fixed packages. */
static void
check_left (GHashTable *left, const char *why, SutureObstacle **obstacle)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, left);
  if (*obstacle == NULL && g_hash_table_iter_next (&iter, &path, NULL))
    *obstacle = suture_obstacle_new (why, path);
}

/* The innermost one, which is what is new: those above it may be new to the packages alone. */
static void
check_folders (const Known *known, GPtrArray *folders, SutureObstacle **obstacle)
{
  const char *other = NULL;

  for (guint i = 0; i < folders->len; i++)
    {
      const char *path = g_ptr_array_index (folders, i);

      if (!suture_dpkg_is_below (path, "/usr") && !g_hash_table_contains (known->listed, path)
          && (other == NULL || suture_dpkg_is_below (path, other)))
        other = path;
    }
  if (*obstacle == NULL && other != NULL)
    *obstacle = suture_obstacle_new ("files", other);
}

gboolean
suture_qualify_outside (
    const char *dpkg, GPtrArray *upgrades, const char *fixed, SutureObstacle **obstacle, GError **error)
{
  g_auto (Known) known = { .conffiles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                           .others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                           .listed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  const SutureUpgrade everybody = { .name = "base-files", .architecture = "all" }; /* it has /etc, /var/lib and the like */

  *obstacle = NULL;
  if (!add_listed (&known, dpkg, &everybody, error))
    return FALSE;
  for (guint i = 0; i < upgrades->len; i++)
    if (!known_read (&known, dpkg, g_ptr_array_index (upgrades, i), error))
      return FALSE;
  if (!suture_tree_walk (fixed, entries, folders, error))
    return FALSE;
  for (guint i = 0; i < entries->len && *obstacle == NULL; i++)
    {
      const char *path = g_ptr_array_index (entries, i);

      if (!suture_dpkg_is_below (path, "/usr") && !check_path (&known, fixed, path, obstacle, error))
        return FALSE;
    }
  check_folders (&known, folders, obstacle);
  check_left (known.conffiles, "conffile", obstacle);
  check_left (known.others, "files", obstacle);
  return TRUE;
}
