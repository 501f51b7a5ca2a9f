/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/* What suturectl ends with; scripts rely on it, so numbers are never used again for something else. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_EXIT_OK = 0,
  SUTURE_EXIT_FAILED = 1,
  SUTURE_EXIT_USAGE = 2,
  SUTURE_EXIT_NOT_AUTHORIZED = 3,
  SUTURE_EXIT_NOT_FOUND = 4,   /* no such improvement, or it does not fit this computer */
  SUTURE_EXIT_NO_SOURCE = 5,   /* no feed is configured */
  SUTURE_EXIT_UNAVAILABLE = 6, /* the helper can't be reached */
  SUTURE_EXIT_CANCELLED = 7,
  SUTURE_EXIT_NOT_SIGNED_IN = 8, /* a feed's server asks for a sign-in, or did not accept the one it got */
  SUTURE_EXIT_MANAGED = 9, /* the administrator's policy does not allow it */
} SutureExitCode;

SutureExitCode suture_exit_code_for_error (const GError *error);

G_END_DECLS
