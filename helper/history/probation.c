/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/probation.h"

#include "history/probation-private.h"
#include "history/statement.h"

void
suture_probation_free (SutureProbation *self)
{
  if (self == NULL)
    return;
  g_free (self->improvement);
  g_free (self->component);
  g_free (self->failing);
  g_free (self->units);
  g_free (self->before);
  g_free (self->before_target);
  g_free (self->verdict);
  g_free (self);
}

void
suture_closing_free (SutureClosing *self)
{
  g_free (self->program);
  g_free (self);
}

/* ---- inside a record's transaction ---- */

gboolean
suture_probation_begin (SutureDatabase *database, const SutureRecord *record, GError **error)
{
  gint64 remaining = record->found ? 0 : SUTURE_PROBATION_SECONDS;

  return suture_statement_run (database, error,
                               "INSERT OR IGNORE INTO probation VALUES (?, ?, '', '', '', 0, 0, '', '', '', 0, 0)", "ss",
                               record->improvement, record->component)
         /* one that is installed once more stands where it stood */
         && suture_statement_run (database, error,
                                  "UPDATE probation SET before = b.improvement, before_target = b.target FROM probation AS b"
                                  " WHERE probation.improvement = ? AND b.component = ? AND b.improvement != ? AND b.began > 0",
                                  "sss", record->improvement, record->component, record->improvement)
         && suture_statement_run (database, error,
                                  "UPDATE probation SET component = ?, began = ?, remaining = ?, verdict = '', told = 0,"
                                  " healthy = 0 WHERE improvement = ?", "siis", record->component, record->time, remaining,
                                  record->improvement)
         && suture_statement_run (database, error, "DELETE FROM probation WHERE component = ? AND improvement != ?", "ss",
                                  record->component, record->improvement)
         && suture_statement_run (database, error,
                                  "DELETE FROM closing WHERE improvement = ?"
                                  " OR improvement NOT IN (SELECT improvement FROM probation)", "s", record->improvement);
}

gboolean
suture_probation_end (SutureDatabase *database, const char *improvement, GError **error)
{
  return suture_statement_run (database, error, "DELETE FROM probation WHERE improvement = ?", "s", improvement)
         && suture_statement_run (database, error, "DELETE FROM closing WHERE improvement = ?", "s", improvement);
}

/* ---- by itself ---- */

gboolean
suture_probation_prepare (
    SutureDatabase *database, const char *improvement, const char *target, const char *failing, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  /* what was prepared before and did not come to an end as installed has been recovered by now */
  return suture_statement_run (database, error, "DELETE FROM probation WHERE began = 0", "")
         && suture_statement_run (database, error,
                                  "INSERT INTO probation VALUES (?, '', ?, ?, '', 0, 0, '', '', '', 0, 0) ON CONFLICT (improvement)"
                                  " DO UPDATE SET target = excluded.target, failing = excluded.failing, units = ''", "sss",
                                  improvement, target, failing);
}

static SutureProbation *
read_row (SutureStatement *statement)
{
  SutureProbation *self = g_new0 (SutureProbation, 1);

  self->improvement = g_strdup (suture_statement_text (statement, 0));
  self->component = g_strdup (suture_statement_text (statement, 1));
  self->failing = g_strdup (suture_statement_text (statement, 2));
  self->began = sqlite3_column_int64 (statement, 3);
  self->remaining = CLAMP (sqlite3_column_int64 (statement, 4), 0, SUTURE_PROBATION_SECONDS);
  self->before = g_strdup (suture_statement_text (statement, 5));
  self->before_target = g_strdup (suture_statement_text (statement, 6));
  self->verdict = g_strdup (suture_statement_text (statement, 7));
  self->told = sqlite3_column_int64 (statement, 8) != 0;
  self->healthy = sqlite3_column_int64 (statement, 9) != 0;
  self->units = g_strdup (suture_statement_text (statement, 10));
  return self;
}

GPtrArray *
suture_probation_list (SutureDatabase *database)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_probation_free);
  g_autoptr (SutureStatement) statement = NULL;
  int got = -1;

  statement = suture_statement_new (database, NULL,
                                    "SELECT improvement, component, failing, began, remaining, before, before_target, verdict,"
                                    " told, healthy, units FROM probation WHERE began > 0 ORDER BY improvement", "");
  while (statement != NULL && (got = suture_statement_step (statement, NULL)) == 1)
    g_ptr_array_add (list, read_row (statement));
  return got == 0 ? g_steal_pointer (&list) : NULL;
}

/* Runs @sql about @improvement, with @value. */
static gboolean
set_one (SutureDatabase *database, const char *sql, const char *value, const char *improvement, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error, sql, "ss", value, improvement);
}

gboolean
suture_probation_set_units (SutureDatabase *database, const char *improvement, const char *units, GError **error)
{
  return set_one (database, "UPDATE probation SET units = ? WHERE improvement = ?", units, improvement, error);
}

gboolean
suture_probation_set_remaining (SutureDatabase *database, const char *improvement, gint64 seconds, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error, "UPDATE probation SET remaining = ? WHERE improvement = ?", "is", seconds,
                               improvement);
}

gboolean
suture_probation_set_verdict (SutureDatabase *database, const char *improvement, const char *verdict, GError **error)
{
  return set_one (database, "UPDATE probation SET verdict = ? WHERE improvement = ?", verdict, improvement, error);
}

gboolean
suture_probation_set_told (SutureDatabase *database, const char *improvement, GError **error)
{
  return set_one (database, "UPDATE probation SET told = ? WHERE improvement = ?", "1", improvement, error);
}

gboolean
suture_probation_set_healthy (SutureDatabase *database, const char *improvement, GError **error)
{
  return set_one (database, "UPDATE probation SET healthy = ? WHERE improvement = ?", "1", improvement, error);
}

gboolean
suture_probation_add_closing (SutureDatabase *database, const char *improvement, const char *program, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error,
                               "INSERT INTO closing SELECT ?, ?, 1 WHERE (SELECT count(*) FROM closing WHERE improvement = ?) < ?"
                               " OR EXISTS (SELECT 1 FROM closing WHERE improvement = ? AND program = ?)"
                               " ON CONFLICT (improvement, program) DO UPDATE SET count = count + 1", "sssiss", improvement,
                               program, improvement, (gint64) SUTURE_PROBATION_CLOSING_MAX, improvement, program);
}

GPtrArray *
suture_probation_closing (SutureDatabase *database, const char *improvement, guint least)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_closing_free);
  g_autoptr (SutureStatement) statement = NULL;

  statement = suture_statement_new (database, NULL,
                                    "SELECT program, count FROM closing WHERE improvement = ? AND count >= ?"
                                    " ORDER BY count DESC, program", "si", improvement, (gint64) least);
  while (statement != NULL && suture_statement_step (statement, NULL) == 1)
    {
      SutureClosing *closing = g_new0 (SutureClosing, 1);

      closing->program = g_strdup (suture_statement_text (statement, 0));
      closing->count = (guint) MIN (sqlite3_column_int64 (statement, 1), G_MAXINT32);
      g_ptr_array_add (list, closing);
    }
  return g_steal_pointer (&list);
}
