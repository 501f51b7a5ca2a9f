/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One health check by a program: helper/README.md, "The health socket". */

G_BEGIN_DECLS

#define SUTURE_TRIAL_REQUEST_MAX 512 /* bytes: "SECONDS PROGRAM" */

/* Runs @program with --version, for @seconds at most; nothing but its end is looked at. Returns the answer's words:
 * "passed", "status N", "signal N", "late", or "unfit": it is not a program of the system that may be run for this. */
char *suture_trial_run (const char *program, guint seconds) G_GNUC_WARN_UNUSED_RESULT;

/* Serves the connection @socket: one request, one answer. SUTURE_ERROR_INVALID_ARGUMENT: it is no request, and has no answer. */
gboolean suture_trial_serve (int socket, GError **error);

G_END_DECLS
