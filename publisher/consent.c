/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consent.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"

gboolean
suture_consent_ask (SutureReport *report, const char *question, const char *otherwise, GError **error)
{
  char answer[16] = "";

  if (suture_report_is_json (report))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                   "with --json nothing is shown to a person who could be asked: look at it without, or say --yes");
      return FALSE;
    }
  if (!isatty (STDIN_FILENO))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                   "nobody can be asked here: look at what is shown, and say --yes");
      return FALSE;
    }
  g_print ("%s [y/N] ", question);
  (void) fflush (stdout);
  if (fgets (answer, sizeof answer, stdin) != NULL && (*answer == 'y' || *answer == 'Y'))
    return TRUE;
  g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, otherwise);
  return FALSE;
}
