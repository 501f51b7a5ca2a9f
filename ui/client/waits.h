/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Why something that is ready is not installed by itself (Waits of data/org.suture.Helper1.xml), and what ends that: the one
 * place that says it, for the window, the terminal and everybody else. Plain text; all results are new strings. Times are
 * seconds since the epoch. */

G_BEGIN_DECLS

/* The reasons of the contract; of several the first of this list tells most. */
typedef enum
{
  SUTURE_WAIT_POLICY,
  SUTURE_WAIT_MANAGED,
  SUTURE_WAIT_UNDONE,
  SUTURE_WAIT_REMOVED,
  SUTURE_WAIT_STAYS,
  SUTURE_WAIT_OFF,
  SUTURE_WAIT_PAUSED,
  SUTURE_WAIT_HOURS,
  SUTURE_WAIT_BATTERY,
  SUTURE_WAIT_METERED,
  SUTURE_WAIT_ANNOUNCE,
  SUTURE_WAIT_APPS,
  SUTURE_WAIT_DELAY,
  SUTURE_WAIT_ROLLOUT,
  SUTURE_WAIT_UNKNOWN, /* a word that this program does not know */
} SutureWaitReason;

typedef struct
{
  SutureWaitReason reason;
  char *name;   /* as the helper says it, clean (owned) */
  gint64 until; /* 0: not known */
  char *detail; /* on what, clean (owned) */
} SutureWait;

/* What an a(sxs) says, as an array of SutureWait, in the order of the list above; NULL: nothing. */
GPtrArray *suture_waits_read (GVariant *said) G_GNUC_WARN_UNUSED_RESULT;

/* Adds one; takes nothing. */
void suture_waits_add (GPtrArray *waits, const char *name, gint64 until, const char *detail);

/* The one that tells most and is not over at @now, or NULL; borrowed. */
const SutureWait *suture_waits_first (GPtrArray *waits, gint64 now);

/* The one of this reason that is not over at @now, or NULL; borrowed. */
const SutureWait *suture_waits_find (GPtrArray *waits, SutureWaitReason reason, gint64 now);

/* Whether it waits for a person, whose turn it is to install it: what was removed, what another
 * one would go for, what nobody was told of, or all where automatic
 * installation is off. It is called ready then. */
gboolean suture_wait_is_for_a_person (const SutureWait *wait);

/* Whether a person can install it all the same: not what the policy forbids. */
gboolean suture_waits_allow_install (GPtrArray *waits);

/* "Paused Until 4 June", "Waiting: Battery 12%". */
char *suture_wait_title (const SutureWait *wait, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* What it waits for, and what ends that: "The network is metered. Use another one, allow metered networks, or install it now." */
char *suture_wait_sentence (const SutureWait *wait, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* All that are not over, one sentence after the other; "" where nothing waits. */
char *suture_waits_sentences (GPtrArray *waits, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* "15:00" of the same day, "4 June" of the same year, "4 June 2027". */
char *suture_wait_day (gint64 time, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* What the administrator's policy gives as its reason, as a sentence behind another: " The reason given: “…”"; "" where it
 * gives none. */
char *suture_wait_reason_given (const char *reason) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
