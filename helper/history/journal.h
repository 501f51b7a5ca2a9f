/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* What recovery reads: a line before every step of an operation, and none once the operation has ended (the line that
 * closes it is its result, written in the same transaction that deletes its lines: history/record.h). */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_STEP_QUEUED,    /* accepted; its id was, or is about to be, told */
  SUTURE_STEP_BEGIN,     /* nothing visible yet */
  SUTURE_STEP_STAGED,    /* a verified image lies in the spool */
  SUTURE_STEP_SWITCHING, /* the activation step was, or is about to be, asked */
  SUTURE_STEP_SWITCHED,  /* it said that the switch is done */
  SUTURE_STEP_RESTARTED, /* all but the record */
} SutureStep;

#define SUTURE_N_STEPS (SUTURE_STEP_RESTARTED + 1)

typedef struct
{
  gint64 number;     /* set by suture_journal_list () */
  char *operation;   /* its id; strings are (owned) */
  SutureStep step;
  char *kind;        /* check, install, remove, automatic; withdraw: a removal by automatic; undo */
  char *improvement; /* "" while none is at stake */
  char *component;   /* as improvement */
  char *title;
  char *letter;
  char *plan;        /* digest of the frozen plan, or "" */
  char *by;          /* user, automatic, system */
  guint32 user;      /* uid; G_MAXUINT32 for none */
} SutureJournalLine;

void suture_journal_line_free (SutureJournalLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureJournalLine, suture_journal_line_free)

/* Adds a line; it is on the disk when this returns TRUE. SUTURE_ERROR_NO_SPACE, _FAILED. */
gboolean suture_journal_write (SutureDatabase *database, const SutureJournalLine *line, GError **error);

/* The number of the last line; 0: there is none. Numbers rise and are never used again. */
gint64 suture_journal_last (SutureDatabase *database);

/* The last line of each operation that has not ended, oldest first. Array of SutureJournalLine. */
GPtrArray *suture_journal_list (SutureDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
