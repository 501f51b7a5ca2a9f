/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* What happens by itself: the stored choice, and a run that carries it out. */

G_BEGIN_DECLS

/* Seconds between two runs, whoever asks (the contract's RateLimited): it doubles with each that fails, up to the longest.
 * With three tries of a payload in each, no file is asked for more than 6 times an hour (THREATS 12). */
#define SUTURE_AUTOMATIC_INTERVAL (10 * 60)
#define SUTURE_AUTOMATIC_INTERVAL_MAX (5 * 60 * 60) /* below a check's (engine/schedule.h), so that none is left out */

/* Seconds that have to lie between a run, the last of @failed that failed in a row, and the next. */
gint64 suture_automatic_interval (guint failed);

/* Whether a run at @now is allowed after one at @ran (seconds since the epoch; 0: never), the last of @failed that failed in
 * a row. A clock that was set back does not lock it for ever. */
gboolean suture_automatic_is_due (gint64 ran, guint failed, gint64 now);

/* Whether a run that lost so many @seconds with an installation which ended in @error asks the same feed for no other: all feeds
 * wait for one whose server is that slow, and each of its payloads may take three hours to fail. One that fails at once costs
 * nobody anything, and says nothing about its neighbours. */
#define SUTURE_AUTOMATIC_PATIENCE (10 * 60)
gboolean suture_automatic_gives_up (const GError *error, gint64 seconds);

/* Checks when that is due, and, when the choice is on, installs what is available and waits for nothing (engine/wait.h; tests of the
 * way as well as fixes), and takes out what its publisher, asked right now, has withdrawn. Each has its own
 * record; one that fails does not keep the others. Counts in @work and in the database how many runs failed in a row; one
 * that a person stopped says nothing. */
gboolean suture_automatic_run (SutureWork *work, GError **error);

G_END_DECLS
