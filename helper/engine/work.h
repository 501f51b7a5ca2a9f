/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/name.h"
#include "engine/facts.h"
#include "engine/feeds.h"
#include "engine/plan.h"
#include "engine/wait.h"
#include "history/journal.h"
#include "history/record.h"

/* One operation on its way through a thread: what it may use, and how it says where it is. The main loop sees of it only
 * the status, and the facts when it has ended. */

G_BEGIN_DECLS

/* Where the operation is; read by the main loop, written by the thread. */
typedef struct
{
  const char *activity; /* static: idle, checking, downloading, … */
  guint64 done, total;  /* bytes of this step */
  gboolean cancellable;
  char improvement[SUTURE_NAME_MAX + 1]; /* "" for none */
} SutureWorkStatus;

/* What an operation that failed left behind. */
typedef enum
{
  SUTURE_LEFT_ALONE,   /* nothing was changed */
  SUTURE_LEFT_CHANGED, /* it is not as was asked for, and root does not have in use what it was last known to */
  SUTURE_LEFT_UNKNOWN, /* root was asked to change something, and does not say what is */
} SutureLeft;

#define SUTURE_N_LEFT (SUTURE_LEFT_UNKNOWN + 1)

typedef struct _SutureWork SutureWork;
struct _SutureWork
{
  gatomicrefcount count;
  SutureDatabase *database;        /* the engine's, which outlives the thread */
  SutureFacts *facts;        /* what was known; the thread replaces it by what it learnt (owned) */
  SutureFeeds *feeds;        /* as they are when it has ended; NULL before (owned) */
  SutureChoice choice;       /* the stored one, as it is when it has ended */
  SuturePlan *plan;          /* install, remove, undo; else NULL (owned) */
  char *operation;           /* (owned); "" for the recovery at the start */
  char *kind;                /* check, install, remove, automatic, undo, local-feed, recover, look (owned) */
  gboolean on;               /* local-feed: what it is turned to */
  char *by;                  /* user, automatic, system (owned) */
  guint32 user;              /* uid */
  GHashTable *checked;       /* names of the feeds whose metadata this operation has fetched (owned) */
  guint failed;              /* automatic: runs that failed in a row, this one included once it has ended */
  const SutureConditions *conditions; /* the engine's, which outlives the thread; NULL: nobody watches them */
  gint64 past;               /* journal lines up to this one are of an earlier process */
  gboolean recovered;        /* nothing of the past is open */
  SutureStep step;           /* of the last line that is on the disk */
  SutureLeft left;           /* of the last installation or removal, when it failed */
  GCancellable *cancellable; /* (owned) */
  GCancellable *hurry;       /* cancelled with it, and when somebody waits: what can be left to the next time is (owned) */
  void (*changed) (SutureWork *self, gpointer user_data); /* called in any thread */
  gpointer user_data;

  GMutex mutex;
  SutureWorkStatus status;
  gboolean cancelled;
};

SutureWork *suture_work_new (SutureDatabase *database, const char *operation, const char *kind, const char *by, guint32 user);
SutureWork *suture_work_ref (SutureWork *self);
void suture_work_unref (SutureWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureWork, suture_work_unref)

/* For the thread. @activity is static; bytes start at 0 of 0 again. */
void suture_work_set_activity (SutureWork *self, const char *activity);
void suture_work_set_improvement (SutureWork *self, const char *id);
void suture_work_set_bytes (SutureWork *self, guint64 done, guint64 total);

/* The last moment at which a request to cancel is heard: from a success on, until suture_work_end_switch (),
 * suture_work_cancel () refuses. SUTURE_ERROR_CANCELLED when it came before. */
gboolean suture_work_begin_switch (SutureWork *self, GError **error);
void suture_work_end_switch (SutureWork *self);

/* A line of the journal about this operation and @plan (NULL: about no improvement). */
gboolean suture_work_write_step (SutureWork *self, SutureStep step, const SuturePlan *plan, GError **error);

/* Whether installing and removing are possible: not while the past is open. SUTURE_ERROR_UNAVAILABLE. */
gboolean suture_work_may_change (const SutureWork *self, GError **error);

/* Whether recovery has to end it: it is not known what it left, and its line behind the switch is on the disk. (On a full
 * disk there may be none; then it ends as it can.) */
gboolean suture_work_is_open (const SutureWork *self);

/* Puts the one of SUTURE_N_LEFT @sentences before @error that says what is left. The names of errors stand for "nothing was
 * changed"; where that is not so, it becomes SUTURE_ERROR_FAILED. */
void suture_work_say_left (SutureWork *self, const char *const *sentences, GError **error);

/* For the main loop: somebody waits for the end of it. What can be left to the next time is, and it goes on with the rest. */
void suture_work_hurry (SutureWork *self);

/* For the main loop. SUTURE_ERROR_NOT_CANCELLABLE. */
gboolean suture_work_cancel (SutureWork *self, GError **error);
SutureWorkStatus suture_work_get_status (SutureWork *self);

/* A record of history about this operation and @plan, to be completed by its event. */
SutureRecord *suture_work_record (SutureWork *self, const SuturePlan *plan, const char *event, const GError *error);

/* Makes facts of what the thread holds now; @activation as for suture_facts_new (). */
void suture_work_learn (SutureWork *self, SutureOffers *offers, SutureActivation *activation);

/* Asks root what it holds, and makes facts of that and of @offers. FALSE when it does not answer: what it said last stays. */
gboolean suture_work_look (SutureWork *self, SutureOffers *offers);

G_END_DECLS
