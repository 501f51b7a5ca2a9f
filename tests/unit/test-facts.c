/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/facts.h"

#include "engine/feeds.h"
#include "engine/plan.h"
#include "history/record.h"
#include "history/setting.h"
#include "test-activation.h"
#include "test-manifest.h"
#include "test-paths.h"
#include "test-repository.h"

#define HOLDS(id, number, merged, content) \
  "{ \"error\": \"\", \"message\": \"\", \"units\": [], \"active\": [ { \"id\": \"" id "\", \"feed\": \"vendor\"," \
  " \"component\": \"demo\", \"number\": " number ", \"merged\": " merged ", \"content\": \"" content "\" } ] }"
#define ALL(state) { state, state, state, state, state, state }

/* demo-a replaces two files; @content of each, NULL: not there; whether the machine is of another release. */
static const struct
{
  const char *one, *two;
  gboolean other;
} contents[] = {
  { "old one", "old two", FALSE }, /* applies */
  { "new one", "new two", FALSE }, /* included */
  { "else", "old two", FALSE },    /* superseded */
  { "old one", "new two", FALSE }, /* mixed */
  { NULL, NULL, FALSE },           /* not installed */
  { "old one", "old two", TRUE },  /* for another base */
};

/* The table of helper/README.md: what root said, and the state with each content. NULL: it is not shown. */
static const struct
{
  const char *name;
  const char *answer;  /* NULL: nothing yet */
  gboolean in_history; /* as installed */
  const char *states[G_N_ELEMENTS (contents)];
} table[] = {
  { "merged", HOLDS ("demo-a", "1", "true", "applies"), TRUE, ALL ("active") },
  { "not-merged", HOLDS ("demo-a", "1", "false", "applies"), TRUE, ALL ("inactive") },
  { "overtaken", HOLDS ("demo-a", "1", "false", "superseded"), TRUE, ALL ("overtaken") },
  { "not-known-to-root", HOLDS ("demo-a", "1", "false", "unknown"), TRUE, ALL ("overtaken") },
  { "nothing-yet", NULL, TRUE, ALL ("inactive") },
  { "nothing-yet-nor-before", NULL, FALSE, { "available", "included", "superseded", "mixed", "not-installed", NULL } },
  { "later", HOLDS ("demo-b", "2", "true", "applies"), FALSE, { "replaced", "replaced", "replaced", "replaced", "replaced", NULL } },
  { "none", "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }", TRUE,
    { "available", "included", "superseded", "mixed", "not-installed", NULL } },
};

static void
put (const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_USR), "lib", name, NULL);

  if (content != NULL)
    g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static SutureKnown *
make_known (const char *feed, const char *target, const char *id, guint number)
{
  const char *old_one[] = { "old one" }, *old_two[] = { "old two" };
  g_autofree char *one = test_manifest_file ("/usr/lib/libdemo.so.1", "new one", old_one, 1);
  g_autofree char *two = test_manifest_file ("/usr/lib/libdemo.so.2", "new two", old_two, 1);
  g_autofree char *files = g_strconcat (one, ", ", two, NULL);
  const TestManifest manifest = { .files = files, .id = id, .number = number };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  SutureKnown *known = suture_known_new (feed, target, json, NULL);

  g_assert_nonnull (known);
  return known;
}

static SutureOffers *
make_offers (const char *target)
{
  SutureOffers *offers = suture_offers_new ();

  suture_offers_add (offers, make_known ("vendor", target, "demo-a", 1));
  return offers;
}

static void
write_history (SutureDatabase *database)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);

  record->event = g_strdup ("installed");
  record->improvement = g_strdup ("demo-a");
  record->component = g_strdup ("demo");
  record->title = g_strdup ("Demo");
  record->letter = g_strdup ("a");
  record->by = g_strdup ("user");
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  g_assert_true (suture_record_close (database, "", record, NULL, NULL));
}

/* What may be put in place (again): what is inactive too has to fit. */
static gboolean
is_installable (const char *state, gsize column)
{
  return g_strcmp0 (state, "available") == 0 || (g_strcmp0 (state, "inactive") == 0 && column == 0);
}

static gboolean
is_removable (const char *state)
{
  return g_strcmp0 (state, "active") == 0 || g_strcmp0 (state, "inactive") == 0 || g_strcmp0 (state, "overtaken") == 0;
}

/* State and what is allowed; an improvement that no feed lists any more is as possible to remove, and not to install. */
static void
check_cell (SutureDatabase *database, TestActivation *server, gsize row, gsize column, const char *target)
{
  g_autoptr (SutureOffers) offers = make_offers (target);
  g_autoptr (SutureFacts) facts = NULL;
  g_autoptr (SuturePlan) install = NULL;
  g_autoptr (SuturePlan) removal = NULL;
  const SutureImprovement *improvement;
  const char *state = table[row].states[column];

  if (table[row].answer != NULL)
    test_activation_answer (server, table[row].answer);
  facts = suture_facts_new (database, offers, table[row].answer != NULL ? suture_activation_list (NULL) : NULL);
  improvement = suture_facts_find (facts, "demo-a");
  g_test_message ("%s, content %zu", table[row].name, column);
  g_assert_cmpstr (improvement != NULL ? improvement->state : NULL, ==, state);
  install = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL);
  removal = suture_plan_new (facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
  g_assert_true ((install != NULL) == (target != NULL && is_installable (state, column)));
  g_assert_true ((removal != NULL) == is_removable (state));
}

static void
test_row (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autoptr (TestRepository) repository = test_repository_new ();

  for (gsize column = 0; column < G_N_ELEMENTS (contents); column++)
    {
      g_autoptr (SutureDatabase) database = NULL;
      TestActivation *server;

      test_paths_init ();
      test_repository_configure (repository, "vendor", "");
      database = suture_database_open ();
      server = test_activation_new ();
      put ("libdemo.so.1", contents[column].one);
      put ("libdemo.so.2", contents[column].two);
      if (contents[column].other)
        put ("os-release", "ID=debian\nVERSION_ID=\"13\"\n");
      if (table[row].in_history)
        write_history (database);
      check_cell (database, server, row, column, "role/demo-a.json");
      check_cell (database, server, row, column, NULL);
      test_activation_free (server);
      g_clear_pointer (&database, suture_database_free);
      test_paths_clear ();
    }
}

/* A machine where demo-a and demo-b fit, and feeds.d is what a test makes of it. */
typedef struct
{
  SutureDatabase *database;
  TestActivation *server;
  TestRepository *repository;
  SutureOffers *offers;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_paths_init ();
  f->database = suture_database_open ();
  f->server = test_activation_new ();
  f->repository = test_repository_new ();
  f->offers = suture_offers_new ();
  put ("libdemo.so.1", "old one");
  put ("libdemo.so.2", "old two");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_offers_unref (f->offers);
  test_repository_free (f->repository);
  test_activation_free (f->server);
  suture_database_free (f->database);
  test_paths_clear ();
}

static SutureFacts *
learn (Fixture *f, const char *answer)
{
  test_activation_answer (f->server, answer);
  return suture_facts_new (f->database, f->offers, suture_activation_list (NULL));
}

#define NOTHING "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }"

/* Two feeds offer demo: whose it is, as their files and what root holds say. */
static void
test_feeds (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *vendor, *other; /* what their files say of components; NULL: there is no such feed */
    const char *answer;
    const char *state, *feed; /* of demo-a; NULL: it is not shown */
  } rows[] = {
    { "", "", NOTHING, "conflict", NULL },
    { "Components=demo\n", "", NOTHING, "available", "vendor" },
    { "", "Components=x;demo\n", NOTHING, "available", "other" },
    { "Components=demo\n", "Components=de*\n", NOTHING, "conflict", NULL },
    { "Components=x\n", "", NOTHING, "available", "other" },
    { "", NULL, NOTHING, "available", "vendor" },
    { NULL, "", NOTHING, "available", "other" },
    { "Components=x\n", "Components=y\n", NOTHING, NULL, NULL },
    /* root's is the vendor's, whatever the files say now; and then only the vendor can install it again */
    { "", "", HOLDS ("demo-a", "1", "true", "applies"), "active", "vendor" },
    { "", "Components=demo\n", HOLDS ("demo-a", "1", "true", "applies"), "active", "vendor" },
    { NULL, "", HOLDS ("demo-a", "1", "true", "applies"), "active", "vendor" },
    { "", "", HOLDS ("demo-a", "1", "false", "applies"), "inactive", "vendor" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = NULL;
      g_autoptr (SuturePlan) plan = NULL;
      const SutureImprovement *improvement;

      g_clear_pointer (&f->offers, suture_offers_unref);
      f->offers = suture_offers_new ();
      test_repository_configure (f->repository, "vendor", rows[i].vendor != NULL ? rows[i].vendor : "Components=none\n");
      test_repository_configure (f->repository, "other", rows[i].other != NULL ? rows[i].other : "Components=none\n");
      if (rows[i].other != NULL)
        suture_offers_add (f->offers, make_known ("other", "role/demo-a.json", "demo-a", 1));
      if (rows[i].vendor != NULL)
        suture_offers_add (f->offers, make_known ("vendor", "role/demo-a.json", "demo-a", 1));
      facts = learn (f, rows[i].answer);
      improvement = suture_facts_find (facts, "demo-a");
      g_test_message ("row %zu", i);
      g_assert_cmpuint (facts->improvements->len, ==, rows[i].state != NULL ? 1 : 0);
      g_assert_cmpstr (improvement != NULL ? improvement->state : NULL, ==, rows[i].state);
      if (rows[i].feed != NULL)
        g_assert_cmpstr (improvement->feed, ==, rows[i].feed);
      else if (improvement != NULL)
        {
          g_autofree char *names = g_strjoinv (",", improvement->conflict);

          g_assert_cmpstr (names, ==, "other,vendor");
        }
      plan = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL);
      g_assert_true ((plan != NULL)
                     == (g_strcmp0 (rows[i].state, "available") == 0 || g_strcmp0 (rows[i].state, "inactive") == 0));
    }
}

/* What the files no longer allow and root still holds can be removed, and not be put back; and what it keeps out of the feed that
 * may offer it now is seen. */
static void
test_out_of_scope (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureFacts) facts = NULL;
  g_autoptr (SutureFacts) beside = NULL;
  g_autofree char *names = NULL;
  g_autoptr (SuturePlan) removal = NULL;

  test_repository_configure (f->repository, "vendor", "Components=else\n");
  suture_offers_add (f->offers, make_known ("vendor", "role/demo-a.json", "demo-a", 1));
  facts = learn (f, HOLDS ("demo-a", "1", "false", "applies"));
  g_assert_cmpstr (suture_facts_find (facts, "demo-a")->state, ==, "inactive");
  removal = suture_plan_new (facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
  g_assert_nonnull (removal);
  g_assert_null (suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL));
  test_repository_configure (f->repository, "other", "Components=demo\n");
  suture_offers_add (f->offers, make_known ("other", "role/demo-b.json", "demo-b", 1));
  beside = learn (f, HOLDS ("demo-a", "1", "true", "applies"));
  g_assert_cmpstr (suture_facts_find (beside, "demo-a")->state, ==, "active");
  g_assert_cmpstr (suture_facts_find (beside, "demo-b")->state, ==, "conflict");
  names = g_strjoinv (",", suture_facts_find (beside, "demo-b")->conflict);
  g_assert_cmpstr (names, ==, "other,vendor");
  g_assert_null (suture_plan_new (beside, SUTURE_PLAN_INSTALL, "demo-b", NULL));
}

/* What the last check found is told before a feed's fault, unless that holds up the others. */
static void
test_fault (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *conf, *check, *told;
  } rows[] = {
    { "[Feed]\nURL=oops\nComponents=demo\n", "", "Configuration" },
    { "[Feed]\nURL=oops\nComponents=demo\n", "Network", "Network" },
    { "[Feed]\nURL=oops\n", "", "Configuration" },
    { "[Feed]\nURL=oops\n", "Network", "Configuration" },
  };
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), "bad.conf", NULL);

  test_repository_configure (f->repository, "vendor", "");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = NULL;

      g_assert_true (g_file_set_contents (path, rows[i].conf, -1, NULL));
      g_assert_true (suture_setting_set_text (f->database, SUTURE_SETTING_LAST_ERROR, rows[i].check, NULL));
      facts = learn (f, NOTHING);
      g_test_message ("row %zu", i);
      g_assert_cmpstr (facts->last_error, ==, rows[i].told);
    }
}

/* A feed that was configured since the last check was not asked by it: nothing may be said to be checked then. */
static void
test_last_checked (Fixture *f, gconstpointer data)
{
  const gint64 before = 1700000000, now = 1800000000;
  const struct
  {
    gint64 all, vendor, other, told; /* 0: never */
  } rows[] = {
    { now, now, 0, 0 }, { now, now, before, before }, { before, now, now, before }, { now, now, now, now }, { 0, now, now, 0 },
  };

  test_repository_configure (f->repository, "vendor", "");
  test_repository_configure (f->repository, "other", "");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = NULL;

      g_assert_true (suture_setting_set_number (f->database, SUTURE_SETTING_LAST_CHECKED, rows[i].all, NULL));
      suture_feeds_remember_checked (f->database, "vendor", rows[i].vendor);
      if (rows[i].other != 0)
        suture_feeds_remember_checked (f->database, "other", rows[i].other);
      facts = learn (f, NOTHING);
      g_test_message ("row %zu", i);
      g_assert_cmpint (facts->last_checked, ==, rows[i].told);
    }
}

/* Another feed's improvement of the component is hidden behind what root holds, whatever its letter; the one that is seen says so, and
 * makes room when it is removed. */
static void
test_hidden (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureFacts) held = NULL;
  g_autoptr (SutureFacts) out = NULL;
  g_autoptr (SutureFacts) later = NULL;
  g_autoptr (SutureFacts) removed = NULL;
  g_autofree char *names = NULL;

  test_repository_configure (f->repository, "vendor", "Components=else\n");
  test_repository_configure (f->repository, "other", "Components=demo\n");
  test_repository_configure (f->repository, "third", "Components=demo2\n");
  suture_offers_add (f->offers, make_known ("third", "role/demo-a.json", "demo-a", 1));
  suture_offers_add (f->offers, make_known ("other", "role/demo-a.json", "demo-a", 1));
  held = learn (f, HOLDS ("demo-a", "1", "true", "applies"));
  g_assert_cmpuint (held->improvements->len, ==, 1);
  g_assert_cmpstr (suture_facts_find (held, "demo-a")->state, ==, "active");
  g_assert_cmpstr (suture_facts_find (held, "demo-a")->feed, ==, "vendor");
  names = g_strjoinv (",", suture_facts_find (held, "demo-a")->conflict);
  g_assert_cmpstr (names, ==, "other"); /* the third may not offer it at all */
  removed = learn (f, NOTHING);
  g_assert_cmpstr (suture_facts_find (removed, "demo-a")->state, ==, "available");
  g_assert_cmpstr (suture_facts_find (removed, "demo-a")->feed, ==, "other");
  g_assert_null (suture_facts_find (removed, "demo-a")->conflict);
  suture_offers_add (f->offers, make_known ("other", "role/demo-b.json", "demo-b", 2));
  later = learn (f, HOLDS ("demo-a", "1", "true", "applies"));
  g_assert_cmpuint (later->improvements->len, ==, 2);
  g_assert_cmpstr (suture_facts_find (later, "demo-b")->state, ==, "conflict");
  g_assert_cmpstr (suture_facts_find (later, "demo-a")->conflict[0], ==, "other");
  test_repository_configure (f->repository, "vendor", "Components=demo\n");
  g_clear_pointer (&later, suture_facts_unref);
  later = learn (f, HOLDS ("demo-a", "1", "true", "applies"));
  g_assert_cmpuint (later->improvements->len, ==, 1);
  g_assert_cmpstr (suture_facts_find (later, "demo-a")->conflict[0], ==, "other");
  test_repository_configure (f->repository, "other", "Components=x\n");
  out = learn (f, HOLDS ("demo-a", "1", "true", "applies"));
  g_assert_null (suture_facts_find (out, "demo-a")->conflict);
}

/* A turn that is ahead is told, and one that has come is not; the publisher's time counts where the clock is behind it. */
static void
test_turn (Fixture *f, gconstpointer data)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC, day = 24 * 60 * 60;
  const struct
  {
    gint64 turn, checked;
    gboolean waits;
  } rows[] = {
    { 0, now, FALSE }, { now + day, now, TRUE }, { now - day, now, FALSE }, { now + day, now + 2 * day, FALSE },
  };

  test_repository_configure (f->repository, "vendor", "");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SutureKnown *known = make_known ("vendor", "role/demo-a.json", "demo-a", 1);
      g_autoptr (SutureFacts) facts = NULL;
      g_autoptr (SuturePlan) plan = NULL;

      g_clear_pointer (&f->offers, suture_offers_unref);
      f->offers = suture_offers_new ();
      known->turn = rows[i].turn;
      known->checked = rows[i].checked;
      suture_offers_add (f->offers, known);
      facts = learn (f, NOTHING);
      g_assert_cmpint (suture_facts_find (facts, "demo-a")->waits_until, ==, rows[i].waits ? rows[i].turn : 0);
      plan = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL);
      g_assert_nonnull (plan); /* a person need not wait */
    }
}

/* What root holds of a withdrawn one is said to be so; another letter, an earlier one too, may take its place. */
static void
test_withdrawn (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureFacts) active = NULL;
  g_autoptr (SutureFacts) elsewhere = NULL;
  g_autoptr (SuturePlan) removal = NULL;
  g_autoptr (SuturePlan) back = NULL;
  const SutureImprovement *improvement;

  test_repository_configure (f->repository, "vendor", "");
  suture_offers_add (f->offers, make_known ("vendor", "role/demo-a.json", "demo-a", 1));
  suture_offers_add_withdrawal (f->offers, "other", "demo-b", 1, "of another feed", TRUE);
  elsewhere = learn (f, HOLDS ("demo-b", "2", "true", "applies"));
  g_assert_false (suture_facts_find (elsewhere, "demo-b")->withdrawn);
  g_assert_cmpstr (suture_facts_find (elsewhere, "demo-a")->state, ==, "replaced");
  suture_offers_add_withdrawal (f->offers, "vendor", "demo-b", 1800000000, "it broke", TRUE);
  active = learn (f, HOLDS ("demo-b", "2", "true", "applies"));
  improvement = suture_facts_find (active, "demo-b");
  g_assert_cmpstr (improvement->state, ==, "active");
  g_assert_true (improvement->withdrawn && improvement->withdrawal_is_current);
  g_assert_cmpint (improvement->withdrawn_at, ==, 1800000000);
  g_assert_cmpstr (improvement->withdrawn_reason, ==, "it broke");
  removal = suture_plan_new (active, SUTURE_PLAN_REMOVE, "demo-b", NULL);
  g_assert_nonnull (removal);
  g_assert_null (suture_plan_new (active, SUTURE_PLAN_INSTALL, "demo-b", NULL));
  g_assert_cmpstr (suture_facts_find (active, "demo-a")->state, ==, "available");
  back = suture_plan_new (active, SUTURE_PLAN_INSTALL, "demo-a", NULL);
  g_assert_nonnull (back);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *path = g_strdup_printf ("/facts/state/%s", table[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
    }
  g_test_add ("/facts/feeds", Fixture, NULL, set_up, test_feeds, tear_down);
  g_test_add ("/facts/out-of-scope", Fixture, NULL, set_up, test_out_of_scope, tear_down);
  g_test_add ("/facts/hidden", Fixture, NULL, set_up, test_hidden, tear_down);
  g_test_add ("/facts/last-checked", Fixture, NULL, set_up, test_last_checked, tear_down);
  g_test_add ("/facts/fault", Fixture, NULL, set_up, test_fault, tear_down);
  g_test_add ("/facts/turn", Fixture, NULL, set_up, test_turn, tear_down);
  g_test_add ("/facts/withdrawn", Fixture, NULL, set_up, test_withdrawn, tear_down);
  return g_test_run ();
}
