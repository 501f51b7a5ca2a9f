/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "rights.h"
#include "stage.h"

gboolean
suture_command_lint (int argc, char **argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER [ID…]");
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (GPtrArray) stages = NULL;

  g_option_context_set_summary (context, "Checks staged improvements, all of them unless some are named.");
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc < 2)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a FOLDER is needed");
      return FALSE;
    }
  if (!suture_rights_be_root (error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  stages = depot != NULL ? suture_stage_open_all (depot, "staging", argv + 2, error) : NULL;
  for (guint i = 0; stages != NULL && i < stages->len; i++)
    {
      SutureStage *stage = g_ptr_array_index (stages, i);

      if (!suture_stage_check (stage, depot, error))
        return FALSE;
      g_print ("%s: good\n", stage->name);
    }
  if (stages != NULL && stages->len == 0)
    g_print ("nothing is staged\n");
  return stages != NULL;
}
