/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/database.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/journal.h"
#include "history/record.h"
#include "history/setting.h"
#include "test-paths.h"

static void
run_sql (const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (suture_path (SUTURE_PATH_DATABASE), &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static gboolean
is_set_aside (void)
{
  g_autofree char *aside = g_strconcat (suture_path (SUTURE_PATH_DATABASE), ".set-aside", NULL);

  return g_file_test (aside, G_FILE_TEST_EXISTS);
}

/* Opens it, writes and reads back, closes it. */
static gboolean
use (gboolean *new_beginning)
{
  g_autoptr (SutureDatabase) database = suture_database_open ();
  g_autoptr (GError) error = NULL;

  g_assert_true (suture_setting_set_number (database, "test", 7, &error));
  g_assert_no_error (error);
  g_assert_cmpint (suture_setting_get_number (database, "test", 0), ==, 7);
  if (new_beginning != NULL)
    *new_beginning = suture_database_is_new_beginning (database);
  return suture_database_is_lasting (database);
}

static void
test_lasts (void)
{
  gboolean new_beginning;

  test_paths_init ();
  g_assert_true (use (&new_beginning));
  g_assert_false (new_beginning);
  {
    g_autoptr (SutureDatabase) database = suture_database_open ();
    g_autofree char *text = suture_setting_get_text (database, "test", "");

    g_assert_cmpstr (text, ==, "7");
    g_assert_cmpint (suture_setting_get_number (database, "never set", -3), ==, -3);
    g_assert_true (suture_setting_set_text (database, "test", "no number", NULL));
    g_assert_cmpint (suture_setting_get_number (database, "test", -3), ==, -3);
  }
  g_assert_false (is_set_aside ());
  test_paths_clear ();
}

/* THREATS 43: the helper starts, with a new database, and says so. */
static void
test_damaged (gconstpointer data)
{
  const char *how = data;
  const char *path;
  gboolean new_beginning;

  test_paths_init ();
  path = suture_path (SUTURE_PATH_DATABASE);
  g_assert_true (use (NULL));
  if (g_str_equal (how, "zeroed"))
    {
      g_autofree char *zeroes = g_malloc0 (8192);

      g_assert_true (g_file_set_contents (path, zeroes, 8192, NULL));
    }
  else if (g_str_equal (how, "text"))
    g_assert_true (g_file_set_contents (path, "this is no database, but a text of some length\n", -1, NULL));
  else if (g_str_equal (how, "foreign"))
    run_sql ("PRAGMA application_id = 1");
  else if (g_str_equal (how, "newer"))
    run_sql ("PRAGMA user_version = 99");
  else
    {
      /* the pages behind the first are gone */
      g_assert_cmpint (truncate (path, 4096), ==, 0);
    }
  g_assert_true (use (&new_beginning));
  g_assert_true (new_beginning);
  g_assert_true (is_set_aside ());
  g_assert_true (use (&new_beginning));
  g_assert_false (new_beginning);
  test_paths_clear ();
}

/* An empty file is what a power cut can leave of the very first start: not damage. */
static void
test_empty (void)
{
  gboolean new_beginning;

  test_paths_init ();
  g_assert_true (g_file_set_contents (suture_path (SUTURE_PATH_DATABASE), "", 0, NULL));
  g_assert_true (use (&new_beginning));
  g_assert_false (new_beginning);
  test_paths_clear ();
}

/* Where nothing can be written, it works for as long as the process. */
static void
test_in_memory (void)
{
  test_paths_init ();
  g_assert_cmpint (g_mkdir (suture_path (SUTURE_PATH_DATABASE), 0700), ==, 0);
  g_assert_false (use (NULL));
  test_paths_clear ();
}

/* A removal's transactions fit into what is reserved: no file grows. */
static void
test_reserve (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autofree char *journal = NULL;
  struct stat before, before_journal, after, after_journal;
  char operation[] = "op-1", kind[] = "remove", improvement[] = "openssl-a", empty[] = "", by[] = "user";
  SutureJournalLine line = { .operation = operation, .kind = kind, .improvement = improvement, .component = empty,
                             .title = empty, .letter = empty, .plan = empty, .by = by, .user = 0 };
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);
  g_autoptr (SutureResult) result = suture_result_new (operation, "", "");

  test_paths_init ();
  journal = g_strconcat (suture_path (SUTURE_PATH_DATABASE), "-journal", NULL);
  database = suture_database_open ();
  g_assert_cmpint (stat (suture_path (SUTURE_PATH_DATABASE), &before), ==, 0);
  g_assert_cmpint (stat (journal, &before_journal), ==, 0);
  g_assert_cmpint (before_journal.st_size, >, 16 * 4096);
  for (int step = SUTURE_STEP_QUEUED; step < SUTURE_N_STEPS; step++)
    {
      line.step = (SutureStep) step;
      g_assert_true (suture_journal_write (database, &line, NULL));
    }
  record->event = g_strdup ("removed");
  record->improvement = g_strdup (improvement);
  record->title = g_strdup ("");
  record->letter = g_strdup ("");
  record->by = g_strdup (by);
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  g_assert_true (suture_record_close (database, operation, record, result, NULL));
  g_assert_cmpint (stat (suture_path (SUTURE_PATH_DATABASE), &after), ==, 0);
  g_assert_cmpint (stat (journal, &after_journal), ==, 0);
  g_assert_cmpint (after.st_size, ==, before.st_size);
  g_assert_cmpint (after_journal.st_blocks, ==, before_journal.st_blocks);
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  const char *const damages[] = { "zeroed", "text", "foreign", "newer", "cut" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/database/lasts", test_lasts);
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *path = g_strconcat ("/database/damaged/", damages[i], NULL);

      g_test_add_data_func (path, damages[i], test_damaged);
    }
  g_test_add_func ("/database/empty", test_empty);
  g_test_add_func ("/database/in-memory", test_in_memory);
  g_test_add_func ("/database/reserve", test_reserve);
  return g_test_run ();
}
