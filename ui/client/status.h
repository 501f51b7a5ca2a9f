/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* What is said first about this computer. One rule for panel and terminal, and the only place that says "Protected". */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_STATUS_UNREACHABLE, /* no helper: nothing is known */
  SUTURE_STATUS_NO_SOURCE,   /* no feed */
  SUTURE_STATUS_WORKING,     /* the helper is at work */
  SUTURE_STATUS_WITHDRAWN,   /* what is installed was taken back by its publisher */
  SUTURE_STATUS_UNDONE,      /* an improvement was taken out by itself */
  SUTURE_STATUS_CLOSING,     /* a program closes again and again since one is there */
  SUTURE_STATUS_READY,       /* something can be installed */
  SUTURE_STATUS_ROLLING,     /* … and will be, by itself, when this machine's turn comes */
  SUTURE_STATUS_WAITING,     /* … and will be, by itself, when what it waits for is over */
  SUTURE_STATUS_MANAGED,     /* something could be, but the administrator's policy does not allow it */
  SUTURE_STATUS_ATTENTION,   /* the last check failed, or an improvement does not do its work */
  SUTURE_STATUS_UNFINISHED,  /* something still runs the old bytes */
  SUTURE_STATUS_UNCHECKED,   /* never checked, or too long ago to say anything */
  SUTURE_STATUS_PAUSED,      /* nothing waits now; what comes will, until the pause is over */
  SUTURE_STATUS_SYSTEM_UPDATE, /* what can be done here is done, and other fixes wait for the system update */
  SUTURE_STATUS_CHANGED,     /* something else changed what an improvement is for: is it fixed? nobody here knows */
  SUTURE_STATUS_PROTECTED,
} SutureStatusKind;

/* A successful check that is older says nothing about today; the timer checks several times a day. Seconds. */
#define SUTURE_STATUS_RECENT (3 * 24 * 60 * 60)

typedef struct
{
  SutureStatusKind kind;
  char *title;    /* "1 Improvement Ready" (owned) */
  char *subtitle; /* one or more sentences (owned) */
  char *improvement; /* id of the one that was withdrawn or undone, or with which a program keeps closing; else "" (owned) */
  guint n_available;
  guint n_active;        /* that fix something: tests do not */
  guint64 download_size; /* bytes, of all available */
} SutureStatus;

/* @unreachable: the client's error or NULL. @now: seconds since the epoch. */
SutureStatus *suture_status_new (const SutureFacts *facts, GListModel *improvements, const GError *unreachable,
                                 gint64 now) G_GNUC_WARN_UNUSED_RESULT;
SutureStatus *suture_status_new_for_client (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;
void suture_status_free (SutureStatus *self);

/* "2 more fixes come with the system update."; "" where none does. */
char *suture_status_system_updates (const SutureFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* A stable word for scripts and tests: "no-source". */
const char *suture_status_kind_to_name (SutureStatusKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureStatus, suture_status_free)

G_END_DECLS
