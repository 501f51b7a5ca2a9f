/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/exit-code.h"

SutureExitCode
suture_exit_code_for_error (const GError *error)
{
  static const struct
  {
    SutureError error;
    SutureExitCode code;
  } codes[] = {
    { SUTURE_ERROR_NOT_AUTHORIZED, SUTURE_EXIT_NOT_AUTHORIZED },
    { SUTURE_ERROR_INVALID_ARGUMENT, SUTURE_EXIT_USAGE },
    { SUTURE_ERROR_NOT_FOUND, SUTURE_EXIT_NOT_FOUND },
    { SUTURE_ERROR_NOT_APPLICABLE, SUTURE_EXIT_NOT_FOUND },
    { SUTURE_ERROR_NO_SOURCE, SUTURE_EXIT_NO_SOURCE },
    { SUTURE_ERROR_UNAVAILABLE, SUTURE_EXIT_UNAVAILABLE },
    { SUTURE_ERROR_CANCELLED, SUTURE_EXIT_CANCELLED },
    { SUTURE_ERROR_NOT_SIGNED_IN, SUTURE_EXIT_NOT_SIGNED_IN },
    { SUTURE_ERROR_MANAGED, SUTURE_EXIT_MANAGED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, SUTURE_ERROR, (int) codes[i].error))
      return codes[i].code;
  return SUTURE_EXIT_FAILED;
}
