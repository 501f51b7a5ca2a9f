/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/recover.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "engine/automatic.h"
#include "engine/cache.h"
#include "history/setting.h"
#include "history/statement.h"
#include "test-activation.h"
#include "test-manifest.h"
#include "test-paths.h"
#include "test-repository.h"

#define ACTIVE "{ \"error\": \"\", \"message\": \"\", \"active\": [ { \"id\": \"demo-a\", \"feed\": \"vendor\"," \
               " \"component\": \"demo\", \"number\": 1, \"merged\": true, \"content\": \"applies\" } ], \"units\": [] }"
#define OUT "{ \"error\": \"\", \"message\": \"\", \"active\": [ { \"id\": \"demo-a\", \"feed\": \"vendor\"," \
            " \"component\": \"demo\", \"number\": 1, \"merged\": false, \"content\": \"applies\" } ], \"units\": [] }"
#define NOTHING "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }"
#define BUSY "{ \"error\": \"Busy\", \"message\": \"apt is at work\" }"

typedef struct
{
  SutureDatabase *database;
  TestActivation *server;
  SutureWork *work;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();

  test_paths_init ();
  f->database = suture_database_open ();
  f->server = test_activation_new ();
  f->work = suture_work_new (f->database, "", "recover", "system", G_MAXUINT32);
  suture_offers_add_withdrawal (offers, "other", "demo-a", 0, "of another feed", TRUE);
  suture_offers_add_withdrawal (offers, "vendor", "demo-a", 0, "it broke", TRUE);
  suture_work_learn (f->work, offers, NULL);
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
write_line (Fixture *f, const char *kind, SutureStep step)
{
  g_autoptr (SutureJournalLine) line = g_new0 (SutureJournalLine, 1);

  line->operation = g_strdup ("op-1");
  line->step = step;
  line->kind = g_strdup (kind);
  line->improvement = g_strdup (g_str_equal (kind, "check") ? "" : "demo-a");
  line->component = g_strdup (g_str_equal (kind, "check") ? "" : "demo");
  line->title = g_strdup ("Demo");
  line->letter = g_strdup ("a");
  line->plan = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "suture plan 1\nremove\ndemo-a\ndemo\nvendor\n\n\n-1\n", -1);
  line->by = g_strdup ("user");
  line->user = 1000;
  g_assert_true (suture_journal_write (f->database, line, NULL));
  f->work->past = suture_journal_last (f->database);
}

/* The table of DESIGN.md, section 5: what the journal says last, what root says, and how it ends. */
static const struct
{
  const char *kind;
  SutureStep step;
  const char *answer; /* to reconsider or remove */
  const char *then;   /* to the list that follows a refusal; NULL: none follows */
  const char *requests;
  const char *event; /* NULL: no record */
  const char *error;
} table[] = {
  { "check", SUTURE_STEP_QUEUED, NULL, NULL, "list\n", NULL, "Interrupted" },
  { "install", SUTURE_STEP_QUEUED, NULL, NULL, "list\n", "interrupted", "Interrupted" },
  { "install", SUTURE_STEP_BEGIN, NULL, NULL, "list\n", "interrupted", "Interrupted" },
  { "install", SUTURE_STEP_STAGED, NULL, NULL, "list\n", "interrupted", "Interrupted" },
  { "install", SUTURE_STEP_SWITCHING, ACTIVE, NULL, "reconsider\nlist\n", "installed", "" },
  { "install", SUTURE_STEP_SWITCHING, NOTHING, NULL, "reconsider\nlist\n", "interrupted", "Interrupted" },
  { "install", SUTURE_STEP_SWITCHING, BUSY, ACTIVE, "reconsider\nlist\nlist\n", "installed", "" },
  { "install", SUTURE_STEP_SWITCHED, ACTIVE, NULL, "reconsider\nlist\n", "installed", "" },
  { "install", SUTURE_STEP_RESTARTED, ACTIVE, NULL, "reconsider\nlist\n", "installed", "" },
  { "automatic", SUTURE_STEP_SWITCHING, ACTIVE, NULL, "reconsider\nlist\n", "installed", "" },
  { "remove", SUTURE_STEP_BEGIN, NULL, NULL, "list\n", "interrupted", "Interrupted" },
  { "remove", SUTURE_STEP_SWITCHING, NOTHING, NULL, "remove demo-a\nlist\n", "removed", "" },
  { "remove", SUTURE_STEP_SWITCHING, BUSY, ACTIVE, "remove demo-a\nlist\nlist\n", "interrupted", "Interrupted" },
  { "remove", SUTURE_STEP_SWITCHED, NOTHING, NULL, "remove demo-a\nlist\n", "removed", "" },
  { "remove", SUTURE_STEP_RESTARTED, NOTHING, NULL, "remove demo-a\nlist\n", "removed", "" },
  { "undo", SUTURE_STEP_BEGIN, NULL, NULL, "list\n", NULL, "Interrupted" }, /* is begun again by itself */
  { "undo", SUTURE_STEP_SWITCHING, NOTHING, NULL, "remove demo-a\nlist\n", "undone", "" },
  { "undo", SUTURE_STEP_SWITCHING, BUSY, ACTIVE, "remove demo-a\nlist\nlist\n", NULL, "Interrupted" },
  { "undo", SUTURE_STEP_RESTARTED, NOTHING, NULL, "remove demo-a\nlist\n", "undone", "" },
  { "withdraw", SUTURE_STEP_BEGIN, NULL, NULL, "list\n", "interrupted", "Interrupted" },
  { "withdraw", SUTURE_STEP_SWITCHING, NOTHING, NULL, "remove demo-a\nlist\n", "withdrawn", "" },
  { "withdraw", SUTURE_STEP_SWITCHING, BUSY, ACTIVE, "remove demo-a\nlist\nlist\n", "interrupted", "Interrupted" },
  { "withdraw", SUTURE_STEP_RESTARTED, NOTHING, NULL, "remove demo-a\nlist\n", "withdrawn", "" },
};

static void
test_table (Fixture *f, gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autofree char *requests = NULL;
  g_autofree char *left = g_build_filename (suture_path (SUTURE_PATH_SPOOL), "demo-a", NULL);
  const SutureResult *result;

  g_assert_true (g_file_set_contents (left, "an image", -1, NULL));
  write_line (f, table[row].kind, table[row].step);
  if (table[row].answer != NULL)
    test_activation_answer (f->server, table[row].answer);
  if (table[row].then != NULL)
    test_activation_answer (f->server, table[row].then);
  /* what the list at the end says agrees with how it ended */
  test_activation_answer (f->server, g_strcmp0 (table[row].event, "installed") == 0
                                         || g_strcmp0 (table[row].then, ACTIVE) == 0 ? ACTIVE : NOTHING);
  g_assert_true (suture_recover_run (f->work));
  requests = test_activation_requests (f->server);
  g_assert_cmpstr (requests, ==, table[row].requests);
  results = suture_record_results (f->database);
  g_assert_cmpuint (results->len, ==, 1);
  result = g_ptr_array_index (results, 0);
  g_assert_cmpstr (result->operation, ==, "op-1");
  g_assert_cmpstr (result->error, ==, table[row].error);
  records = suture_record_list (f->database, 0, 10, NULL);
  for (guint i = 0; i < records->len; i++)
    {
      const SutureRecord *record = g_ptr_array_index (records, i);

      /* a removal that did not happen leaves what is there to be recorded: the database of this test did not know it */
      if (g_str_equal (record->by, "system"))
        continue;
      g_assert_cmpstr (record->event, ==, table[row].event);
      if (g_str_equal (record->event, "withdrawn"))
        g_assert_cmpstr (record->message, ==, "it broke");
      if (g_str_equal (record->event, "undone"))
        {
          g_autofree char *quarantine = suture_record_was_undone (f->database, "demo-a");

          g_assert_cmpstr (quarantine, ==, record->message);
        }
      g_assert_cmpuint (record->user, ==, 1000);
    }
  g_assert_cmpuint (records->len, >=, table[row].event != NULL ? 1 : 0);
  /* what came to an end as installed is watched from now on */
  if (g_strcmp0 (table[row].event, "installed") == 0)
    {
      g_autoptr (GPtrArray) watched = suture_probation_list (f->database);

      g_assert_cmpuint (watched->len, ==, 1);
      g_assert_cmpint (((SutureProbation *) g_ptr_array_index (watched, 0))->remaining, ==, SUTURE_PROBATION_SECONDS);
    }
  lines = suture_journal_list (f->database, NULL);
  g_assert_cmpuint (lines->len, ==, 0);
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
}

/* Root can't be asked: it stays open, and is made up for later. */
static void
test_not_there (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) results = NULL;

  write_line (f, "install", SUTURE_STEP_SWITCHING);
  g_clear_pointer (&f->server, test_activation_free);
  g_assert_false (suture_recover_run (f->work));
  results = suture_record_results (f->database);
  g_assert_cmpuint (results->len, ==, 0);
  g_clear_pointer (&results, g_ptr_array_unref);
  f->server = test_activation_new ();
  test_activation_answer (f->server, ACTIVE);
  test_activation_answer (f->server, ACTIVE);
  g_assert_true (suture_recover_run (f->work));
  g_assert_true (suture_recover_run (f->work));
  results = suture_record_results (f->database);
  g_assert_cmpuint (results->len, ==, 1);
}

/* An installation that root refused, and what it holds then: what was there before, and still is not merged, is no success. */
static void
test_once_more (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *before, *now; /* NULL: root has not said */
    gboolean wanted;
  } rows[] = {
    { OUT, OUT, FALSE }, { OUT, ACTIVE, TRUE }, { NULL, OUT, FALSE }, { NOTHING, OUT, TRUE }, { NOTHING, ACTIVE, TRUE },
    { NOTHING, NOTHING, FALSE },
  };
  char id[] = "demo-a";
  const SuturePlan plan = { .kind = SUTURE_PLAN_INSTALL, .improvement = id };
  g_autoptr (GError) refused = g_error_new_literal (SUTURE_ERROR, SUTURE_ERROR_BUSY, "apt is at work");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureOffers) offers = suture_offers_new ();
      g_autoptr (SutureActivation) activation = NULL;

      if (rows[i].before != NULL)
        test_activation_answer (f->server, rows[i].before);
      suture_work_learn (f->work, offers, rows[i].before != NULL ? suture_activation_list (NULL) : NULL);
      test_activation_answer (f->server, rows[i].now);
      activation = suture_recover_look (f->work, &plan, refused);
      g_test_message ("row %zu", i);
      g_assert_true ((activation != NULL) == rows[i].wanted);
    }
}

/* What can't be read is not taken for nothing. */
static void
test_no_journal (Fixture *f, gconstpointer data)
{
  write_line (f, "install", SUTURE_STEP_SWITCHING);
  g_assert_true (suture_statement_run (f->database, NULL, "ALTER TABLE journal RENAME TO away", ""));
  g_assert_false (suture_recover_run (f->work));
  g_assert_true (suture_statement_run (f->database, NULL, "ALTER TABLE away RENAME TO journal", ""));
  test_activation_answer (f->server, ACTIVE);
  test_activation_answer (f->server, ACTIVE);
  g_assert_true (suture_recover_run (f->work));
}

/* What another program of ours, or a system update, changed since: history follows root's side. */
static void
test_settle (Fixture *f, gconstpointer data)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "new", old, 1);
  const TestManifest manifest = { .files = file };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_USR), "lib", "libdemo.so.1", NULL);
  const struct
  {
    const char *answer, *content, *event; /* NULL: nothing new */
  } rows[] = {
    { ACTIVE, "old", "installed" },  { ACTIVE, "old", NULL },  { NOTHING, "new", "included" }, { NOTHING, "new", NULL },
    { ACTIVE, "old", "installed" }, { NOTHING, "other", "undone" }, { NOTHING, "other", NULL },
  };
  guint count = 0;

  suture_offers_add (offers, suture_known_new ("vendor", "role/demo-a.json", json, NULL));
  test_repository_configure (repository, "vendor", "");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) records = NULL;

      g_assert_true (g_file_set_contents (path, rows[i].content, -1, NULL));
      test_activation_answer (f->server, rows[i].answer);
      suture_work_learn (f->work, offers, suture_activation_list (NULL));
      suture_recover_settle (f->work);
      records = suture_record_list (f->database, 0, 100, NULL);
      count += rows[i].event != NULL ? 1 : 0;
      g_assert_cmpuint (records->len, ==, count);
      if (rows[i].event != NULL)
        {
          const SutureRecord *record = g_ptr_array_index (records, 0);

          g_assert_cmpstr (record->event, ==, rows[i].event);
          g_assert_cmpstr (record->by, ==, "system");
        }
    }
}

/* The same of one that no feed lists any more, as the local feed drops it: by what was kept of it. */
static void
test_settle_unlisted (Fixture *f, gconstpointer data)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "new", old, 1);
  const TestManifest manifest = { .files = file };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  g_autoptr (SutureKnown) known = suture_known_new ("vendor", "role/demo-a.json", json, NULL);
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_USR), "lib", "libdemo.so.1", NULL);
  const char *rows[][2] = { { "new", "included" }, { "other", "undone" }, { "old", "undone" } };

  suture_cache_save (known->sha256, json);
  suture_cache_keep (f->database, known);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureOffers) offers = suture_offers_new ();
      g_autoptr (GPtrArray) records = NULL;

      g_assert_true (g_file_set_contents (path, "old", -1, NULL));
      test_activation_answer (f->server, ACTIVE);
      suture_work_learn (f->work, offers, suture_activation_list (NULL));
      suture_recover_settle (f->work);
      g_assert_true (g_file_set_contents (path, rows[i][0], -1, NULL));
      test_activation_answer (f->server, NOTHING);
      suture_work_learn (f->work, offers, suture_activation_list (NULL));
      suture_recover_settle (f->work);
      records = suture_record_list (f->database, 0, 1, NULL);
      g_assert_cmpstr (((SutureRecord *) g_ptr_array_index (records, 0))->event, ==, rows[i][1]);
    }
}

/* What is included in the system and still held is let go of: no hook was there. A refusal leaves it to the next time. */
static void
test_retire (Fixture *f, gconstpointer data)
{
  const char *included = "{ \"error\": \"\", \"message\": \"\", \"active\": [ { \"id\": \"demo-a\", \"feed\": \"vendor\","
                         " \"component\": \"demo\", \"number\": 1, \"merged\": false, \"content\": \"included\" } ], \"units\": [] }";
  const struct
  {
    const char *list, *then, *requests;
    guint left;
  } rows[] = { { ACTIVE, NULL, "list\n", 1 }, { included, BUSY, "list\nlist\nreconsider\n", 1 },
               { included, NOTHING, "list\nlist\nreconsider\nlist\nreconsider\n", 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *requests = NULL;

      test_activation_answer (f->server, rows[i].list);
      if (rows[i].then != NULL)
        test_activation_answer (f->server, rows[i].then);
      g_assert_true (suture_recover_run (f->work));
      requests = test_activation_requests (f->server);
      g_assert_cmpstr (requests, ==, rows[i].requests);
      g_assert_cmpuint (f->work->facts->activation->active->len, ==, rows[i].left);
    }
}

#define TRIES 3 /* of a payload, in a run that fails */

static void
test_automatic_is_due (void)
{
  const gint64 now = 1800000000;

  g_assert_true (suture_automatic_is_due (0, 0, now));
  g_assert_false (suture_automatic_is_due (now, 0, now));
  g_assert_false (suture_automatic_is_due (now - SUTURE_AUTOMATIC_INTERVAL + 1, 0, now));
  g_assert_true (suture_automatic_is_due (now - SUTURE_AUTOMATIC_INTERVAL, 0, now));
  g_assert_false (suture_automatic_is_due (now - SUTURE_AUTOMATIC_INTERVAL, 1, now));
  g_assert_true (suture_automatic_is_due (now - 2 * SUTURE_AUTOMATIC_INTERVAL, 1, now));
  g_assert_false (suture_automatic_is_due (now - SUTURE_AUTOMATIC_INTERVAL_MAX + 1, G_MAXUINT, now));
  g_assert_true (suture_automatic_is_due (now - SUTURE_AUTOMATIC_INTERVAL_MAX, G_MAXUINT, now));
  /* the clock was set back: not locked until it has caught up */
  g_assert_true (suture_automatic_is_due (now + 1, 3, now));
}

/* A slow server is not asked for one payload after the other; what is only missing there, or wrong, keeps nothing else. */
static void
test_automatic_gives_up (void)
{
  g_autoptr (GError) network = g_error_new_literal (SUTURE_ERROR, SUTURE_ERROR_NETWORK, "it took too long");
  g_autoptr (GError) hash = g_error_new_literal (SUTURE_ERROR, SUTURE_ERROR_HASH, "it is another file");

  g_assert_true (suture_automatic_gives_up (network, SUTURE_AUTOMATIC_PATIENCE));
  g_assert_false (suture_automatic_gives_up (network, SUTURE_AUTOMATIC_PATIENCE - 1));
  g_assert_false (suture_automatic_gives_up (hash, SUTURE_AUTOMATIC_PATIENCE));
  g_assert_false (suture_automatic_gives_up (NULL, 3 * 60 * 60));
}

/* Somebody asks all the time, and the server fails after @good runs, for ever: how often is one file asked for within any
 * hour? Metadata once a run, a payload three times in a run that fails and never again after one that succeeds. */
static guint
most_in_an_hour (guint good, guint tries)
{
  guint most = 0;
  guint failed = 0;
  gint64 ran = 0;
  gint64 at[400];
  guint runs = 0;

  for (gint64 now = 1; runs < G_N_ELEMENTS (at) && now < 40 * 60 * 60; now += 30)
    if (suture_automatic_is_due (ran, failed, now))
      {
        ran = at[runs] = now;
        if (++runs > good)
          failed++;
      }
  for (guint i = 0; i < runs; i++)
    {
      guint count = 0;

      for (guint n = i; n < runs && at[n] < at[i] + 60 * 60; n++)
        count += n < good ? 1 : tries;
      most = MAX (most, count);
    }
  return most;
}

static void
test_S12_requests (void)
{
  for (guint good = 0; good < 20; good++)
    g_assert_cmpuint (most_in_an_hour (good, 1), <=, 6);
  g_assert_cmpuint (most_in_an_hour (0, TRIES), <=, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *path = g_strdup_printf ("/recover/table/%zu-%s-%u", i, table[i].kind, (guint) table[i].step);

      g_test_add (path, Fixture, GSIZE_TO_POINTER (i), set_up, test_table, tear_down);
    }
  g_test_add ("/recover/not-there", Fixture, NULL, set_up, test_not_there, tear_down);
  g_test_add ("/recover/once-more", Fixture, NULL, set_up, test_once_more, tear_down);
  g_test_add ("/recover/no-journal", Fixture, NULL, set_up, test_no_journal, tear_down);
  g_test_add ("/recover/settle", Fixture, NULL, set_up, test_settle, tear_down);
  g_test_add ("/recover/settle-unlisted", Fixture, NULL, set_up, test_settle_unlisted, tear_down);
  g_test_add ("/recover/retire", Fixture, NULL, set_up, test_retire, tear_down);
  g_test_add_func ("/recover/automatic-is-due", test_automatic_is_due);
  g_test_add_func ("/recover/automatic-gives-up", test_automatic_gives_up);
  g_test_add_func ("/recover/S12/requests", test_S12_requests);
  return g_test_run ();
}
