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
  GQueue ended;             /* SutureWork, newest first; whose they were */
  gint64 past;              /* journal lines up to this one are of an earlier process */
  gint64 automatic_ran;     /* seconds since the epoch */
  guint automatic_failed;   /* runs that failed in a row */
  gint64 automatic_before;  /* the same, should the present run not be accepted */
  guint writing;            /* threads at work beside the queue's one */
  guint look;               /* source id */
  gboolean loaded;
  gboolean recovered;       /* nothing of the past is open */
  gboolean stopped;
};

/* SUTURE_ERROR_UNAVAILABLE until everything is loaded. */
gboolean suture_engine_is_ready (SutureEngine *self, GError **error);

/* Makes the snapshot true, and says so. */
void suture_engine_publish (SutureEngine *self);

/* Shows @feeds from the next publication on, unless what is shown was read later. */
void suture_engine_take_feeds (SutureEngine *self, SutureFeeds *feeds);

G_END_DECLS
