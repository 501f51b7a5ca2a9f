/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "rights.h"
#include "stage.h"

gboolean
suture_command_lint (SutureReport *report, int argc, char **argv, GError **error)
{
  const SutureUsage usage = {
    .arguments = "FOLDER [ID…]",
    .summary = "Checks staged improvements, all of them unless some are named.",
    .min = 1,
    .max = -1,
  };
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (GPtrArray) stages = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error) || !suture_rights_be_root (error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  stages = depot != NULL ? suture_stage_open_all (depot, "staging", argv + 2, error) : NULL;
  for (guint i = 0; stages != NULL && i < stages->len; i++)
    {
      SutureStage *stage = g_ptr_array_index (stages, i);

      if (!suture_stage_check (stage, depot, error))
        return FALSE;
      suture_report_say (report, "%s: good", stage->name);
      suture_report_list (report, "good", stage->name);
    }
  if (stages != NULL && stages->len == 0)
    suture_report_say (report, "nothing is staged");
  return stages != NULL;
}
