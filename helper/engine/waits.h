/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/wait.h"

/* What waits now, of everything that is known: engine/wait.h, asked with what is true here. */

G_BEGIN_DECLS

/* What is shown: made anew as a whole. */
typedef struct
{
  GPtrArray *general; /* SutureWait: what holds for the whole computer (owned) */
  GHashTable *list;   /* id of an available improvement → array of SutureWait (owned) */
} SutureWaits;

/* Fills @ground with what is true now. @choice is what is stored; @conditions is NULL where nobody watches them. The policy in it is a
 * reference to be dropped by suture_waits_leave (). */
void suture_waits_look (SutureWaitGround *ground, const SutureChoice *choice, const SutureConditions *conditions);
void suture_waits_leave (SutureWaitGround *ground);

/* Of all improvements of @facts (NULL: nothing is known yet). Looks for open apps where that matters. */
SutureWaits *suture_waits_new (const SutureFacts *facts, const SutureWaitGround *ground) G_GNUC_WARN_UNUSED_RESULT;
void suture_waits_free (SutureWaits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureWaits, suture_waits_free)

/* Of @improvement, which is available, alone. @gap: as of SutureWaitSubject. */
GPtrArray *suture_waits_judge (const SutureWaitGround *ground, const SutureImprovement *improvement, gboolean gap)
  G_GNUC_WARN_UNUSED_RESULT;

/* Whether what happens by itself may download more than lists now: not over a metered network, unless that was chosen. */
gboolean suture_waits_may_download (SutureDatabase *database, const SutureConditions *conditions);

/* Whether both say the same. */
gboolean suture_waits_equal (const SutureWaits *a, const SutureWaits *b);

/* Array of SutureWait; NULL: nothing is said of @id. Stays @self's. */
const GPtrArray *suture_waits_find (const SutureWaits *self, const char *id);

G_END_DECLS
