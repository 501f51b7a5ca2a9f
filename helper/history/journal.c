/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/journal.h"

#include "base/error.h"
#include "history/statement.h"

static const char *const steps[] = {
  [SUTURE_STEP_QUEUED] = "queued",       [SUTURE_STEP_BEGIN] = "begin",       [SUTURE_STEP_STAGED] = "staged",
  [SUTURE_STEP_SWITCHING] = "switching", [SUTURE_STEP_SWITCHED] = "switched", [SUTURE_STEP_RESTARTED] = "restarted",
};
G_STATIC_ASSERT (G_N_ELEMENTS (steps) == SUTURE_N_STEPS);

void
suture_journal_line_free (SutureJournalLine *self)
{
  if (self == NULL)
    return;
  g_free (self->operation);
  g_free (self->kind);
  g_free (self->improvement);
  g_free (self->component);
  g_free (self->title);
  g_free (self->letter);
  g_free (self->plan);
  g_free (self->by);
  g_free (self);
}

gboolean
suture_journal_write (SutureDatabase *database, const SutureJournalLine *line, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error,
                               "INSERT INTO journal (operation, step, kind, improvement, component, title, letter, plan,"
                               " by, user, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                               "sssssssssii", line->operation, steps[line->step], line->kind, line->improvement,
                               line->component, line->title, line->letter, line->plan, line->by, (gint64) line->user,
                               g_get_real_time () / G_USEC_PER_SEC);
}

gint64
suture_journal_last (SutureDatabase *database)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (SutureStatement) statement = suture_statement_new (database, NULL, "SELECT max(id) FROM journal", "");

  return statement != NULL && suture_statement_step (statement, NULL) == 1 ? sqlite3_column_int64 (statement, 0) : 0;
}

static SutureStep
step_from_string (const char *text)
{
  for (int step = 0; step < SUTURE_N_STEPS; step++)
    if (g_str_equal (steps[step], text))
      return (SutureStep) step;
  /* the step after which recovery looks at what really is, and believes nothing */
  return SUTURE_STEP_SWITCHING;
}

GPtrArray *
suture_journal_list (SutureDatabase *database, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_journal_line_free);
  g_autoptr (SutureStatement) statement = NULL;
  int got = 1;

  statement = suture_statement_new (database, error,
                                    "SELECT operation, step, kind, improvement, title, letter, plan, by, user, component, id"
                                    " FROM journal WHERE id IN (SELECT max(id) FROM journal GROUP BY operation)"
                                    " ORDER BY id", "");
  if (statement == NULL)
    return NULL;
  while ((got = suture_statement_step (statement, error)) == 1)
    {
      SutureJournalLine *line = g_new0 (SutureJournalLine, 1);

      line->operation = g_strdup (suture_statement_text (statement, 0));
      line->step = step_from_string (suture_statement_text (statement, 1));
      line->kind = g_strdup (suture_statement_text (statement, 2));
      line->improvement = g_strdup (suture_statement_text (statement, 3));
      line->title = g_strdup (suture_statement_text (statement, 4));
      line->letter = g_strdup (suture_statement_text (statement, 5));
      line->plan = g_strdup (suture_statement_text (statement, 6));
      line->by = g_strdup (suture_statement_text (statement, 7));
      line->user = (guint32) sqlite3_column_int64 (statement, 8);
      line->component = g_strdup (suture_statement_text (statement, 9));
      line->number = sqlite3_column_int64 (statement, 10);
      g_ptr_array_add (lines, line);
    }
  return got == 0 ? g_steal_pointer (&lines) : NULL;
}
