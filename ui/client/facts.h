/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/system-update.h"
#include "client/waits.h"

/* What the helper said last about itself: a copy, because the helper leaves the bus when it is idle and takes its
 * properties with it. Meaning and units are those of data/org.suture.Helper1.xml; strings are clean and not NULL. */

G_BEGIN_DECLS

typedef struct
{
  char *id;      /* of the operation (owned) */
  char *error;   /* short error name, "" for ok (owned) */
  char *message; /* sentence, "" for ok (owned) */
} SutureResult;

/* What the administrator's policy decides. */
typedef struct
{
  char *what;   /* automatic, removal, pause, delay, metered, hours, hold, approved, feeds; file: it can't be used (owned) */
  char *reason; /* that it gives, or ""; of file: a sentence (owned) */
} SutureManaged;

/* An improvement that is looked after since its installation. */
typedef struct
{
  char *id;     /* (owned) */
  gint64 until; /* seconds since the epoch */
} SutureWatched;

typedef struct
{
  char *version;               /* (owned) */
  char *activity;              /* (owned) */
  char *operation;             /* (owned) */
  char *operation_kind;        /* (owned) */
  char *operation_improvement; /* (owned) */
  guint64 bytes_done;
  guint64 bytes_total;
  gboolean cancellable;
  gboolean automatic;
  gint64 paused_until; /* seconds since the epoch, 0: no pause */
  guint delay_days;
  gboolean delay_exploited;
  gboolean use_metered;
  gboolean announced;  /* somebody has been told that improvements are installed automatically */
  GPtrArray *waits;    /* of SutureWait: what keeps everything from being installed by itself (owned) */
  GPtrArray *managed;  /* of SutureManaged (owned) */
  GPtrArray *watching; /* of SutureWatched (owned) */
  char **feeds;        /* (owned) */
  gint64 last_checked; /* seconds since the epoch, 0: never */
  char *last_error;    /* short error name or "" (owned) */
  char *last_message;  /* (owned) */
  char *label;         /* (owned) */
  char *local_feed;    /* absent, off, on (owned) */
  GPtrArray *system_updates; /* of SutureSystemUpdate; another one when, and only when, it says something else (owned) */
  GVariant *system_updates_said; /* what it was made of (owned) (nullable) */
  gint64 archive_time; /* seconds since the epoch; 0: not known */
  GPtrArray *results;  /* of SutureResult (owned) */
} SutureFacts;

/* Facts of a helper that was never reached: idle, no feed. */
SutureFacts *suture_facts_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_facts_free (SutureFacts *self);

/* Takes over what SystemUpdates says; NULL: nothing. */
void suture_facts_take_system_updates (SutureFacts *self, GVariant *said);

/* The end of @operation, or NULL while it has none; borrowed from @self. */
const SutureResult *suture_facts_find_result (const SutureFacts *self, const char *operation);

/* What the policy says about @what, a word of SutureManaged, or NULL where it decides nothing; borrowed from @self. */
const SutureManaged *suture_facts_find_managed (const SutureFacts *self, const char *what);

/* Take over what Waits, Managed and Watching say; NULL: nothing. */
void suture_facts_take_waits (SutureFacts *self, GVariant *said);
void suture_facts_take_managed (SutureFacts *self, GVariant *said);
void suture_facts_take_watching (SutureFacts *self, GVariant *said);

/* Until when nothing is installed by itself because a person wants that, at @now; 0: no pause. Seconds since the epoch. */
gint64 suture_facts_get_pause (const SutureFacts *self, gint64 now);

/* A copy of @text as everything from the bus is shown: clean, one line, at most 4 KiB. */
char *suture_facts_clean (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFacts, suture_facts_free)

G_END_DECLS
