/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/qualify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "local/dpkg.h"
#include "tree.h"

/* What dpkg knows of the installed packages, all upgrades in one. Paths are those of a merged /usr. */
typedef struct
{
  GHashTable *sums;   /* path → MD5; not of links (owned) */
  GHashTable *listed; /* a set of paths (owned) */
} Known;

static void
known_clear (Known *self)
{
  g_clear_pointer (&self->sums, g_hash_table_unref);
  g_clear_pointer (&self->listed, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

static gboolean
known_read (Known *self, const char *dpkg, const SutureUpgrade *upgrade, GError **error)
{
  g_autofree char *list = NULL, *text = NULL;
  g_autoptr (GHashTable) sums = NULL;
  g_auto (GStrv) lines = NULL;
  GHashTableIter iter;
  gpointer path, sum;

  if (!suture_dpkg_read_info (dpkg, upgrade, "list", &list, error)
      || !suture_dpkg_read_info (dpkg, upgrade, "md5sums", &text, error))
    return FALSE;
  lines = g_strsplit (list != NULL ? list : "", "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    g_hash_table_add (self->listed, suture_dpkg_merge_path (lines[i]));
  sums = suture_dpkg_parse_sums (text);
  g_hash_table_iter_init (&iter, sums);
  while (g_hash_table_iter_next (&iter, &path, &sum))
    g_hash_table_replace (self->sums, suture_dpkg_merge_path (path), g_strdup (sum));
  return TRUE;
}

/* Whether the file of @ground has the MD5 @sum. A link is no file of that sum, whatever it leads to. */
static gboolean
has_sum (const char *ground, const char *path, const char *sum, gboolean *has, GError **error)
{
  g_auto (SutureFd) fd = suture_tree_open (ground, path, O_RDONLY | O_NOFOLLOW);
  g_autoptr (GMappedFile) file = NULL;
  g_autofree char *now = NULL;

  *has = FALSE;
  if (fd < 0 && errno == ELOOP)
    return TRUE;
  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  file = g_mapped_file_new_from_fd (fd, FALSE, error);
  if (file == NULL)
    return FALSE;
  now = g_compute_checksum_for_data (G_CHECKSUM_MD5, (const guchar *) g_mapped_file_get_contents (file),
                                     g_mapped_file_get_length (file));
  *has = g_str_equal (now, sum);
  return TRUE;
}

/* *@same: what lies at @path is what the installed packages have put there, be it nothing. */
static gboolean
is_same (const Known *known, const char *ground, const char *path, gboolean *same, GError **error)
{
  g_auto (SutureFd) handle = suture_tree_open (ground, path, O_PATH | O_NOFOLLOW);
  const char *sum = g_hash_table_lookup (known->sums, path);

  if (handle < 0 && errno != ENOENT)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  /* dpkg(1), --path-exclude: what many systems go without. That it comes along does no harm */
  if (handle < 0 && suture_dpkg_is_below (path, "/usr/share/locale"))
    return *same = TRUE;
  *same = (handle >= 0) == g_hash_table_contains (known->listed, path);
  return !*same || handle < 0 || sum == NULL || has_sum (ground, path, sum, same, error);
}

gboolean
suture_qualify_disk (const char *dpkg,
                     GPtrArray *upgrades,
                     const SutureChanges *changes,
                     const char *ground,
                     SutureObstacle **obstacle,
                     GError **error)
{
  g_auto (Known) known = { .sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                           .listed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  *obstacle = NULL;
  for (guint i = 0; i < upgrades->len; i++)
    if (!known_read (&known, dpkg, g_ptr_array_index (upgrades, i), error))
      return FALSE;
  for (guint i = 0; i < changes->files->len && *obstacle == NULL; i++)
    {
      const char *path = ((const SutureChange *) g_ptr_array_index (changes->files, i))->path;
      gboolean same = FALSE;

      if (!is_same (&known, ground, path, &same, error))
        return FALSE;
      if (!same)
        *obstacle = suture_obstacle_new ("modified", path);
    }
  return TRUE;
}
