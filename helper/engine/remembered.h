/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/facts.h"

/* What is remembered here of each improvement, beside what the feeds and the files say: engine/wait.h asks for it. */

G_BEGIN_DECLS

#define SUTURE_REMEMBERED_SEEN_KEEP (90 * 24 * 60 * 60) /* seconds that it is kept when an improvement is first seen, while it is not
                                                           there: longer than any delay, so that one that comes and goes gains nothing */

/* Fills seen, removed, undone and stays of all improvements of @facts, which are not shown yet; keeps when one that is available was
 * first seen, by @now (seconds since the epoch), and forgets it of those that are installed or long gone. For a thread. */
void suture_remembered_fill (SutureFacts *facts, SutureDatabase *database, gint64 now);

G_END_DECLS
