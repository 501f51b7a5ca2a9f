/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Recovery: what a helper that was killed left open is finished or undone, and ends in exactly one result and one record.
 * The journal says where it was, the activation step says what is. */

G_BEGIN_DECLS

/* Ends every operation that the journal holds open: those of an earlier process, and those of this one that ended in
 * SUTURE_LEFT_UNKNOWN. FALSE: the activation step could not be asked, or the journal not be read, and some stay open; to be
 * run again before the next operation. work->facts is new. */
gboolean suture_recover_run (SutureWork *work);

/* After the activation step was asked for @plan and ended in @error: finds out what really is, and first has it decide again
 * where it broke off, which mends what it left. Returns what it holds when that is what was wanted. NULL when @error
 * stands: work->left says what is left, and work->facts is new where root answered. */
SutureActivation *suture_recover_look (SutureWork *work, const SuturePlan *plan, const GError *error);

/* Has root let go of what is included in the system (its images, and their room on the disk), where root still holds such: no hook of a
 * package manager has done it. TRUE: facts are new. For facts that root has just answered for. */
gboolean suture_recover_retire (SutureWork *work);

/* History and the activation step must agree: what root no longer holds is recorded as included in the system or undone,
 * what it holds without a record is recorded. For facts that root has just answered for; does nothing while an operation
 * is open. */
void suture_recover_settle (SutureWork *work);

/* Remembers the units that the switch of @id restarted, for SutureImprovement. */
void suture_recover_remember_restarted (SutureDatabase *database, const char *id, const SutureActivation *activation);

G_END_DECLS
