/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* How things ended: the history that a person reads, and the result of each operation. */

G_BEGIN_DECLS

/* One line of history. */
typedef struct
{
  guint64 id;        /* rises */
  gint64 time;       /* seconds since the epoch */
  char *event;       /* installed, removed, failed, undone, interrupted, included, withdrawn; strings are (owned) */
  char *improvement;
  char *component;   /* not part of history; decides what an installation replaces. NULL in a list */
  char *title;
  char *letter;
  char *by;          /* user, automatic, system */
  guint32 user;      /* uid; G_MAXUINT32 for none */
  char *error;       /* short error name, or "" */
  char *message;     /* one sentence, or "" */
  gboolean found;      /* not part of history: installed, but nobody did it just now, so that it is not watched */
  gboolean quarantine; /* not part of history: undone, and nothing installs it again by itself */
} SutureRecord;
void suture_record_free (SutureRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureRecord, suture_record_free)

/* The one end of an operation. */
typedef struct
{
  char *operation; /* strings are (owned) */
  char *error;     /* short error name, "" for ok */
  char *message;   /* sentence, "" for ok */
} SutureResult;
SutureResult *suture_result_new (const char *operation, const char *error, const char *message);
void suture_result_free (SutureResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureResult, suture_result_free)

#define SUTURE_RECORD_LIST_MAX 200  /* records of one answer */
#define SUTURE_RECORD_KEEP 10000    /* older ones are dropped: about 2 MB */
#define SUTURE_RESULT_KEEP 16       /* as the property Results says */

/* In one transaction: adds @record (its id and time are set here; NULL for none) and keeps what is installed, what the
 * user removed, what was undone and what is watched (history/probation.h) in step with its event; adds @result (NULL: the operation goes on) and with it deletes all of
 * @operation's journal lines, else only those about @record's improvement. A second result of one operation changes
 * nothing: the first stays. SUTURE_ERROR_NO_SPACE, _FAILED. */
gboolean suture_record_close (SutureDatabase *database,
                              const char *operation,
                              SutureRecord *record,
                              const SutureResult *result,
                              GError **error);

/* Adds @result and nothing else: what the operation came to is not known, and its journal lines stay for recovery, which
 * adds its record. Errors as above. */
gboolean suture_record_leave_open (SutureDatabase *database, const SutureResult *result, GError **error);

/* At most @limit records older than record @before (0: from the newest), newest first. Array of SutureRecord. */
GPtrArray *suture_record_list (SutureDatabase *database, guint64 before, guint limit, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* The last SUTURE_RESULT_KEEP ends, oldest first. Array of SutureResult; empty when they can't be read. */
GPtrArray *suture_record_results (SutureDatabase *database) G_GNUC_WARN_UNUSED_RESULT;

/* What history holds for installed: improvement → SutureRecord with component, time, title and letter. Empty when it can't be read. */
GHashTable *suture_record_installed (SutureDatabase *database) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a user removed @improvement, so that nothing installs it again by itself. */
gboolean suture_record_was_removed (SutureDatabase *database, const char *improvement);

/* What did not work with @improvement, a sentence (owned): it was taken out by itself here, and nothing installs it again by
 * itself. NULL: that was not so, or it was installed since. */
char *suture_record_was_undone (SutureDatabase *database, const char *improvement) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
