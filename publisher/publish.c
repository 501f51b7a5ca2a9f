/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "session.h"

static gboolean
publish (SutureSession *session, char **wanted, const char *approve, GError **error)
{
  g_autoptr (GPtrArray) stages = suture_stage_open_all (session->depot, "staging", wanted, error);

  if (stages == NULL || !suture_session_check_stages (session, stages, error)
      || !suture_session_add_stages (session, stages, error))
    {
      g_prefix_error (error, "nothing was published, the repository is as it was: ");
      return FALSE;
    }
  if (approve != NULL)
    suture_report_say (session->report, "%u approved by %s", suture_draft_approve (session->draft, approve), approve);
  return suture_session_publish (session, stages, error);
}

gboolean
suture_command_publish (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  g_autofree char *approve = NULL;
  const GOptionEntry entries[] = {
    { "approve", 0, 0, G_OPTION_ARG_STRING, &approve, "Approve of what was prepared automatically, as NAME", "NAME" },
    SUTURE_SESSION_ENTRIES (options),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER [ID…]",
    .summary = "Checks staged improvements (all unless some are named), signs them and puts\n"
               "them into FOLDER/repository. What waits for signatures in FOLDER/pending\n"
               "goes out when it has enough of them. The signatures are renewed in any case.",
    .min = 1,
    .max = -1,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };

  return suture_report_parse (report, &usage, &argc, &argv, error)
         && suture_session_open (&session, report, argv[1], &options, TRUE, error) && publish (&session, argv + 2, approve, error);
}
