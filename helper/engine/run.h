/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* One operation from its turn to its end. For the thread that runs it. */

G_BEGIN_DECLS

/* Finishes first what the past left open, unless *@recovered; then runs @work (one without an id is only that), and ends it
 * in exactly one result and, where an improvement was at stake, one record; where it is not known what it left, its record is
 * left to the next run's beginning, and *@recovered is FALSE again. Returns the ends to be shown, oldest first:
 * array of SutureResult (owned). */
GPtrArray *suture_run (SutureWork *work, gboolean *recovered) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
