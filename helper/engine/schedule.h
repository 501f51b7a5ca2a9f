/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/facts.h"

/* When RunAutomatic asks the feeds' servers. The timer comes each hour; most of its runs need no server, and only carry out what has
 * become ready. Pure, but for the facts. Times are seconds. */

G_BEGIN_DECLS

#define SUTURE_SCHEDULE_CHECK (6 * 60 * 60)     /* normally: DESIGN.md */
#define SUTURE_SCHEDULE_EXPOSED (60 * 60)       /* while a problem that is used in attacks, or critical, is open here */
#define SUTURE_SCHEDULE_SLACK (10 * 60)         /* how much sooner is soon enough: a timer is not to the minute, and a check takes time */

/* Whether a check is due at @now, after one that all feeds answered ended at @checked (0: never; since the epoch, both). @failed: the
 * last check, or the last run, did: then each run checks, and how long those are apart is engine/automatic.h's. */
gboolean suture_schedule_check_is_due (gint64 checked, gboolean failed, gboolean exposed, gint64 now);

/* Whether something could be installed here against a problem that is used in attacks, or critical, and is not. */
gboolean suture_schedule_is_exposed (const SutureFacts *facts);

G_END_DECLS
