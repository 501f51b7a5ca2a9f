/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "edition.h"
#include "rights.h"
#include "settle.h"

/* What a desktop does is done as root. */
static gboolean
check_stages (SutureDepot *depot, GPtrArray *stages, GError **error)
{
  if (stages->len > 0 && !suture_rights_be_root (error))
    return FALSE;
  for (guint i = 0; i < stages->len; i++)
    if (!suture_stage_check (g_ptr_array_index (stages, i), depot, error))
      return FALSE;
  return TRUE;
}

static void
tell_end (SutureReport *report, SutureRepository *repository)
{
  const char *role = NULL;
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (suture_edition_end (repository, &role));
  g_autofree char *text = g_date_time_format (end, "%F %R UTC");

  suture_report_say (report, "signed until %s (%s): publish again before, with --renew or something new", text, role);
  json_object_set_string_member (suture_report_object (report), "until", text);
}

/* @stages: see suture_edition_publish (), but for those that are published already. */
static gboolean
publish (SutureDepot *depot, SutureReport *report, GPtrArray *stages, guint days, GError **error)
{
  g_autoptr (SutureRepository) repository = suture_repository_open (depot, error);

  if (repository == NULL || !suture_settle_run (repository, report, stages, error) || !check_stages (depot, stages, error)
      || !suture_edition_publish (repository, stages, days, error))
    {
      g_prefix_error (error, "nothing was published, the repository is as it was: ");
      return FALSE;
    }
  /* what fails from here on is published all the same, and the next run does the rest */
  if (!suture_repository_refresh (repository, 0, error))
    {
      g_prefix_error (error, "published, but not noted in %s/client: ", depot->path);
      return FALSE;
    }
  tell_end (report, repository);
  for (guint i = 0; i < stages->len; i++)
    if (!suture_settle_move (depot, report, g_ptr_array_index (stages, i), error))
      return FALSE;
  return TRUE;
}

gboolean
suture_command_publish (SutureReport *report, int argc, char **argv, GError **error)
{
  int days = SUTURE_EDITION_DAYS;
  gboolean renew = FALSE;
  const GOptionEntry entries[] = {
    { "renew", 0, 0, G_OPTION_ARG_NONE, &renew, "Renew the signatures, and leave what is staged alone", NULL },
    { "expires-days", 0, 0, G_OPTION_ARG_INT, &days, "Days until they have to be renewed again (7)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER [ID…]",
    .summary = "Checks staged improvements (all unless some are named), signs them and puts\n"
               "them into FOLDER/repository. The signatures are renewed in any case.",
    .min = 1,
    .max = -1,
    .entries = entries,
  };
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (GPtrArray) stages = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (renew && argc > 2)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "--renew publishes nothing, so that no ID can be named with it");
      return FALSE;
    }
  if (days < 1 || days > SUTURE_EDITION_DAYS_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--expires-days can be 1 to %d days",
                   SUTURE_EDITION_DAYS_MAX);
      return FALSE;
    }
  depot = suture_depot_open (argv[1], error);
  if (depot == NULL)
    return FALSE;
  if (renew)
    stages = g_ptr_array_new ();
  else
    stages = suture_stage_open_all (depot, "staging", argv + 2, error);
  return stages != NULL && publish (depot, report, stages, (guint) days, error);
}
