/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/system-update.h"

/* What the helper said last about itself: a copy, because the helper leaves the bus when it is idle and takes its
 * properties with it. Meaning and units are those of data/org.suture.Helper1.xml; strings are clean and not NULL. */

G_BEGIN_DECLS

typedef struct
{
  char *id;      /* of the operation (owned) */
  char *error;   /* short error name, "" for ok (owned) */
  char *message; /* sentence, "" for ok (owned) */
} SutureResult;

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

/* A copy of @text as everything from the bus is shown: clean, one line, at most 4 KiB. */
char *suture_facts_clean (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFacts, suture_facts_free)

G_END_DECLS
