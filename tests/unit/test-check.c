/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/check.h"

#include "base/release.h"
#include "engine/cache.h"
#include "history/setting.h"
#include "test-activation.h"
#include "test-manifest.h"
#include "test-paths.h"
#include "test-repository.h"

typedef struct
{
  SutureDatabase *database;
  TestActivation *server;
  TestRepository *r;
  char *target; /* of demo-a (owned) */
} Fixture;

static void
put (const char *name, const char *text, gssize length)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), name, NULL);

  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

/* Manifests of the component demo, for a file that is there. */
static char *
manifest_of (const char *id, int number)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", id, old, 1);
  const TestManifest manifest = { .files = file };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  GString *text = g_string_new_len (g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json));
  g_autofree char *line = g_strdup_printf ("\"number\": %d", number);

  g_assert_cmpuint (g_string_replace (text, "demo-a", id, 1), ==, 1);
  g_assert_cmpuint (g_string_replace (text, "\"number\": 1", line, 1), ==, 1);
  return g_string_free (text, FALSE);
}

static void
cache (const char *text)
{
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, json);

  suture_cache_save (digest, json);
}

/* A feed that offers demo-a, for files that are there. */
static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *text = manifest_of ("demo-a", 1);
  GBytes *root;
  g_autofree char *library = NULL;

  test_paths_init ();
  f->database = suture_database_open ();
  f->server = test_activation_new ();
  f->r = test_repository_new ();
  f->target = g_strconcat (f->r->base->name, "/demo-a.json", NULL);
  test_role_add_target (f->r->base, f->target, text);
  cache (text);
  root = test_repository_get (f->r, "1.root.json");
  put ("vendor.conf", "[Feed]\nURL=https://vendor.example\n", -1);
  put ("vendor.root.json", g_bytes_get_data (root, NULL), (gssize) g_bytes_get_size (root));
  library = g_build_filename (suture_path (SUTURE_PATH_USR), "lib", "libdemo.so.1", NULL);
  g_assert_true (g_file_set_contents (library, "old", -1, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->target);
  test_repository_free (f->r);
  test_activation_free (f->server);
  suture_database_free (f->database);
  test_paths_clear ();
}

/* What is shown of the feed as it is now: its metadata is fetched as a check does, and read as a start does. */
static SutureFacts *
learn (Fixture *f)
{
  g_autofree char *folder = g_build_filename (suture_path (SUTURE_PATH_TRUST), "vendor", NULL);
  GBytes *root = test_repository_get (f->r, "1.root.json");
  g_autoptr (SutureTrust) trust = suture_trust_open (folder, root, NULL);
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (SutureWork) work = suture_work_new (f->database, "", "load", "system", G_MAXUINT32);

  test_repository_next (f->r);
  g_assert_true (suture_trust_refresh (trust, &f->r->source, f->r->now, NULL));
  targets = suture_trust_list (trust, &f->r->source, f->r->base->name, NULL);
  g_assert_nonnull (targets);
  g_assert_true (suture_setting_set_number (f->database, SUTURE_SETTING_LAST_CHECKED, f->r->now, NULL));
  suture_check_restore (work);
  return suture_facts_ref (work->facts);
}

static void
say (Fixture *f, const char *target, const char *custom)
{
  g_hash_table_remove (f->r->base->custom, target);
  if (custom != NULL)
    g_hash_table_insert (f->r->base->custom, g_strdup (target), json_from_string (custom, NULL));
}

/* A second improvement of the same feed, of another component. */
static char *
add_neighbour (Fixture *f)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "newer", old, 1);
  const TestManifest manifest = { .files = file, .id = "next-a", .component = "next" };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  g_autofree char *text = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, json);
  char *target = g_strconcat (f->r->base->name, "/next-a.json", NULL);

  test_role_add_target (f->r->base, target, text);
  suture_cache_save (digest, json);
  return target;
}

static const char active[] = "{ \"error\": \"\", \"message\": \"\", \"units\": [], \"active\": [ { \"id\": \"demo-a\","
                             " \"feed\": \"vendor\", \"component\": \"demo\", \"number\": 1, \"merged\": true,"
                             " \"content\": \"applies\" } ] }";

/* What its publisher has withdrawn is not offered; what root holds of it is still seen, with the reason, and can be removed. */
static void
test_withdrawn (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *custom;
    gboolean withdrawn;
    const char *reason;
    gint64 date;
  } rows[] = {
    { NULL, FALSE, "", 0 },
    { "{}", FALSE, "", 0 },
    { "{\"rollout\":{\"start\":\"2001-01-01T00:00:00Z\",\"hours\":1}}", FALSE, "", 0 },
    { "{\"withdrawn\":{\"reason\":\"it broke\",\"date\":\"2026-11-25T12:00:00Z\"}}", TRUE, "it broke", 1795608000 },
    { "{\"withdrawn\":{\"reason\":\"a\\nb\\u001b[1m\\u202ec\",\"date\":\"soon\",\"more\":1}}", TRUE, "a b[1mc", 0 },
    { "{\"withdrawn\":{\"reason\":7,\"date\":7}}", TRUE, "", 0 },
    { "{\"withdrawn\":null}", TRUE, "", 0 },
    { "{\"withdrawn\":false}", TRUE, "", 0 },
    { "{\"withdrawn\":{},\"rollout\":\"nonsense\"}", TRUE, "", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) without = NULL;
      g_autoptr (SutureFacts) with = NULL;
      const SutureImprovement *improvement;

      g_test_message ("%s", rows[i].custom);
      say (f, f->target, rows[i].custom);
      without = learn (f);
      improvement = suture_facts_find (without, "demo-a");
      g_assert_cmpstr (improvement != NULL ? improvement->state : NULL, ==, rows[i].withdrawn ? NULL : "available");
      test_activation_answer (f->server, active);
      with = learn (f);
      improvement = suture_facts_find (with, "demo-a");
      g_assert_cmpstr (improvement->state, ==, "active");
      g_assert_true (improvement->withdrawn == rows[i].withdrawn);
      g_assert_cmpstr (improvement->withdrawn_reason, ==, rows[i].reason);
      g_assert_cmpint (improvement->withdrawn_at, ==, rows[i].date);
      /* this is what a start remembers: nothing is taken out because of it */
      g_assert_false (improvement->withdrawal_is_current);
    }
}

/* A rollout that can't be read holds back what it is of, and nothing else. */
static void
test_malformed_rollout (Fixture *f, gconstpointer data)
{
  g_autofree char *neighbour = add_neighbour (f);
  g_autoptr (SutureFacts) facts = NULL;

  say (f, f->target, "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":\"24\"}}");
  facts = learn (f);
  g_assert_null (suture_facts_find (facts, "demo-a"));
  g_assert_cmpstr (suture_facts_find (facts, "next-a")->state, ==, "available");
}

/* Without a machine id a machine is among the last; with one its turn is its own. */
static void
test_rollout (Fixture *f, gconstpointer data)
{
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_utc (g_get_real_time () / G_USEC_PER_SEC + 60);
  g_autofree char *time = g_date_time_format (start, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *custom = g_strdup_printf ("{\"rollout\":{\"start\":\"%s\",\"hours\":10}}", time);
  g_autoptr (SutureFacts) nameless = NULL;
  g_autoptr (SutureFacts) named = NULL;
  gint64 last = g_date_time_to_unix (start) + 10 * 60 * 60;

  f->r->now = g_date_time_to_unix (start); /* or what it signs would have expired, or be signed ahead of the clock */
  say (f, f->target, custom);
  nameless = learn (f);
  g_assert_cmpint (suture_facts_find (nameless, "demo-a")->waits_until, ==, last);
  g_assert_true (g_file_set_contents (suture_path (SUTURE_PATH_MACHINE_ID), "3d1219c7c4c5404aaa1f6d2a48adfda4\n", -1, NULL));
  named = learn (f);
  g_assert_cmpint (suture_facts_find (named, "demo-a")->waits_until, <, last);
  g_assert_cmpint (suture_facts_find (named, "demo-a")->waits_until, >=, g_date_time_to_unix (start));
}

/* Lists @id, as the publisher says what it is in @custom (NULL: not at all). */
static void
list (Fixture *f, const char *id, int number, const char *custom, gboolean cached)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.json", f->r->base->name, id);
  g_autofree char *text = manifest_of (id, number);

  test_role_add_target (f->r->base, path, text);
  if (custom != NULL)
    g_hash_table_insert (f->r->base->custom, g_strdup (path), json_from_string (custom, NULL));
  if (cached)
    cache (text);
}

static const char *
state_of (const SutureFacts *facts, const char *id)
{
  const SutureImprovement *improvement = suture_facts_find (facts, id);

  return improvement != NULL ? improvement->state : NULL;
}

/* What is called like a letter of another component is none of that, and stands in the way of none. */
static void
test_another_components_id (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureFacts) facts = NULL;

  list (f, "next-b", 2, "{\"component\":\"demo\",\"number\":2}", TRUE);
  list (f, "demo-c", 4, "{\"component\":\"demo\",\"number\":4}", TRUE);
  facts = learn (f);
  g_assert_cmpuint (facts->improvements->len, ==, 1);
  g_assert_cmpstr (state_of (facts, "demo-a"), ==, "available");
}

/* A list that would take all memory there is costs its own feed, and nothing is fetched or kept of it without end. */
static void
test_too_much (Fixture *f, gconstpointer data)
{
  const struct
  {
    guint count;  /* of targets beside demo-a */
    gsize length; /* of each, bytes */
    const char *state; /* of demo-a */
  } rows[] = { { 7, 1024 * 1024, "available" }, { 8, 1024 * 1024, NULL }, { 4095, 16, "available" }, { 4096, 16, NULL } };

  for (gsize row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      g_autofree char *text = g_strnfill (rows[row].length, ' ');
      g_autoptr (SutureFacts) facts = NULL;

      cache (text);
      g_hash_table_remove_all (f->r->base->targets);
      list (f, "demo-a", 1, NULL, FALSE);
      for (guint i = 0; i < rows[row].count; i++)
        {
          g_autofree char *path = g_strdup_printf ("%s/x%u-a.json", f->r->base->name, i);

          test_role_add_target (f->r->base, path, text);
        }
      facts = learn (f);
      g_assert_cmpstr (state_of (facts, "demo-a"), ==, rows[row].state);
    }
}

/* Only the latest letter's manifest is needed: what was never fetched of the others is not missed. */
static void
test_letters (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureFacts) facts = NULL;
  g_autoptr (SutureFacts) withdrawn = NULL;
  g_autoptr (SutureFacts) wrong = NULL;

  list (f, "demo-a", 1, "{\"component\":\"demo\",\"number\":1}", TRUE);
  list (f, "demo-b", 2, "{\"component\":\"demo\",\"number\":2}", FALSE);
  list (f, "demo-j", 10, "{\"component\":\"demo\",\"number\":10}", TRUE);
  facts = learn (f);
  g_assert_cmpstr (state_of (facts, "demo-j"), ==, "available");
  g_assert_cmpuint (facts->offers->known->len, ==, 1);
  /* the one before it takes its place */
  list (f, "demo-b", 2, "{\"component\":\"demo\",\"number\":2}", TRUE);
  list (f, "demo-j", 10, "{\"component\":\"demo\",\"number\":10,\"withdrawn\":{}}", TRUE);
  withdrawn = learn (f);
  g_assert_cmpstr (state_of (withdrawn, "demo-b"), ==, "available");
  g_assert_null (suture_facts_find (withdrawn, "demo-j"));
  /* a manifest that is not what it is listed as counts for nothing */
  list (f, "demo-j", 10, "{\"component\":\"demo\",\"number\":11}", TRUE);
  wrong = learn (f);
  g_assert_cmpstr (state_of (wrong, "demo-b"), ==, "available");
  g_assert_null (suture_facts_find (wrong, "demo-j"));
}

/* The letter before one that is rolled out is good until this machine's turn comes; a person need not wait. */
static void
test_letters_in_a_rollout (Fixture *f, gconstpointer data)
{
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_utc (g_get_real_time () / G_USEC_PER_SEC + 3600);
  g_autofree char *time = g_date_time_format (start, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *later = g_strdup_printf ("{\"component\":\"demo\",\"number\":3,\"rollout\":{\"start\":\"%s\",\"hours\":10}}", time);
  g_autoptr (SutureFacts) facts = NULL;
  g_autoptr (SutureFacts) withdrawn = NULL;

  f->r->now = g_get_real_time () / G_USEC_PER_SEC;
  list (f, "demo-a", 1, "{\"component\":\"demo\",\"number\":1}", FALSE);
  list (f, "demo-b", 2, "{\"component\":\"demo\",\"number\":2}", TRUE);
  list (f, "demo-c", 3, later, TRUE);
  facts = learn (f);
  g_assert_cmpuint (facts->offers->known->len, ==, 2);
  g_assert_cmpstr (state_of (facts, "demo-b"), ==, "available");
  g_assert_cmpint (suture_facts_find (facts, "demo-b")->waits_until, ==, 0);
  g_assert_cmpstr (state_of (facts, "demo-c"), ==, "available");
  g_assert_cmpint (suture_facts_find (facts, "demo-c")->waits_until, >, f->r->now);
  list (f, "demo-a", 1, "{\"component\":\"demo\",\"number\":1}", TRUE);
  list (f, "demo-b", 2, "{\"component\":\"demo\",\"number\":2,\"withdrawn\":{}}", TRUE);
  withdrawn = learn (f);
  g_assert_cmpstr (state_of (withdrawn, "demo-a"), ==, "available");
  g_assert_null (suture_facts_find (withdrawn, "demo-b"));
}

/* Who made it is told as its publisher has signed it, and still when the feed lists it no more. */
static void
test_preparation (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *custom;
    gboolean automatic;
    const char *approved;
  } rows[] = {
    { NULL, FALSE, "" },
    { "{\"approved\":\"Somebody\"}", FALSE, "" },
    { "{\"prepared\":\"by hand\",\"approved\":\"Somebody\"}", FALSE, "" },
    { "{\"prepared\":7}", FALSE, "" },
    { "{\"prepared\":\"automatic\"}", TRUE, "" },
    { "{\"prepared\":\"automatic\",\"approved\":[]}", TRUE, "" },
    { "{\"prepared\":\"automatic\",\"approved\":\"Re\\nlease\\u202e Team\"}", TRUE, "Re lease Team" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = NULL;
      g_autoptr (SutureKnown) kept = NULL;
      const SutureKnown *known;

      g_test_message ("%s", rows[i].custom);
      say (f, f->target, rows[i].custom);
      facts = learn (f);
      known = suture_facts_find (facts, "demo-a")->known;
      g_assert_true (known->automatic == rows[i].automatic);
      g_assert_cmpstr (known->approved, ==, rows[i].approved);
      suture_cache_keep (f->database, known);
      kept = suture_cache_find_kept (f->database, "vendor", "demo-a");
      g_assert_null (kept->target);
      g_assert_true (kept->automatic == rows[i].automatic);
      g_assert_cmpstr (kept->approved, ==, rows[i].approved);
    }
}

/* Where the publisher says nothing, each manifest is looked at. */
static void
test_unlisted_letters (Fixture *f, gconstpointer data)
{
  g_autoptr (SutureFacts) facts = NULL;

  list (f, "demo-b", 2, NULL, TRUE);
  facts = learn (f);
  g_assert_cmpstr (state_of (facts, "demo-b"), ==, "available");
  g_assert_null (suture_facts_find (facts, "demo-a"));
}

/* What was read stays, or each check would fetch it again. */
static void
test_sweep (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) read = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *kept = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "kept", -1);
  g_autofree char *gone = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "gone", -1);
  g_autoptr (GBytes) found = NULL;

  cache ("kept");
  cache ("gone");
  g_hash_table_add (read, kept);
  suture_cache_sweep (f->database, read);
  found = suture_cache_load (kept);
  g_assert_nonnull (found);
  g_assert_null (suture_cache_load (gone));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/check/withdrawn", Fixture, NULL, set_up, test_withdrawn, tear_down);
  g_test_add ("/check/another-components-id", Fixture, NULL, set_up, test_another_components_id, tear_down);
  g_test_add ("/check/too-much", Fixture, NULL, set_up, test_too_much, tear_down);
  g_test_add ("/check/letters", Fixture, NULL, set_up, test_letters, tear_down);
  g_test_add ("/check/unlisted-letters", Fixture, NULL, set_up, test_unlisted_letters, tear_down);
  g_test_add ("/check/letters-in-a-rollout", Fixture, NULL, set_up, test_letters_in_a_rollout, tear_down);
  g_test_add ("/check/preparation", Fixture, NULL, set_up, test_preparation, tear_down);
  g_test_add ("/check/sweep", Fixture, NULL, set_up, test_sweep, tear_down);
  g_test_add ("/check/rollout", Fixture, NULL, set_up, test_rollout, tear_down);
  g_test_add ("/check/malformed-rollout", Fixture, NULL, set_up, test_malformed_rollout, tear_down);
  return g_test_run ();
}
