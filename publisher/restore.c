/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "repository.h"
#include "stage.h"

gboolean
suture_command_restore (int argc, char **argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER");
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (GPtrArray) stages = NULL;

  g_option_context_set_summary (context, "Puts everything that was published into FOLDER/repository again, as it was.");
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc != 2)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a FOLDER is needed");
      return FALSE;
    }
  depot = suture_depot_open (argv[1], error);
  stages = depot != NULL ? suture_stage_open_all (depot, "published", NULL, error) : NULL;
  for (guint i = 0; stages != NULL && i < stages->len; i++)
    if (!suture_stage_serve (g_ptr_array_index (stages, i), depot, error))
      return FALSE;
  if (stages == NULL || !suture_repository_restore (depot, error))
    return FALSE;
  g_print ("%s/repository is as it was published\n", depot->path);
  return TRUE;
}
