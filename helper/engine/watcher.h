/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* Looks, now and then, what happens to what is installed, and says what has to be taken out. It changes nothing itself: what it
 * finds is kept in the database, so that the next process goes on from there. One thread at a time. */

G_BEGIN_DECLS

#define SUTURE_WATCHER_SECONDS 5 /* between two looks while something is watched */

typedef struct _SutureWatcher SutureWatcher;

SutureWatcher *suture_watcher_new (SutureDatabase *database) G_GNUC_WARN_UNUSED_RESULT;
void suture_watcher_free (SutureWatcher *self);

/* An improvement that is watched. */
typedef struct
{
  char *id;     /* (owned) */
  gint64 until; /* seconds since the epoch, as long as the computer runs on */
} SutureWatched;

/* What one look found; never changed after it was made. */
typedef struct
{
  GPtrArray *watched; /* SutureWatched, by id (owned) */
  GPtrArray *due;     /* char *: ids of what has to be taken out (owned) */
  GPtrArray *untried; /* char *: ids whose health checks by programs are still to be made (owned) */
  gboolean news;      /* what programs keep closing has changed */
} SutureWatchLook;

SutureWatchLook *suture_watch_look_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_watch_look_free (SutureWatchLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureWatchLook, suture_watch_look_free)

/* Asks units and the journal, and adds it to what is known. NULL: the database can't be read now, so that what was known before
 * stands. Blocks: use a thread. */
SutureWatchLook *suture_watcher_look (SutureWatcher *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
