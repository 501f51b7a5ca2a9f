/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* What a person has chosen about automatic installation, kept in the database. The administrator's policy stands above it
 * (engine/admin-policy.h). Times are seconds since the epoch. */

G_BEGIN_DECLS

#define SUTURE_CHOICE_PAUSE_MAX (G_GINT64_CONSTANT (366) * 24 * 60 * 60) /* seconds: the contract's SetPause */
#define SUTURE_CHOICE_DELAY_MAX 30                                      /* days: the contract's SetDelay */

typedef struct
{
  gboolean automatic;       /* on until somebody switched it off */
  gint64 paused_until;      /* 0: no pause */
  guint delay_days;
  gboolean delay_exploited; /* the delay holds for problems that are used in attacks as well */
  gboolean use_metered;
  gboolean announced;       /* a person has been told that improvements are installed automatically */
  gint64 announce_since;    /* of the first run that only waited for that; 0: there was none */
  guint64 reading;          /* rises with each time that it was read: of two, the greater one is true */
} SutureChoice;

/* What one change is about; of the wanted choice, only that is looked at. */
typedef enum
{
  SUTURE_CHOICE_AUTOMATIC, /* and announced with it: who sets it knows of it */
  SUTURE_CHOICE_PAUSE,
  SUTURE_CHOICE_DELAY, /* both of its values */
  SUTURE_CHOICE_METERED,
  SUTURE_CHOICE_ANNOUNCED,
  SUTURE_CHOICE_ANNOUNCE_SINCE,
} SutureChoiceWhat;

/* What is stored, with the defaults for what never was, or is nonsense. */
void suture_choice_load (SutureDatabase *database, SutureChoice *choice);

/* Whether @wanted is one that can be chosen at @now. SUTURE_ERROR_INVALID_ARGUMENT. */
gboolean suture_choice_check (SutureChoiceWhat what, const SutureChoice *wanted, gint64 now, GError **error);

/* Whether @wanted leaves this computer less protected than @stored does at @now: the contract's "longer". */
gboolean suture_choice_weakens (const SutureChoice *stored, SutureChoiceWhat what, const SutureChoice *wanted, gint64 now);

/* Stores the part of @wanted that @what names, in one transaction, and fills @stored with what is stored then. Permission was asked
 * for what @may_weaken says; between that and now another change may have come: SUTURE_ERROR_NOT_AUTHORIZED when this one weakens and
 * must not. SUTURE_ERROR_NO_SPACE, _FAILED: nothing was changed. For a thread; one change at a time, over all threads. */
gboolean suture_choice_change (SutureDatabase *database,
                               SutureChoiceWhat what,
                               const SutureChoice *wanted,
                               gboolean may_weaken,
                               SutureChoice *stored,
                               GError **error);

G_END_DECLS
