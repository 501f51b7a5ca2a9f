/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "settle.h"
#include "tree.h"

/* One that can't even be opened is not published. */
static gboolean
may_go (SutureRepository *repository, const char *name, GError **error)
{
  g_autoptr (SutureStage) stage = suture_stage_open (repository->depot, "staging", name, NULL);
  gboolean published = FALSE;

  if (stage != NULL && !suture_settle_is_published (repository, stage, &published, error))
    return FALSE;
  if (published)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
                 "%s is published already, and this is its only copy: the next publish puts it where it belongs", name);
  return !published;
}

/* Into work/ first, so that nothing half removed stays in staging. */
static gboolean
discard (SutureDepot *depot, SutureReport *report, const char *work, const char *name, GError **error)
{
  g_autofree char *from = suture_depot_path (depot, "staging", name, NULL);
  g_autofree char *to = g_build_filename (work, name, NULL);

  if (!suture_depot_move (from, to, error))
    return FALSE;
  suture_report_say (report, "discarded %s", name);
  suture_report_list (report, "discarded", name);
  return TRUE;
}

gboolean
suture_command_discard (SutureReport *report, int argc, char **argv, GError **error)
{
  const SutureUsage usage = {
    .arguments = "FOLDER ID…",
    .summary = "Removes staged improvements. What is published stays published.",
    .min = 2,
    .max = -1,
  };
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (SutureRepository) repository = NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *work = NULL;
  gboolean good = TRUE;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  repository = depot != NULL ? suture_repository_open (depot, error) : NULL;
  names = repository != NULL ? suture_stage_list (depot, "staging", argv + 2, error) : NULL;
  work = names != NULL ? suture_depot_work (depot, error) : NULL;
  if (work == NULL)
    return FALSE;
  for (guint i = 0; i < names->len && good; i++)
    good = may_go (repository, g_ptr_array_index (names, i), error)
           && discard (depot, report, work, g_ptr_array_index (names, i), error);
  suture_tree_remove (work);
  return good;
}
