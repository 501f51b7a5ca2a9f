/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "chain.h"
#include "proof.h"
#include "settle.h"

/* What can be read of the folder @which. What can't holds up none of the rest: whether it is missed, the proof says. */
static GPtrArray *
open_all (SutureDepot *depot, SutureReport *report, const char *which, GError **error)
{
  g_autoptr (GPtrArray) names = suture_stage_list (depot, which, NULL, error);
  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_stage_free);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autoptr (GError) why = NULL;
      SutureStage *stage = suture_stage_open (depot, which, g_ptr_array_index (names, i), &why);

      if (stage != NULL)
        g_ptr_array_add (stages, stage);
      else
        suture_report_warn (report, "%s/%s is passed over: %s", which, (char *) g_ptr_array_index (names, i), why->message);
    }
  return names != NULL ? g_steal_pointer (&stages) : NULL;
}

/* What a killed run has published lies in staging still. */
static gboolean
settle (SutureDepot *depot, SutureReport *report, SutureRepository *repository, GError **error)
{
  g_autoptr (GPtrArray) staged = open_all (depot, report, "staging", error);

  return staged != NULL && suture_settle_run (repository, report, staged, error);
}

static gboolean
serve_all (SutureDepot *depot, SutureReport *report, GError **error)
{
  g_autoptr (GPtrArray) stages = open_all (depot, report, "published", error);

  for (guint i = 0; stages != NULL && i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);
      g_autoptr (GError) why = NULL;

      if (!suture_stage_serve (stage, depot, &why))
        suture_report_warn (report, "published/%s could not be put back: %s", stage->name, why->message);
    }
  return stages != NULL;
}

static gboolean
restore (SutureDepot *depot, SutureReport *report, GError **error)
{
  g_autoptr (SutureRepository) repository = suture_repository_restore (depot, error);

  if (repository == NULL)
    return FALSE;
  if (settle (depot, report, repository, error) && serve_all (depot, report, error) && suture_chain_restore (repository, error)
      && suture_proof_check (repository, 0, error))
    return TRUE;
  g_prefix_error (error, "the metadata is as it was published, but not all of the rest: ");
  return FALSE;
}

gboolean
suture_command_restore (SutureReport *report, int argc, char **argv, GError **error)
{
  const SutureUsage usage = {
    .arguments = "FOLDER",
    .summary = "Puts everything that was published into FOLDER/repository again, as it was.",
    .min = 1,
    .max = 1,
  };
  g_autoptr (SutureDepot) depot = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  if (depot == NULL || !restore (depot, report, error))
    return FALSE;
  suture_report_say (report, "%s/repository is as it was published", depot->path);
  return TRUE;
}
