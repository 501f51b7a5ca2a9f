/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Undoing: an improvement with which something does not work is taken out by itself, and is not tried again here. */

G_BEGIN_DECLS

/* Before an installation of @plan switches: remembers what has failed already, so that nobody blames it for that. */
void suture_undo_prepare (SutureDatabase *database, const SuturePlan *plan);

/* Behind its switch: remembers what that restarted, as @activation says. */
void suture_undo_remember_units (SutureDatabase *database, const char *id, const SutureActivation *activation);

/* Takes out work->plan's improvement, for the reason that the database holds against it, and puts the letter back that it took the
 * place of, where its feed, asked now, still lists that. Each has its own record; of a removal that is not possible now only the
 * first try has one. */
gboolean suture_undo_run (SutureWork *work, GError **error);

/* The sentence of history for what was taken out, by what the database holds against @id. */
char *suture_undo_message (SutureDatabase *database, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* What the database holds against @id, a sentence; NULL: nothing. */
char *suture_undo_find_verdict (SutureDatabase *database, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Holds against an improvement that root leaves it out since the computer did not start with it. For facts that root has just
 * answered for. */
void suture_undo_condemn_left_out (SutureWork *work);

G_END_DECLS
