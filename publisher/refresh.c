/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "session.h"
#include "base/error.h"

/* For cron: what is published stays as it is, and so does what is staged or waits. */
static gboolean
refresh (SutureSession *session, GError **error)
{
  gboolean good = suture_session_publish (session, NULL, error);

  if (good && !json_object_get_boolean_member (suture_report_object (session->report), "signed"))
    {
      const char *complaint = suture_keyring_complaint (session->keyring);

      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                   "the keys of timestamp (and of snapshot, where that ends soon) are not at hand%s%s: name them with --key or "
                   "--keys, or give their passphrase",
                   complaint != NULL ? "; " : "", complaint != NULL ? complaint : "");
      return FALSE;
    }
  return good;
}

gboolean
suture_command_refresh (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  const GOptionEntry entries[] = { SUTURE_SESSION_ENTRIES (options), G_OPTION_ENTRY_NULL };
  const SutureUsage usage = {
    .arguments = "FOLDER",
    .summary = "Renews the timestamp, and every other role that ends soon and whose keys are\n"
               "at hand; for cron or a timer. What is staged, or waits for signatures, stays.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };

  return suture_report_parse (report, &usage, &argc, &argv, error)
         && suture_session_open (&session, report, argv[1], &options, FALSE, error) && refresh (&session, error);
}
