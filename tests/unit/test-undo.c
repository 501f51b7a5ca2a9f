/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/undo.h"

#include "base/error.h"
#include "engine/run.h"
#include "history/probation.h"
#include "test-activation.h"
#include "test-paths.h"

#define ACTIVE(left_out, merged) "{ \"error\": \"\", \"message\": \"\", \"active\": [ { \"id\": \"demo-a\", \"feed\": \"vendor\"," \
                                 " \"component\": \"demo\", \"number\": 1, \"merged\": " merged ", \"content\": \"applies\"," \
                                 " \"left_out\": \"" left_out "\" } ], \"units\": [] }"
#define NOTHING "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }"
#define BUSY "{ \"error\": \"Busy\", \"message\": \"apt is at work\" }"
#define VERDICT "web.service stopped working after it was installed (it crashed)"

typedef struct
{
  SutureDatabase *database;
  TestActivation *server;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);

  test_paths_init ();
  f->database = suture_database_open ();
  f->server = test_activation_new ();
  record->event = g_strdup ("installed");
  record->improvement = g_strdup ("demo-a");
  record->component = g_strdup ("demo");
  record->title = g_strdup ("Demo");
  record->letter = g_strdup ("a");
  record->by = g_strdup ("automatic");
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  g_assert_true (suture_record_close (f->database, "op-0", record, NULL, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_activation_free (f->server);
  suture_database_free (f->database);
  test_paths_clear ();
}

/* An undoing of demo-a, as the queue runs it; its result's error. */
static char *
undo (Fixture *f, const char *operation)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  g_autoptr (SutureWork) work = suture_work_new (f->database, operation, "undo", "system", G_MAXUINT32);
  g_autoptr (GPtrArray) results = NULL;
  gboolean recovered = TRUE;

  suture_work_learn (work, offers, suture_activation_list (NULL));
  work->plan = suture_plan_new (work->facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
  g_assert_nonnull (work->plan);
  results = suture_run (work, &recovered);
  return g_strdup (((SutureResult *) g_ptr_array_index (results, results->len - 1))->error);
}

/* The events of history, newest first, a line each. */
static char *
events (Fixture *f)
{
  g_autoptr (GPtrArray) records = suture_record_list (f->database, 0, 20, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    g_string_append_printf (text, "%s\n", ((SutureRecord *) g_ptr_array_index (records, i))->event);
  return g_strdup (text->str);
}

static void
test_done (Fixture *f, gconstpointer data)
{
  g_autofree char *error = NULL;
  g_autofree char *all = NULL;
  g_autofree char *why = NULL;
  g_autoptr (GPtrArray) left = NULL;

  g_assert_true (suture_probation_set_verdict (f->database, "demo-a", VERDICT, NULL));
  test_activation_answer (f->server, ACTIVE ("", "true"));
  test_activation_answer (f->server, NOTHING);
  error = undo (f, "op-1");
  g_assert_cmpstr (error, ==, "");
  all = events (f);
  g_assert_cmpstr (all, ==, "undone\ninstalled\n");
  why = suture_record_was_undone (f->database, "demo-a");
  g_assert_cmpstr (why, ==, VERDICT "; the files of before are in use again");
  left = suture_probation_list (f->database);
  g_assert_cmpuint (left->len, ==, 0);
}

/* However often it is tried, one record tells that it can't be done yet; then it is. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  g_autofree char *all = NULL;
  g_autofree char *end = NULL;
  g_autofree char *last = NULL;

  g_assert_true (suture_probation_set_verdict (f->database, "demo-a", VERDICT, NULL));
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *operation = g_strdup_printf ("op-%d", i + 1);
      g_autofree char *error = NULL;

      test_activation_answer (f->server, ACTIVE ("", "true"));
      test_activation_answer (f->server, BUSY);
      test_activation_answer (f->server, ACTIVE ("", "true"));
      error = undo (f, operation);
      g_assert_cmpstr (error, ==, "Busy");
    }
  all = events (f);
  g_assert_cmpstr (all, ==, "failed\ninstalled\n");
  test_activation_answer (f->server, ACTIVE ("", "true"));
  test_activation_answer (f->server, NOTHING);
  last = undo (f, "op-9");
  g_assert_cmpstr (last, ==, "");
  end = events (f);
  g_assert_cmpstr (end, ==, "undone\nfailed\ninstalled\n");
}

/* What did not start is condemned once; what is left out for another reason, or is merged, is not. */
static void
test_left_out (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *answer, *verdict;
  } rows[] = {
    { ACTIVE ("", "true"), "" },
    { ACTIVE ("asked", "false"), "" },
    { ACTIVE ("image", "false"), "" },
    { ACTIVE ("boot", "false"), "the computer did not start twice in a row with it" },
  };
  g_autoptr (SutureOffers) offers = suture_offers_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureWork) work = suture_work_new (f->database, "", "look", "system", G_MAXUINT32);
      g_autoptr (GPtrArray) list = NULL;

      test_activation_answer (f->server, rows[i].answer);
      g_assert_true (suture_work_look (work, offers));
      suture_undo_condemn_left_out (work);
      list = suture_probation_list (f->database);
      g_assert_cmpuint (list->len, ==, 1);
      g_assert_cmpstr (((SutureProbation *) g_ptr_array_index (list, 0))->verdict, ==, rows[i].verdict);
    }
}

/* What the switch restarted, or could not, is watched; what is owed is not, nor another's. */
static void
test_units (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GPtrArray) list = NULL;

  test_activation_answer (f->server, "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": ["
                          " { \"name\": \"a.service\", \"kind\": \"unit\", \"id\": \"demo-a\", \"outcome\": \"restarted\" },"
                          " { \"name\": \"b.service\", \"kind\": \"unit\", \"id\": \"demo-a\", \"outcome\": \"failed\" },"
                          " { \"name\": \"c.service\", \"kind\": \"unit\", \"id\": \"demo-a\", \"outcome\": \"owed\" },"
                          " { \"name\": \"d.service\", \"kind\": \"unit\", \"id\": \"other-a\", \"outcome\": \"restarted\" },"
                          " { \"name\": \"e\", \"kind\": \"session\", \"id\": \"demo-a\", \"outcome\": \"failed\" } ] }");
  activation = suture_activation_list (NULL);
  g_assert_nonnull (activation);
  suture_undo_remember_units (f->database, "demo-a", activation);
  list = suture_probation_list (f->database);
  g_assert_cmpstr (((SutureProbation *) g_ptr_array_index (list, 0))->units, ==, "a.service\nb.service");
}

#define ADD(name, function) g_test_add ("/undo/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("done", test_done);
  ADD ("busy", test_busy);
  ADD ("left-out", test_left_out);
  ADD ("units", test_units);
  return g_test_run ();
}
