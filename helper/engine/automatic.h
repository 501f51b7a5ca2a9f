/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* What happens by itself: the stored choice, and a run that carries it out. */

G_BEGIN_DECLS

#define SUTURE_AUTOMATIC_INTERVAL (10 * 60) /* seconds between two runs, whoever asks: the contract's RateLimited */

/* The stored choice; on until somebody switched it off. */
gboolean suture_automatic_get (SutureDatabase *database);
gboolean suture_automatic_set (SutureDatabase *database, gboolean automatic, GError **error);

/* Whether a run at @now is allowed after one at @ran (seconds since the epoch; 0: never). A clock that was set back does
 * not lock it for ever. */
gboolean suture_automatic_is_due (gint64 ran, gint64 now);

/* Checks, and, when the choice is on, installs what is available, was not removed by a user and does not wait for its turn
 * (tests of the way as well as fixes), and takes out what its publisher, asked right now, has withdrawn. Each has its own
 * record; one that fails does not keep the others. */
gboolean suture_automatic_run (SutureWork *work, GError **error);

G_END_DECLS
