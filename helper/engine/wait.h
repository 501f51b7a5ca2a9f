/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/admin-policy.h"
#include "engine/facts.h"

/* Why an improvement is not installed by itself now: all reasons, by the contract's words. What RunAutomatic installs is what has none,
 * and what is shown is the same list: there is no second place that decides. Pure: nothing is read here. */

G_BEGIN_DECLS

#define SUTURE_WAIT_ANNOUNCE (24 * 60 * 60) /* seconds that the first installation waits for somebody to be told: DESIGN.md */
#define SUTURE_WAIT_BATTERY_LOW 20          /* per cent; below it nothing begins that isn't charging: DESIGN.md */

typedef struct
{
  const char *which; /* the contract's word; static */
  gint64 until;      /* seconds since the epoch; 0: not known */
  char *detail;      /* on what, or "" (owned) */
} SutureWait;

void suture_wait_free (SutureWait *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureWait, suture_wait_free)

/* The computer's surroundings, by what its daemons say. A daemon that is not there says nothing, and keeps nobody waiting. Fields are
 * read and written atomically, each alone: bus/conditions.h writes them, threads read them. */
typedef struct
{
  int metered;     /* TRUE, FALSE */
  int battery_low; /* per cent while it is low and not charging; else -1 */
} SutureConditions;

#define SUTURE_CONDITIONS_UNKNOWN { .metered = FALSE, .battery_low = -1 }

/* What is true of the whole computer. */
typedef struct
{
  gint64 now;                      /* seconds since the epoch */
  SutureChoice choice;             /* as it is stored */
  SutureConditions conditions;
  const SutureAdminPolicy *policy;
} SutureWaitGround;

/* What is true of one improvement. */
typedef struct
{
  const char *id, *component;
  gboolean exploited;
  gint64 seen;       /* when it was first available here; seconds since the epoch; 0: now */
  gint64 turn;       /* in its rollout; 0: none */
  gboolean gap;      /* it takes the place of what is withdrawn right now: its turn is not waited for */
  gboolean removed;  /* a person has removed it, or a later letter that is still offered */
  const char *undone; /* why it was taken out by itself; NULL: it was not */
  const char *stays; /* id of what is installed of its component and stays; NULL: nothing */
  const char *apps;  /* in use, that have to be reopened together; "": none */
} SutureWaitSubject;

/* What holds for the whole computer. Array of SutureWait; empty: nothing does. */
GPtrArray *suture_wait_list_general (const SutureWaitGround *ground) G_GNUC_WARN_UNUSED_RESULT;

/* Why the one available improvement @subject waits: all that holds for the computer, and what is its own. The same kind of array. */
GPtrArray *suture_wait_list (const SutureWaitGround *ground, const SutureWaitSubject *subject) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @waits is @which alone, of anybody's. */
gboolean suture_wait_is_only (const GPtrArray *waits, const char *which);

/* Whether both say the same. */
gboolean suture_wait_equal (const GPtrArray *a, const GPtrArray *b);

G_END_DECLS
