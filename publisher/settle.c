/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settle.h"

#include "base/error.h"
#include "feed/target.h"

gboolean
suture_settle_move (SutureDepot *depot, SutureReport *report, const SutureStage *stage, GError **error)
{
  g_autofree char *to = suture_depot_path (depot, "published", stage->name, NULL);

  if (!suture_depot_move (stage->path, to, error))
    {
      g_prefix_error (error, "%s is published already, but could not be moved: ", stage->name);
      return FALSE;
    }
  suture_report_say (report, "published %s", stage->name);
  suture_report_list (report, "published", stage->name);
  return TRUE;
}

/* What is published of @role, by path; NULL with @error. @roles: those that were looked up before. */
static GHashTable *
published_of (SutureRepository *repository, GHashTable *roles, const char *role, GError **error)
{
  GHashTable *found = g_hash_table_lookup (roles, role);
  g_autoptr (GPtrArray) targets = found == NULL ? suture_repository_targets (repository, role, error) : NULL;
  g_autofree SutureTarget **all = NULL;
  gsize n = 0;

  if (targets == NULL)
    return found;
  found = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) suture_target_free);
  all = (SutureTarget **) g_ptr_array_steal (targets, &n);
  for (gsize i = 0; i < n; i++)
    g_hash_table_replace (found, all[i]->path, all[i]);
  g_hash_table_insert (roles, g_strdup (role), found);
  return found;
}

static GHashTable *
new_roles (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

/* What is published under the path of @stage: *@target, or NULL when nothing is. */
static gboolean
find_published (SutureRepository *repository, GHashTable *roles, const SutureStage *stage, SutureTarget **target, GError **error)
{
  GHashTable *published = published_of (repository, roles, stage->role, error);
  g_autofree char *path = g_strconcat (stage->name, ".json", NULL);

  *target = published != NULL ? g_hash_table_lookup (published, path) : NULL;
  return published != NULL;
}

gboolean
suture_settle_is_published (SutureRepository *repository, const SutureStage *stage, gboolean *published, GError **error)
{
  g_autoptr (GHashTable) roles = new_roles ();
  SutureTarget *target;

  if (!find_published (repository, roles, stage, &target, error))
    return FALSE;
  *published = target != NULL && suture_target_matches (target, stage->json, NULL);
  return TRUE;
}

/* *@moved: whether @stage was published before. */
static gboolean
settle (SutureRepository *repository, SutureReport *report, GHashTable *roles, const SutureStage *stage, gboolean *moved,
        GError **error)
{
  SutureTarget *target;

  *moved = FALSE;
  if (!find_published (repository, roles, stage, &target, error))
    return FALSE;
  if (target == NULL)
    return TRUE;
  if (suture_target_matches (target, stage->json, NULL))
    return *moved = suture_settle_move (repository->depot, report, stage, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
               "another %s is published already, and that never changes: discard this one, and make it again", stage->name);
  return FALSE;
}

gboolean
suture_settle_run (SutureRepository *repository, SutureReport *report, GPtrArray *stages, GError **error)
{
  g_autoptr (GHashTable) roles = new_roles ();
  gsize n = 0;
  g_autofree SutureStage **all = (SutureStage **) g_ptr_array_steal (stages, &n);
  gboolean good = TRUE;

  for (gsize i = 0; i < n; i++)
    {
      gboolean moved = FALSE;

      good = good && settle (repository, report, roles, all[i], &moved, error);
      if (moved)
        suture_stage_free (all[i]);
      else
        g_ptr_array_add (stages, all[i]);
    }
  return good;
}
