/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/release.h"
#include "engine/activation.h"
#include "engine/offers.h"
#include "history/probation.h"

/* What is known: what the feeds offer, what root holds, what this machine's content says about it. A value: made by the
 * thread that works, never changed afterwards, replaced as a whole. */

G_BEGIN_DECLS

/* One improvement as it is shown: the properties of org.suture.Improvement1. */
typedef struct
{
  SutureKnown *known; /* NULL: root holds it, but its manifest is gone from here (owned) */
  char *id;           /* strings are (owned) */
  char *component;
  guint number;
  char *letter;
  char *title;
  char *description;
  char *feed;
  char *state;
  int base;              /* index of the base that this machine has; -1: none */
  guint64 download_size; /* bytes */
  gint64 installed_at;   /* seconds since the epoch; 0: not active */
  GPtrArray *owed;       /* SutureUnit of the same facts (owned array, borrowed elements) */
  char **restarted;
  char **conflict;       /* names of the feeds that it can't be decided between, or, where root holds it, of those whose
                            improvements of the same component it hides; NULL: none (owned) */
  gint64 waits_until;    /* seconds since the epoch: this machine's turn; 0: it is not waited for */
  gint64 seen;           /* when it was first available here, seconds since the epoch; 0: it is not. This and what follows is filled by
                            engine/remembered.h, for what is available */
  gboolean removed;      /* by a person: it, or a later letter that is still offered */
  char *undone;          /* why it was taken out by itself; NULL: it was not (owned) */
  char *stays;           /* id of what is installed of its component, whose place it does not take by itself; NULL (owned) */
  gboolean withdrawn;    /* root holds it, and its publisher has taken it back */
  gboolean withdrawal_is_current; /* said by the last check, not only remembered */
  gint64 withdrawn_at;   /* seconds since the epoch; 0: not said */
  char *withdrawn_reason; /* "" */
  char *left_out;        /* "inactive", and why, as root said: boot, asked, image; else "" */
  GPtrArray *closing;    /* SutureClosing: which of its programs keep closing (owned) */
} SutureImprovement;

typedef struct
{
  gatomicrefcount count;
  SutureRelease *release;       /* NULL: os-release can't be used (owned) */
  char **feeds;                 /* names of the feeds that can be used (owned) */
  SutureOffers *offers;         /* (owned) */
  SutureActivation *activation; /* what root said last; NULL: nothing yet (owned) */
  GPtrArray *improvements;      /* SutureImprovement, by id (owned) */
  gint64 last_checked;          /* seconds since the epoch; 0: never */
  char *last_error;             /* short error name: of the last check, or of a feed's files; or "" (owned) */
  char *last_message;           /* sentence, or "" (owned) */
  char *label;                  /* "Debian GNU/Linux 12 (b)" (owned) */
} SutureFacts;

/* Makes facts of @offers (a reference is taken), what @activation said (taken over; NULL: nothing yet)
 * and what the database and the files below the unmerged /usr say. Reads files: use a thread. */
SutureFacts *suture_facts_new (SutureDatabase *database, SutureOffers *offers, SutureActivation *activation);
SutureFacts *suture_facts_ref (SutureFacts *self);
void suture_facts_unref (SutureFacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFacts, suture_facts_unref)

/* The one with @id, or NULL; stays @self's. */
const SutureImprovement *suture_facts_find (const SutureFacts *self, const char *id);

/* The unmerged /usr: SUTURE_PATH_BASE, or SUTURE_PATH_USR where nothing was ever merged since boot. -1 with @error. */
int suture_facts_open_base (GError **error);

G_END_DECLS
