/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/run.h"

#include "test-activation.h"
#include "test-paths.h"

#define ENTRY(id, component, merged) "{ \"id\": \"" id "\", \"feed\": \"vendor\", \"component\": \"" component "\"," \
                                     " \"number\": 1, \"merged\": " merged ", \"content\": \"applies\" }"
#define HOLDS(entries) "{ \"error\": \"\", \"message\": \"\", \"active\": [ " entries " ], \"units\": [] }"
#define BOTH HOLDS (ENTRY ("demo-a", "demo", "true") ", " ENTRY ("other-a", "other", "true"))
#define OTHER HOLDS (ENTRY ("other-a", "other", "true"))
#define OTHER_OUT HOLDS (ENTRY ("demo-a", "demo", "true") ", " ENTRY ("other-a", "other", "false"))
#define REFUSED "{ \"error\": \"Hash\", \"message\": \"an image is damaged\" }"
#define NONSENSE "[]"

/* A removal of demo-a, by a user, on a machine where root holds it and other-a. */
typedef struct
{
  SutureDatabase *database;
  TestActivation *server;
  SutureWork *work;
} Fixture;

static SutureWork *
new_removal (Fixture *f, const char *operation)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  SutureWork *work = suture_work_new (f->database, operation, "remove", "user", 1000);

  test_activation_answer (f->server, BOTH);
  suture_work_learn (work, offers, suture_activation_list (NULL));
  work->plan = suture_plan_new (work->facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
  g_assert_nonnull (work->plan);
  return work;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  test_paths_init ();
  f->database = suture_database_open ();
  f->server = test_activation_new ();
  f->work = new_removal (f, "op-1");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_work_unref (f->work);
  test_activation_free (f->server);
  suture_database_free (f->database);
  test_paths_clear ();
}

static void
assert_result (GPtrArray *results, const char *operation, const char *error, const char *message)
{
  guint count = 0;

  for (guint i = 0; i < results->len; i++)
    {
      const SutureResult *result = g_ptr_array_index (results, i);

      if (!g_str_equal (result->operation, operation))
        continue;
      count++;
      g_assert_cmpstr (result->error, ==, error);
      if (!g_str_has_prefix (result->message, message))
        g_error ("“%s” does not begin with “%s”", result->message, message);
    }
  g_assert_cmpuint (count, ==, 1);
}

/* The newest record; NULL when there is none. Settling adds none: the database of this test knew nothing of what is there. */
static const SutureRecord *
newest (GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    if (!g_str_equal (((SutureRecord *) g_ptr_array_index (records, i))->by, "system"))
      return g_ptr_array_index (records, i);
  return NULL;
}

/* What root says of a removal, what it then says that it holds, and what is told. */
static const struct
{
  const char *name;
  const char *answer;       /* to the removal; NULL: it ends without a word, after "progress" */
  const char *look[2];      /* to what is asked then */
  const char *error, *message;
  const char *event;        /* NULL: it is open */
} rows[] = {
  { "done", OTHER, { NULL }, "", "", "removed" },
  { "refused", REFUSED, { BOTH }, "Hash", "it was not removed and stays as it was: an image", "failed" },
  { "failed-behind-the-switch", REFUSED, { OTHER }, "", "", "removed" },
  { "failed-and-changed", REFUSED, { OTHER_OUT }, "Failed", "it was not removed, and what is in use may have changed: ",
    "failed" },
  { "refused-and-silent", REFUSED, { REFUSED }, "Failed", "it is not known whether it was removed", NULL },
  { "nonsense", NONSENSE, { BOTH }, "Malformed", "it was not removed and stays as it was: ", "failed" },
  { "nonsense-but-done", NONSENSE, { REFUSED, OTHER }, "", "", "removed" },
  { "nonsense-and-silent", NONSENSE, { REFUSED, NONSENSE }, "Failed", "it is not known whether it was removed", NULL },
};

static void
test_end (Fixture *f, gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) later = NULL;
  g_autoptr (GPtrArray) closed = NULL;
  g_autoptr (SutureWork) next = NULL;
  const SutureRecord *record;
  gboolean recovered = TRUE;

  test_activation_answer (f->server, rows[row].answer);
  for (gsize i = 0; i < G_N_ELEMENTS (rows[row].look) && rows[row].look[i] != NULL; i++)
    test_activation_answer (f->server, rows[row].look[i]);
  results = suture_run (f->work, &recovered);
  assert_result (results, "op-1", rows[row].error, rows[row].message);
  records = suture_record_list (f->database, 0, 10, NULL);
  g_assert_cmpint (recovered, ==, rows[row].event != NULL);
  record = newest (records);
  g_assert_cmpstr (record != NULL ? record->event : NULL, ==, rows[row].event);
  if (rows[row].event != NULL)
    return;
  /* the next operation finds out first: it is asked for again, and done by now. The one result stays. */
  next = suture_work_new (f->database, "op-2", "check", "user", 1000);
  next->facts = suture_facts_ref (f->work->facts);
  test_activation_answer (f->server, OTHER);
  test_activation_answer (f->server, OTHER);
  later = suture_run (next, &recovered);
  g_assert_true (recovered);
  assert_result (later, "op-1", rows[row].error, rows[row].message);
  closed = suture_record_list (f->database, 0, 10, NULL);
  record = newest (closed);
  g_assert (record != NULL);
  g_assert_cmpstr (record->event, ==, "removed");
  g_assert_cmpuint (record->user, ==, 1000);
}

/* Nobody listens, so nothing was asked for: no doubt about it. */
static void
test_absent (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) results = NULL;
  gboolean recovered = TRUE;

  g_clear_pointer (&f->server, test_activation_free);
  results = suture_run (f->work, &recovered);
  assert_result (results, "op-1", "Unavailable", "it was not removed and stays as it was: ");
  g_assert_true (recovered);
}

/* Root is silent for once: what it said last stays, and what is active can still be removed. */
static void
test_silent (Fixture *f, gconstpointer data)
{
  const char *const kinds[] = { "check", "automatic" };
  gboolean recovered = FALSE;

  test_activation_answer (f->server, REFUSED); /* recovery's list */
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (SutureWork) work = suture_work_new (f->database, kinds[i], kinds[i], "user", 1000);
      g_autoptr (GPtrArray) results = NULL;
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (SuturePlan) plan = NULL;

      work->facts = suture_facts_ref (f->work->facts);
      test_activation_answer (f->server, REFUSED);
      results = suture_run (work, &recovered);
      assert_result (results, kinds[i], "NoSource", "");
      g_assert_nonnull (suture_facts_find (work->facts, "demo-a"));
      g_assert_cmpstr (suture_facts_find (work->facts, "demo-a")->state, ==, "active");
      plan = suture_plan_new (work->facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
      g_assert_nonnull (plan);
      /* nor is anything concluded from what it said before */
      records = suture_record_list (f->database, 0, 10, NULL);
      g_assert_cmpuint (records->len, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/run/end/%s", rows[i].name);

      g_test_add (path, Fixture, GSIZE_TO_POINTER (i), set_up, test_end, tear_down);
    }
  g_test_add ("/run/absent", Fixture, NULL, set_up, test_absent, tear_down);
  g_test_add ("/run/silent", Fixture, NULL, set_up, test_silent, tear_down);
  return g_test_run ();
}
