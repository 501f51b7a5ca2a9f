/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/improvement.h"

/* What counts of all improvements, for what is said first about this computer. What is borrowed lives as long as the list does. */

G_BEGIN_DECLS

typedef struct
{
  guint n_available;    /* that a person can install */
  guint n_waiting;      /* of n_available: for what ends without a person */
  guint n_available_tests; /* of n_available */
  guint n_held;         /* available, but not allowed by the administrator's policy */
  guint n_active;       /* that fix something */
  guint n_active_tests;
  guint n_withdrawn;
  const SutureWait *wait; /* of n_waiting: what tells most, and ends first (borrowed) (nullable) */
  guint64 download_size;
  GPtrArray *available; /* titles (borrowed) */
  GPtrArray *owed;      /* names of what is owed, each once (borrowed) */
  const char *working;  /* title of the improvement that is worked on, or "" (borrowed) */
  SutureImprovement *withdrawn; /* the first that was (borrowed) (nullable) */
  SutureImprovement *undone;    /* the first that was taken out by itself (borrowed) (nullable) */
  SutureImprovement *closing;   /* the first with which a program keeps closing (borrowed) (nullable) */
  SutureImprovement *held;      /* the first of n_held (borrowed) (nullable) */
  SutureImprovement *concern; /* the one whose state concerns most (borrowed) (nullable) */
  gboolean reboot;      /* some of what is owed needs a restart of the computer */
} SutureTally;

/* @improvements: of SutureImprovement. @worked_on: the id of the one that is worked on, or "". @now: seconds since the epoch. */
SutureTally *suture_tally_new (GListModel *improvements, const char *worked_on, gint64 now) G_GNUC_WARN_UNUSED_RESULT;
void suture_tally_free (SutureTally *self);

/* Whether some state asks to be looked at, and is not only said. */
gboolean suture_tally_has_concern (const SutureTally *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureTally, suture_tally_free)

G_END_DECLS
