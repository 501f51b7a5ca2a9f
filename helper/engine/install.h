/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Installing: fetch → rebuild → link → switch, each step journalled before it starts. */

G_BEGIN_DECLS

/* Runs @plan. On error, the system's files are as they were and nothing of it is left in the spool; the sentence says so.
 * work->facts is new when the activation step answered. Does not write history: suture_record_close () does, by the caller. */
gboolean suture_install_run (SutureWork *work, const SuturePlan *plan, GError **error);

/* Empties the spool: what lies there belongs to an operation that has ended. */
void suture_install_clean (void);

G_END_DECLS
