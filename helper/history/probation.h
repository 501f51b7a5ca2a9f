/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* What is remembered of each installed improvement so that it can be watched, by a helper that comes later too: it begins and
 * ends with the records of history. */

G_BEGIN_DECLS

#define SUTURE_PROBATION_SECONDS (10 * 60) /* of the computer's running time */
#define SUTURE_PROBATION_CLOSING_MAX 64    /* programs of one improvement that are counted */

typedef struct
{
  char *improvement;   /* its id; strings are (owned) */
  char *component;
  char *failing;       /* units that had failed before it was installed, a line each */
  char *units;         /* what its switch restarted, or tried to: units, a line each */
  gint64 began;        /* seconds since the epoch; 0: it is being installed */
  gint64 remaining;    /* seconds of running time that it is still watched; 0: that is over */
  char *before;        /* id of the letter that it took the place of, or "" */
  char *before_target; /* where that lay in the repository, or "" */
  char *verdict;       /* why it has to be taken out, a sentence; "": it has not */
  gboolean told;       /* history says already that it can't be taken out yet */
  gboolean healthy;    /* its health checks by programs have passed */
} SutureProbation;

void suture_probation_free (SutureProbation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureProbation, suture_probation_free)

/* Before the switch: where the improvement lies in the repository, and which units (a line each) have failed already.
 * SUTURE_ERROR_NO_SPACE, _FAILED. */
gboolean suture_probation_prepare (SutureDatabase *database,
                                   const char *improvement,
                                   const char *target,
                                   const char *failing,
                                   GError **error);

/* Behind the switch: which units (a line each) it restarted, or tried to. Errors as above. */
gboolean suture_probation_set_units (SutureDatabase *database, const char *improvement, const char *units, GError **error);

/* Of all that are installed: array of SutureProbation, by id. NULL when they can't be read. */
GPtrArray *suture_probation_list (SutureDatabase *database) G_GNUC_WARN_UNUSED_RESULT;

/* Each says one thing about @improvement; nothing happens where it is not installed. Errors as above. */
gboolean suture_probation_set_remaining (SutureDatabase *database, const char *improvement, gint64 seconds, GError **error);
gboolean suture_probation_set_verdict (SutureDatabase *database, const char *improvement, const char *verdict, GError **error);
gboolean suture_probation_set_told (SutureDatabase *database, const char *improvement, GError **error);
gboolean suture_probation_set_healthy (SutureDatabase *database, const char *improvement, GError **error);

/* One of its programs that keep closing. */
typedef struct
{
  char *program; /* name of its file (owned) */
  guint count;   /* since the installation */
} SutureClosing;

void suture_closing_free (SutureClosing *self);

/* Counts that @program, which runs bytes of @improvement, crashed once more. Errors as above. */
gboolean suture_probation_add_closing (SutureDatabase *database, const char *improvement, const char *program, GError **error);

/* Which programs crashed at least @least times since @improvement was installed: array of SutureClosing, most often first. */
GPtrArray *suture_probation_closing (SutureDatabase *database, const char *improvement, guint least) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
