/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "approval.h"
#include "base/error.h"
#include "session.h"

/* What was prepared automatically goes out with `suture-publish approve` alone, which shows it to a person first. */
static gboolean
leave_unapproved (SutureSession *session, GPtrArray *stages, gboolean named, GError **error)
{
  for (guint i = stages->len; i > 0; i--)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i - 1);

      if (!suture_approval_is_needed (stage))
        continue;
      if (named)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                       "%s was prepared automatically, and nobody has approved it: suture-publish approve", stage->name);
          return FALSE;
        }
      suture_report_say (session->report, "%s waits for a person: suture-publish approve", stage->name);
      suture_report_list (session->report, "unapproved", stage->name);
      g_ptr_array_remove_index (stages, i - 1);
    }
  return TRUE;
}

static gboolean
publish (SutureSession *session, char **wanted, GError **error)
{
  g_autoptr (GPtrArray) stages = suture_stage_open_all (session->depot, "staging", wanted, error);

  if (stages == NULL || !suture_session_check_stages (session, stages, error)
      || !leave_unapproved (session, stages, *wanted != NULL, error) || !suture_session_add_stages (session, stages, error))
    {
      g_prefix_error (error, "nothing was published, the repository is as it was: ");
      return FALSE;
    }
  /* its mark is all that tells what a person has made from what was prepared automatically, and anybody can take that away */
  for (guint i = 0; i < stages->len; i++)
    suture_draft_set_shown (session->draft, ((const SutureStage *) g_ptr_array_index (stages, i))->role, FALSE);
  return suture_session_publish (session, stages, error);
}

gboolean
suture_command_publish (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  const GOptionEntry entries[] = {
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
         && suture_session_open (&session, report, argv[1], &options, TRUE, error) && publish (&session, argv + 2, error);
}
