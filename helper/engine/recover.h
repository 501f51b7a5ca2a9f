/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Recovery: what a helper that was killed left open is finished or undone, and ends in exactly one result and one record.
 * The journal says where it was, the activation step says what is. */

G_BEGIN_DECLS

/* Ends every operation that the journal holds open. FALSE: the activation step could not be asked and some stay open; to
 * be run again before the next operation. work->facts is new. */
gboolean suture_recover_run (SutureWork *work);

/* After the activation step broke off with @error: has it decide again, which mends what it left, and returns what really
 * is when that is what was wanted (@installed: @id is there and merged, else: it is not there). NULL when @error stands. */
SutureActivation *suture_recover_look (const char *id, gboolean installed, const GError *error);

/* History and the activation step must agree: what root no longer holds is recorded as included in the system or undone,
 * what it holds without a record is recorded. Only while no operation is open; else, and where root did not answer, does
 * nothing. */
void suture_recover_settle (SutureWork *work);

/* Remembers the units that the switch of @id restarted, for SutureImprovement. */
void suture_recover_remember_restarted (SutureDatabase *database, const char *id, const SutureActivation *activation);

G_END_DECLS
