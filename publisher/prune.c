/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "prune.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "within.h"

#define FOLDER "repository/metadata"

/* The version in the name @file of a file of @role, or 0. */
static gint64
version_of (const char *file, const char *role)
{
  gint64 version = g_ascii_strtoll (file, NULL, 10);
  g_autofree char *right = g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, role);

  return version > 0 && g_str_equal (file, right) ? version : 0;
}

static int
compare_versions (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return first < second ? -1 : first > second;
}

/* When the file was put there; far in the future for one that can't be looked at. */
static gint64
time_of (SutureDepot *depot, const char *role, gint64 version)
{
  g_autofree char *path = g_strdup_printf (FOLDER "/%" G_GINT64_FORMAT ".%s.json", version, role);
  g_auto (SutureFd) fd = suture_within_open (depot, path, O_RDONLY, NULL);
  struct stat status;

  return fd >= 0 && fstat (fd, &status) == 0 ? (gint64) status.st_mtim.tv_sec : G_MAXINT64;
}

static gboolean
prune_role (SutureRepository *repository, GPtrArray *files, const char *role, gint64 now, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (repository, role);
  g_autoptr (GArray) versions = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < files->len; i++)
    {
      gint64 version = version_of (g_ptr_array_index (files, i), role);

      if (version > 0 && version <= latest->version)
        g_array_append_val (versions, version);
    }
  g_array_sort (versions, compare_versions);
  for (guint i = 0; i + 1 < versions->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", g_array_index (versions, gint64, i), role);

      if (time_of (repository->depot, role, g_array_index (versions, gint64, i + 1)) < now - SUTURE_PRUNE_SECONDS
          && !suture_within_remove (repository->depot, FOLDER, name, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
suture_prune_run (SutureRepository *repository, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) files = suture_depot_list (repository->depot, FOLDER, error);

  if (files == NULL || !prune_role (repository, files, "snapshot", now, error)
      || !prune_role (repository, files, "targets", now, error))
    return FALSE;
  for (guint i = 0; i < repository->roles->len; i++)
    if (!prune_role (repository, files, g_ptr_array_index (repository->roles, i), now, error))
      return FALSE;
  return TRUE;
}
