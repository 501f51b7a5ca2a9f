/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/probation.h"

#include "history/record.h"
#include "history/statement.h"
#include "test-paths.h"

typedef struct
{
  SutureDatabase *database;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_paths_init ();
  f->database = suture_database_open ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_database_free (f->database);
  test_paths_clear ();
}

static void
tell (Fixture *f, const char *event, const char *id, gboolean found)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);

  record->event = g_strdup (event);
  record->improvement = g_strdup (id);
  record->component = g_strdup ("openssl");
  record->title = g_strdup ("Title");
  record->letter = g_strdup ("a");
  record->by = g_strdup ("automatic");
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  record->found = found;
  g_assert_true (suture_record_close (f->database, "op-1", record, NULL, NULL));
}

/* The only one of the list, or NULL where there is none. */
static SutureProbation *
only (Fixture *f)
{
  g_autoptr (GPtrArray) list = suture_probation_list (f->database);

  g_assert_cmpuint (list->len, <=, 1);
  return list->len == 1 ? g_ptr_array_steal_index (list, 0) : NULL;
}

static void
test_life (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureProbation) first = NULL;
  g_autoptr (SutureProbation) second = NULL;
  g_autoptr (SutureProbation) again = NULL;

  g_assert_true (suture_probation_prepare (f->database, "openssl-a", "debian/openssl-a.json", "bad.service", NULL));
  g_assert_true (suture_probation_set_units (f->database, "openssl-a", "nginx.service", NULL));
  g_assert_null (only (f)); /* not before it is installed */
  g_assert_true (suture_probation_prepare (f->database, "openssl-z", "debian/openssl-z.json", "", NULL));
  g_assert_true (suture_probation_prepare (f->database, "openssl-a", "debian/openssl-a.json", "bad.service", NULL));
  g_assert_true (suture_probation_set_units (f->database, "openssl-a", "nginx.service", NULL));
  tell (f, "installed", "openssl-z", FALSE); /* whatever was prepared for it is forgotten */
  first = only (f);
  g_assert_cmpstr (first->failing, ==, "");
  g_clear_pointer (&first, suture_probation_free);
  tell (f, "removed", "openssl-z", FALSE);
  tell (f, "installed", "openssl-a", FALSE);
  first = only (f);
  g_assert_cmpstr (first->improvement, ==, "openssl-a");
  g_assert_cmpstr (first->component, ==, "openssl");
  g_assert_cmpstr (first->failing, ==, "bad.service");
  g_assert_cmpint (first->remaining, ==, SUTURE_PROBATION_SECONDS);
  g_assert_cmpint (first->began, >, 0);
  g_assert_cmpstr (first->before, ==, "");
  g_assert_cmpstr (first->verdict, ==, "");
  g_assert_cmpstr (first->units, ==, "nginx.service");

  g_assert_true (suture_probation_prepare (f->database, "openssl-b", "debian/openssl-b.json", "", NULL));
  tell (f, "installed", "openssl-b", FALSE);
  second = only (f);
  g_assert_cmpstr (second->improvement, ==, "openssl-b");
  g_assert_cmpstr (second->before, ==, "openssl-a");
  g_assert_cmpstr (second->before_target, ==, "debian/openssl-a.json");
  g_assert_true (suture_probation_set_remaining (f->database, "openssl-b", 17, NULL));
  g_assert_true (suture_probation_set_verdict (f->database, "openssl-b", "it broke", NULL));
  g_assert_true (suture_probation_set_told (f->database, "openssl-b", NULL));
  g_assert_true (suture_probation_set_healthy (f->database, "openssl-b", NULL));

  /* what another process finds */
  suture_database_free (f->database);
  f->database = suture_database_open ();
  again = only (f);
  g_assert_cmpint (again->remaining, ==, 17);
  g_assert_cmpstr (again->verdict, ==, "it broke");
  g_assert_true (again->told && again->healthy);
  g_assert_cmpstr (again->before, ==, "openssl-a");
  tell (f, "undone", "openssl-b", FALSE);
  g_assert_null (only (f));
}

/* Installed once more, it is watched anew, and still knows what was there before it. */
static void
test_again (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureProbation) probation = NULL;

  tell (f, "installed", "openssl-a", FALSE);
  tell (f, "installed", "openssl-b", FALSE);
  g_assert_true (suture_probation_set_verdict (f->database, "openssl-b", "it broke", NULL));
  g_assert_true (suture_probation_set_remaining (f->database, "openssl-b", 0, NULL));
  tell (f, "installed", "openssl-b", FALSE);
  probation = only (f);
  g_assert_cmpstr (probation->before, ==, "openssl-a");
  g_assert_cmpstr (probation->verdict, ==, "");
  g_assert_cmpint (probation->remaining, ==, SUTURE_PROBATION_SECONDS);
}

/* What was only found to be installed is not watched. */
static void
test_found (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureProbation) probation = NULL;

  tell (f, "installed", "openssl-a", TRUE);
  probation = only (f);
  g_assert_cmpint (probation->remaining, ==, 0);
}

static void
test_closing (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) often = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) none = NULL;

  tell (f, "installed", "openssl-a", FALSE);
  for (int i = 0; i < 3; i++)
    g_assert_true (suture_probation_add_closing (f->database, "openssl-a", "curl", NULL));
  for (int i = 0; i < SUTURE_PROBATION_CLOSING_MAX + 4; i++)
    {
      g_autofree char *program = g_strdup_printf ("program-%02d", i);

      g_assert_true (suture_probation_add_closing (f->database, "openssl-a", program, NULL));
    }
  often = suture_probation_closing (f->database, "openssl-a", 3);
  g_assert_cmpuint (often->len, ==, 1);
  g_assert_cmpstr (((SutureClosing *) g_ptr_array_index (often, 0))->program, ==, "curl");
  g_assert_cmpuint (((SutureClosing *) g_ptr_array_index (often, 0))->count, ==, 3);
  all = suture_probation_closing (f->database, "openssl-a", 1);
  g_assert_cmpuint (all->len, ==, SUTURE_PROBATION_CLOSING_MAX);
  tell (f, "removed", "openssl-a", FALSE);
  none = suture_probation_closing (f->database, "openssl-a", 1);
  g_assert_cmpuint (none->len, ==, 0);
}

/* A database of the first version, as it was made then: it becomes one of today, and keeps what it held. */
static void
test_migration (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureProbation) probation = NULL;
  g_autoptr (GHashTable) installed = NULL;

  g_assert_true (suture_statement_run (f->database, NULL, "INSERT INTO installed VALUES ('openssl-a', 'openssl', 5, 'T', 'a')", ""));
  g_assert_true (suture_statement_run (f->database, NULL, "DROP TABLE probation", ""));
  g_assert_true (suture_statement_run (f->database, NULL, "DROP TABLE undone", ""));
  g_assert_true (suture_statement_run (f->database, NULL, "DROP TABLE closing", ""));
  g_assert_true (suture_statement_run (f->database, NULL, "PRAGMA user_version = 1", ""));
  suture_database_free (f->database);
  f->database = suture_database_open ();
  g_assert_false (suture_database_is_new_beginning (f->database));
  installed = suture_record_installed (f->database);
  g_assert_true (g_hash_table_contains (installed, "openssl-a"));
  probation = only (f);
  g_assert_cmpint (probation->remaining, ==, 0);
  g_clear_pointer (&probation, suture_probation_free);
  tell (f, "installed", "openssl-b", FALSE);
  probation = only (f);
  g_assert_cmpstr (probation->before, ==, "openssl-a");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/probation/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/probation/again", Fixture, NULL, set_up, test_again, tear_down);
  g_test_add ("/probation/found", Fixture, NULL, set_up, test_found, tear_down);
  g_test_add ("/probation/closing", Fixture, NULL, set_up, test_closing, tear_down);
  g_test_add ("/probation/migration", Fixture, NULL, set_up, test_migration, tear_down);
  return g_test_run ();
}
