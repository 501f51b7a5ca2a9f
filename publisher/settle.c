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

/* What is published under the path of @stage; *@target is NULL when nothing is. */
static gboolean
find_published (SutureRepository *repository, const SutureStage *stage, SutureTarget **target, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_repository_targets (repository, stage->role, error);
  g_autofree char *path = g_strconcat (stage->name, ".json", NULL);

  *target = NULL;
  for (guint i = 0; targets != NULL && i < targets->len && *target == NULL; i++)
    if (g_str_equal (((SutureTarget *) g_ptr_array_index (targets, i))->path, path))
      *target = g_ptr_array_steal_index (targets, i);
  return targets != NULL;
}

gboolean
suture_settle_is_published (SutureRepository *repository, const SutureStage *stage, gboolean *published, GError **error)
{
  SutureTarget *found = NULL;
  g_autoptr (SutureTarget) target = NULL;

  if (!find_published (repository, stage, &found, error))
    return FALSE;
  target = found;
  *published = target != NULL && suture_target_matches (target, stage->json, NULL);
  return TRUE;
}

gboolean
suture_settle_run (SutureRepository *repository, SutureReport *report, GPtrArray *stages, GError **error)
{
  for (guint i = stages->len; i > 0; i--)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i - 1);
      SutureTarget *found = NULL;
      g_autoptr (SutureTarget) target = NULL;

      if (!find_published (repository, stage, &found, error))
        return FALSE;
      target = found;
      if (target == NULL)
        continue;
      if (!suture_target_matches (target, stage->json, NULL))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
                       "another %s is published already, and that never changes: discard this one, and make it again",
                       stage->name);
          return FALSE;
        }
      if (!suture_settle_move (repository->depot, report, stage, error))
        return FALSE;
      g_ptr_array_remove_index (stages, i - 1);
    }
  return TRUE;
}
