/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* The health checks by programs that an improvement's manifest names: the client of suture-health (helper/README.md, "The health
 * socket"). Those by units are watch.c's. Calls block, for as long as the manifest lets them: use a thread. */

G_BEGIN_DECLS

/* Makes those of @improvement, and writes what came of them into the database: a verdict, or that they have passed. Where nobody
 * listens at the socket they are left for later; what may not be run here says nothing. */
void suture_health_run (SutureDatabase *database, const char *improvement);

/* What @answer of suture-health says about @program, of @seconds: a sentence (owned); NULL: nothing against it. */
char *suture_health_read_answer (const char *program, guint seconds, const char *answer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
