/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/record.h"

#include "history/journal.h"
#include "test-paths.h"

static void
close_with (SutureDatabase *database, const char *operation, const char *event, const char *id, const char *component,
            const char *by, gboolean with_result)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);
  g_autoptr (SutureResult) result = with_result ? suture_result_new (operation, "", "") : NULL;
  g_autoptr (GError) error = NULL;

  record->event = g_strdup (event);
  record->improvement = g_strdup (id);
  record->component = g_strdup (component);
  record->title = g_strdup ("Title");
  record->letter = g_strdup ("a");
  record->by = g_strdup (by);
  record->user = 1000;
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  g_assert_true (suture_record_close (database, operation, record, result, &error));
  g_assert_no_error (error);
}

static void
write_line (SutureDatabase *database, const char *operation, SutureStep step, const char *improvement)
{
  g_autoptr (SutureJournalLine) line = g_new0 (SutureJournalLine, 1);
  g_autoptr (GError) error = NULL;

  line->operation = g_strdup (operation);
  line->step = step;
  line->kind = g_strdup ("install");
  line->improvement = g_strdup (improvement);
  line->component = g_strdup ("openssl");
  line->title = g_strdup ("Title");
  line->letter = g_strdup ("a");
  line->plan = g_strdup ("digest");
  line->by = g_strdup ("user");
  line->user = 1000;
  g_assert_true (suture_journal_write (database, line, &error));
  g_assert_no_error (error);
}

static guint
open_lines (SutureDatabase *database)
{
  g_autoptr (GPtrArray) lines = suture_journal_list (database, NULL);

  g_assert_nonnull (lines);
  return lines != NULL ? lines->len : 0;
}

static void
test_installed_follows_events (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  const struct
  {
    const char *event, *id, *by;
    guint installed;      /* afterwards */
    gboolean was_removed; /* of @id, afterwards */
  } rows[] = {
    { "installed", "openssl-a", "user", 1, FALSE },
    { "failed", "openssl-a", "user", 1, FALSE },
    { "removed", "openssl-a", "system", 0, FALSE },
    { "installed", "openssl-a", "automatic", 1, FALSE },
    { "removed", "openssl-a", "user", 0, TRUE },
    { "interrupted", "openssl-a", "user", 0, TRUE },
    { "installed", "openssl-a", "user", 1, FALSE },
    { "installed", "openssl-b", "user", 1, FALSE }, /* takes the place of openssl-a */
    { "undone", "openssl-b", "system", 0, FALSE },
    { "installed", "openssl-c", "user", 1, FALSE },
    { "included", "openssl-c", "system", 0, FALSE },
    { "installed", "openssl-c", "automatic", 1, FALSE },
    { "withdrawn", "openssl-c", "automatic", 0, FALSE }, /* and may come back by itself */
  };

  test_paths_init ();
  database = suture_database_open ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GHashTable) installed = NULL;

      close_with (database, "op-1", rows[i].event, rows[i].id, "openssl", rows[i].by, FALSE);
      installed = suture_record_installed (database);
      g_assert_cmpuint (g_hash_table_size (installed), ==, rows[i].installed);
      g_assert_true (suture_record_was_removed (database, rows[i].id) == rows[i].was_removed);
    }
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

/* What is watched begins and ends with the records, and knows what it took the place of. */
static void
test_undone (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autoptr (SutureRecord) undone = g_new0 (SutureRecord, 1);
  g_autofree char *why = NULL;

  test_paths_init ();
  database = suture_database_open ();
  close_with (database, "op-1", "installed", "openssl-b", "openssl", "automatic", FALSE);
  g_assert_null (suture_record_was_undone (database, "openssl-b"));
  undone->event = g_strdup ("undone");
  undone->improvement = g_strdup ("openssl-b");
  undone->component = g_strdup ("openssl");
  undone->title = g_strdup ("Title");
  undone->letter = g_strdup ("b");
  undone->by = g_strdup ("system");
  undone->error = g_strdup ("");
  undone->message = g_strdup ("nginx.service stopped working");
  g_assert_true (suture_record_close (database, "op-1", undone, NULL, NULL));
  g_assert_null (suture_record_was_undone (database, "openssl-b")); /* it only fitted no more */
  undone->quarantine = TRUE;
  g_assert_true (suture_record_close (database, "op-1", undone, NULL, NULL));
  why = suture_record_was_undone (database, "openssl-b");
  g_assert_cmpstr (why, ==, "nginx.service stopped working");
  close_with (database, "op-1", "failed", "openssl-b", "openssl", "user", FALSE);
  g_free (why);
  why = suture_record_was_undone (database, "openssl-b");
  g_assert_nonnull (why);
  close_with (database, "op-1", "installed", "openssl-b", "openssl", "user", FALSE);
  g_assert_null (suture_record_was_undone (database, "openssl-b"));
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

static void
test_one_result (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (SutureResult) second = suture_result_new ("op-17", "Failed", "a second end");

  test_paths_init ();
  database = suture_database_open ();
  for (int i = 0; i < 18; i++)
    {
      g_autofree char *operation = g_strdup_printf ("op-%d", i);
      g_autoptr (SutureResult) result = suture_result_new (operation, "", "");

      g_assert_true (suture_record_close (database, operation, NULL, result, NULL));
    }
  results = suture_record_results (database);
  g_assert_cmpuint (results->len, ==, SUTURE_RESULT_KEEP);
  g_assert_cmpstr (((SutureResult *) g_ptr_array_index (results, 0))->operation, ==, "op-2");
  g_clear_pointer (&results, g_ptr_array_unref);
  g_assert_true (suture_record_close (database, "op-17", NULL, second, NULL));
  results = suture_record_results (database);
  g_assert_cmpstr (((SutureResult *) g_ptr_array_index (results, SUTURE_RESULT_KEEP - 1))->error, ==, "");
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

static void
test_list (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  guint64 before = 0;

  test_paths_init ();
  database = suture_database_open ();
  for (int i = 0; i < 25; i++)
    close_with (database, "op-1", "failed", "openssl-a", "openssl", "user", FALSE);
  for (guint page = 0; page < 3; page++)
    {
      g_autoptr (GPtrArray) records = suture_record_list (database, before, 10, NULL);

      g_assert_cmpuint (records->len, ==, page < 2 ? 10 : 5);
      for (guint i = 0; i < records->len; i++)
        {
          const SutureRecord *record = g_ptr_array_index (records, i);

          g_assert_true (before == 0 || record->id < before);
          g_assert_cmpint (record->time, >, 0);
          before = record->id;
        }
    }
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

/* What an operation came to is not known: it has its result, its lines stay, and what closes it later is no second result. */
static void
test_left_open (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autoptr (SutureResult) result = suture_result_new ("op-1", "Failed", "it is not known");
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GPtrArray) records = NULL;

  test_paths_init ();
  database = suture_database_open ();
  write_line (database, "op-1", SUTURE_STEP_SWITCHING, "openssl-a");
  g_assert_true (suture_record_leave_open (database, result, NULL));
  g_assert_cmpuint (open_lines (database), ==, 1);
  close_with (database, "op-1", "installed", "openssl-a", "openssl", "user", TRUE);
  g_assert_cmpuint (open_lines (database), ==, 0);
  records = suture_record_list (database, 0, 10, NULL);
  g_assert_cmpuint (records->len, ==, 1);
  results = suture_record_results (database);
  g_assert_cmpuint (results->len, ==, 1);
  g_assert_cmpstr (((SutureResult *) g_ptr_array_index (results, 0))->error, ==, "Failed");
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

/* The last line of each operation; the end of an operation takes all of its lines away. */
static void
test_journal (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  const SutureJournalLine *line;
  gint64 past;

  test_paths_init ();
  database = suture_database_open ();
  g_assert_cmpint (suture_journal_last (database), ==, 0);
  write_line (database, "op-1", SUTURE_STEP_QUEUED, "openssl-a");
  write_line (database, "op-2", SUTURE_STEP_QUEUED, "");
  write_line (database, "op-1", SUTURE_STEP_BEGIN, "openssl-a");
  write_line (database, "op-1", SUTURE_STEP_STAGED, "openssl-a");
  past = suture_journal_last (database);
  write_line (database, "op-3", SUTURE_STEP_QUEUED, "");
  lines = suture_journal_list (database, NULL);
  g_assert_cmpuint (lines->len, ==, 3);
  line = g_ptr_array_index (lines, 0);
  g_assert_cmpstr (line->operation, ==, "op-2");
  line = g_ptr_array_index (lines, 1);
  g_assert_cmpstr (line->operation, ==, "op-1");
  g_assert_cmpint (line->step, ==, SUTURE_STEP_STAGED);
  g_assert_cmpint (line->number, ==, past);
  g_assert_cmpstr (line->plan, ==, "digest");
  g_assert_cmpuint (line->user, ==, 1000);
  /* a record without a result: the operation goes on, the improvement is done */
  close_with (database, "op-1", "installed", "openssl-a", "openssl", "user", FALSE);
  g_assert_cmpuint (open_lines (database), ==, 2);
  write_line (database, "op-1", SUTURE_STEP_BEGIN, "openssl-a");
  close_with (database, "op-1", "installed", "openssl-a", "openssl", "user", TRUE);
  g_assert_cmpuint (open_lines (database), ==, 2);
  /* numbers are never used again, so that the past stays the past */
  past = suture_journal_last (database);
  write_line (database, "op-4", SUTURE_STEP_QUEUED, "");
  g_assert_cmpint (suture_journal_last (database), >, past);
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/installed-follows-events", test_installed_follows_events);
  g_test_add_func ("/record/undone", test_undone);
  g_test_add_func ("/record/one-result", test_one_result);
  g_test_add_func ("/record/list", test_list);
  g_test_add_func ("/record/left-open", test_left_open);
  g_test_add_func ("/record/journal", test_journal);
  return g_test_run ();
}
