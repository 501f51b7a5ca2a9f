/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/record.h"

#include "base/error.h"
#include "history/probation-private.h"
#include "history/statement.h"

void
suture_record_free (SutureRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->event);
  g_free (self->improvement);
  g_free (self->component);
  g_free (self->title);
  g_free (self->letter);
  g_free (self->by);
  g_free (self->error);
  g_free (self->message);
  g_free (self);
}

SutureResult *
suture_result_new (const char *operation, const char *error, const char *message)
{
  SutureResult *self = g_new0 (SutureResult, 1);

  self->operation = g_strdup (operation);
  self->error = g_strdup (error);
  self->message = g_strdup (message);
  return self;
}

void
suture_result_free (SutureResult *self)
{
  if (self == NULL)
    return;
  g_free (self->operation);
  g_free (self->error);
  g_free (self->message);
  g_free (self);
}

static gboolean
forget (SutureDatabase *database, const SutureRecord *record, GError **error)
{
  return suture_statement_run (database, error, "DELETE FROM installed WHERE improvement = ?", "s", record->improvement)
         && suture_probation_end (database, record->improvement, error)
         && (!record->quarantine
             || suture_statement_run (database, error, "INSERT OR REPLACE INTO undone VALUES (?, ?, ?)", "sis",
                                      record->improvement, record->time, record->message));
}

/* What is installed, what a user took out, and what was undone follows from the event: one truth, written with it. */
static gboolean
apply_event (SutureDatabase *database, const SutureRecord *record, GError **error)
{
  gboolean user_removed = g_str_equal (record->event, "removed") && g_str_equal (record->by, "user");

  if (g_str_equal (record->event, "installed"))
    return suture_probation_begin (database, record, error) /* first: it looks up what is replaced */
           && suture_statement_run (database, error, "DELETE FROM installed WHERE component = ?", "s", record->component)
           && suture_statement_run (database, error, "INSERT OR REPLACE INTO installed VALUES (?, ?, ?, ?, ?)", "ssiss",
                                    record->improvement, record->component, record->time, record->title, record->letter)
           && suture_statement_run (database, error, "DELETE FROM removed WHERE improvement = ?", "s", record->improvement)
           && suture_statement_run (database, error, "DELETE FROM undone WHERE improvement = ?", "s", record->improvement);
  if (user_removed
      && !suture_statement_run (database, error, "INSERT OR REPLACE INTO removed VALUES (?, ?)", "si", record->improvement,
                                record->time))
    return FALSE;
  if (g_str_equal (record->event, "removed") || g_str_equal (record->event, "undone")
      || g_str_equal (record->event, "withdrawn") || g_str_equal (record->event, "included"))
    return forget (database, record, error);
  return TRUE;
}

static gboolean
add_record (SutureDatabase *database, SutureRecord *record, GError **error)
{
  record->time = g_get_real_time () / G_USEC_PER_SEC;
  return suture_statement_run (database, error,
                               "INSERT INTO history (time, event, improvement, title, letter, by, user, error, message)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                               "isssssiss", record->time, record->event, record->improvement, record->title,
                               record->letter, record->by, (gint64) record->user, record->error, record->message)
         && suture_statement_run (database, error,
                                  "DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", "i",
                                  (gint64) SUTURE_RECORD_KEEP)
         && apply_event (database, record, error);
}

static gboolean
add_result (SutureDatabase *database, const SutureResult *result, GError **error)
{
  return suture_statement_run (database, error, "INSERT OR IGNORE INTO result (operation, error, message) VALUES (?, ?, ?)",
                               "sss", result->operation, result->error, result->message)
         && suture_statement_run (database, error, "DELETE FROM result WHERE id <= (SELECT max(id) FROM result) - ?", "i",
                                  (gint64) SUTURE_RESULT_KEEP);
}

gboolean
suture_record_close (SutureDatabase *database,
                     const char *operation,
                     SutureRecord *record,
                     const SutureResult *result,
                     GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  gboolean ok;

  if (!suture_statement_run (database, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  ok = record == NULL || add_record (database, record, error);
  if (ok && result != NULL)
    ok = add_result (database, result, error)
         && suture_statement_run (database, error, "DELETE FROM journal WHERE operation = ?", "s", operation);
  else if (ok && record != NULL)
    ok = suture_statement_run (database, error, "DELETE FROM journal WHERE operation = ? AND improvement = ?", "ss",
                               operation, record->improvement);
  return suture_statement_end (database, ok, error);
}

gboolean
suture_record_leave_open (SutureDatabase *database, const SutureResult *result, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error, "BEGIN IMMEDIATE", "")
         && suture_statement_end (database, add_result (database, result, error), error);
}

GPtrArray *
suture_record_list (SutureDatabase *database, guint64 before, guint limit, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_record_free);
  g_autoptr (SutureStatement) statement = NULL;
  gint64 below = before == 0 || before > G_MAXINT64 ? G_MAXINT64 : (gint64) before;
  int got = 1;

  statement = suture_statement_new (database, error,
                                    "SELECT id, time, event, improvement, title, letter, by, user, error, message"
                                    " FROM history WHERE id < ? ORDER BY id DESC LIMIT ?", "ii", below,
                                    (gint64) MIN (limit, SUTURE_RECORD_LIST_MAX));
  if (statement == NULL)
    return NULL;
  while ((got = suture_statement_step (statement, error)) == 1)
    {
      SutureRecord *record = g_new0 (SutureRecord, 1);

      record->id = (guint64) sqlite3_column_int64 (statement, 0);
      record->time = sqlite3_column_int64 (statement, 1);
      record->event = g_strdup (suture_statement_text (statement, 2));
      record->improvement = g_strdup (suture_statement_text (statement, 3));
      record->title = g_strdup (suture_statement_text (statement, 4));
      record->letter = g_strdup (suture_statement_text (statement, 5));
      record->by = g_strdup (suture_statement_text (statement, 6));
      record->user = (guint32) sqlite3_column_int64 (statement, 7);
      record->error = g_strdup (suture_statement_text (statement, 8));
      record->message = g_strdup (suture_statement_text (statement, 9));
      g_ptr_array_add (records, record);
    }
  return got == 0 ? g_steal_pointer (&records) : NULL;
}

GPtrArray *
suture_record_results (SutureDatabase *database)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_result_free);
  g_autoptr (SutureStatement) statement = NULL;

  statement = suture_statement_new (database, NULL, "SELECT operation, error, message FROM result ORDER BY id", "");
  while (statement != NULL && suture_statement_step (statement, NULL) == 1)
    g_ptr_array_add (results, suture_result_new (suture_statement_text (statement, 0),
                                                 suture_statement_text (statement, 1),
                                                 suture_statement_text (statement, 2)));
  return g_steal_pointer (&results);
}

GHashTable *
suture_record_installed (SutureDatabase *database)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (GHashTable) installed = NULL;
  g_autoptr (SutureStatement) statement = NULL;

  installed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) suture_record_free);
  statement = suture_statement_new (database, NULL, "SELECT improvement, time, title, letter, component FROM installed", "");
  while (statement != NULL && suture_statement_step (statement, NULL) == 1)
    {
      SutureRecord *record = g_new0 (SutureRecord, 1);

      record->improvement = g_strdup (suture_statement_text (statement, 0));
      record->time = sqlite3_column_int64 (statement, 1);
      record->title = g_strdup (suture_statement_text (statement, 2));
      record->letter = g_strdup (suture_statement_text (statement, 3));
      record->component = g_strdup (suture_statement_text (statement, 4));
      g_hash_table_insert (installed, g_strdup (record->improvement), record);
    }
  return g_steal_pointer (&installed);
}

gboolean
suture_record_was_removed (SutureDatabase *database, const char *improvement)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (SutureStatement) statement = NULL;

  statement = suture_statement_new (database, NULL, "SELECT 1 FROM removed WHERE improvement = ?", "s", improvement);
  /* what can't be read was removed: nothing installs itself on a guess */
  return statement == NULL || suture_statement_step (statement, NULL) != 0;
}

char *
suture_record_was_undone (SutureDatabase *database, const char *improvement)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (SutureStatement) statement = NULL;
  int got;

  statement = suture_statement_new (database, NULL, "SELECT message FROM undone WHERE improvement = ?", "s", improvement);
  got = statement != NULL ? suture_statement_step (statement, NULL) : -1;
  if (got == 1)
    return g_strdup (suture_statement_text (statement, 0));
  /* as above */
  return got == 0 ? NULL : g_strdup ("whether it was taken out by itself can't be read");
}
