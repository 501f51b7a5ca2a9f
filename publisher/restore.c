/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "chain.h"
#include "proof.h"
#include "settle.h"

/* What a killed run has published lies in staging still. */
static gboolean
settle (SutureDepot *depot, SutureReport *report, SutureRepository *repository, GError **error)
{
  g_autoptr (GPtrArray) staged = suture_stage_open_all (depot, "staging", NULL, error);

  return staged != NULL && suture_settle_run (repository, report, staged, error);
}

static gboolean
serve_all (SutureDepot *depot, GError **error)
{
  g_autoptr (GPtrArray) stages = suture_stage_open_all (depot, "published", NULL, error);

  for (guint i = 0; stages != NULL && i < stages->len; i++)
    if (!suture_stage_serve (g_ptr_array_index (stages, i), depot, error))
      return FALSE;
  return stages != NULL;
}

static gboolean
restore (SutureDepot *depot, SutureReport *report, GError **error)
{
  g_autoptr (SutureRepository) repository = suture_repository_restore (depot, error);

  if (repository == NULL)
    return FALSE;
  if (settle (depot, report, repository, error) && serve_all (depot, error) && suture_chain_restore (repository, error)
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
