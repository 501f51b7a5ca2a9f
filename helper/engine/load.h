/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/choice.h"
#include "engine/facts.h"
#include "engine/feeds.h"

/* What a start finds: the database, and what is known without network. For a thread; the main loop gets it as a whole. */

G_BEGIN_DECLS

typedef struct
{
  SutureDatabase *database; /* (owned) */
  SutureFacts *facts;       /* (owned) */
  SutureFeeds *feeds;       /* (owned) */
  GPtrArray *results;       /* SutureResult, oldest first (owned) */
  gint64 past;              /* number of the last journal line: up to this one they are of an earlier process */
  gint64 automatic_ran;     /* seconds since the epoch; 0: never */
  guint automatic_failed;   /* runs that failed in a row */
  SutureChoice choice;
} SutureLoad;

/* Never NULL: what can't be read is as if it had never been. */
SutureLoad *suture_load_run (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_load_free (SutureLoad *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureLoad, suture_load_free)

G_END_DECLS
