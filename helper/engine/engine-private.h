/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/engine.h"
#include "engine/queue.h"

/* What engine.c and engine-stored.c share. */

G_BEGIN_DECLS

struct _SutureEngine
{
  GObject parent_instance;
  SutureDatabase *database;       /* (owned) */
  SutureQueue *queue;       /* (owned) */
  SutureSnapshot snapshot;
  SutureConditions conditions; /* written by the main loop, read by threads */
  gboolean awaits_conditions;  /* nobody has said yet what they are, and somebody will */
  char *held;                  /* the automatic run that waits for that; NULL: none (owned) */
  const SutureFacts *considered; /* what the snapshot's waits were made of; only compared */
  guint64 considered_choice;
  gint64 considered_at;        /* monotonic time */
  guint tick;                  /* source id */
  GQueue ended;             /* SutureWork, newest first; whose they were */
  gint64 past;              /* journal lines up to this one are of an earlier process */
  gint64 automatic_ran;     /* seconds since the epoch */
  guint automatic_failed;   /* runs that failed in a row */
  gint64 automatic_before;  /* the same, should the present run not be accepted */
  guint writing;            /* threads at work beside the queue's one */
  guint look;               /* source id */
  SutureWatcher *watcher;   /* NULL until everything is loaded (owned) */
  GHashTable *undoing;      /* id → SutureUndoing of what has to be taken out (owned) */
  guint watch;              /* source id */
  gboolean trying;          /* a thread makes health checks */
  gint64 try_next;          /* monotonic, microseconds: not before */
  gboolean news;            /* that programs keep closing is to be told */
  gint64 news_told;         /* monotonic, microseconds */
  gboolean watching;        /* a thread looks */
  gboolean watch_again;     /* something has changed since it began */
  gboolean loaded;
  gboolean recovered;       /* nothing of the past is open */
  gboolean stopped;
};

/* SUTURE_ERROR_UNAVAILABLE until everything is loaded. */
gboolean suture_engine_is_ready (SutureEngine *self, GError **error);

/* Looks what happens to what is installed, now and for as long as something is watched. */
void suture_engine_watch (SutureEngine *self);
/* The work that took out @improvement has ended, in whatever way. */
void suture_engine_watch_undone (SutureEngine *self, const char *improvement);
void suture_engine_watch_init (SutureEngine *self);
void suture_engine_watch_clear (SutureEngine *self);

/* engine-waits.c: makes what the snapshot says of waiting true, where it may not be; looks at it regularly; the same at once. */
void suture_engine_consider (SutureEngine *self);
void suture_engine_start_ticking (SutureEngine *self);
gboolean suture_engine_tick (gpointer user_data);

/* Lets the automatic run begin that waited for the conditions. */
void suture_engine_release_held (SutureEngine *self);

/* Makes the snapshot true, and says so. */
void suture_engine_publish (SutureEngine *self);

/* Shows @feeds from the next publication on, unless what is shown was read later. */
void suture_engine_take_feeds (SutureEngine *self, SutureFeeds *feeds);

G_END_DECLS
