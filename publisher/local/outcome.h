/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/candidates.h"

/* report.json: what a check came to, for whoever looks at it (README.md, "The report"). */

G_BEGIN_DECLS

typedef struct _SutureOutcome SutureOutcome;

SutureOutcome *suture_outcome_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_outcome_free (SutureOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureOutcome, suture_outcome_free)

/* Which list it was made from; of several the one that is oldest. */
void suture_outcome_add_suite (SutureOutcome *self, const SutureSuite *suite);

/* What is left to the system update, and why. */
void suture_outcome_add_left (SutureOutcome *self, const SutureCandidates *candidates, const SutureObstacle *obstacle);

/* Writes it as the file at @path, with how the check ended (@end, NULL for well). Where it ended before anything was looked at, @begun FALSE,
 * what the file has said of the rest stays. */
gboolean suture_outcome_write (
    SutureOutcome *self, const char *path, gboolean begun, const GError *end, gint64 now, GError **error);

G_END_DECLS
