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

/* What its publisher has withdrawn is not offered; what root holds of it is still seen, and can be removed. */
static void
test_withdrawn (Fixture *f, gconstpointer data)
{
  static const char active[] = "{ \"error\": \"\", \"message\": \"\", \"units\": [], \"active\": [ { \"id\": \"demo-a\","
                               " \"feed\": \"vendor\", \"component\": \"demo\", \"number\": 1, \"merged\": true,"
                               " \"content\": \"applies\" } ] }";
  const struct
  {
    const char *custom, *state;
  } rows[] = {
    { NULL, "available" }, { "{\"rollout\":{}}", "available" }, { "{\"withdrawn\":{\"reason\":\"it broke\"}}", NULL },
    { "{\"withdrawn\":null}", NULL }, { "{}", "available" },
  };
  g_autoptr (SutureFacts) installed = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = NULL;
      const SutureImprovement *improvement;

      g_hash_table_remove (f->r->base->custom, f->target);
      if (rows[i].custom != NULL)
        g_hash_table_insert (f->r->base->custom, g_strdup (f->target), json_from_string (rows[i].custom, NULL));
      facts = learn (f);
      improvement = suture_facts_find (facts, "demo-a");
      g_assert_cmpstr (improvement != NULL ? improvement->state : NULL, ==, rows[i].state);
    }
  g_hash_table_insert (f->r->base->custom, g_strdup (f->target), json_from_string ("{\"withdrawn\":{}}", NULL));
  test_activation_answer (f->server, active);
  installed = learn (f);
  g_assert_cmpstr (suture_facts_find (installed, "demo-a")->state, ==, "active");
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
  g_assert_cmpuint (facts->known->len, ==, 1);
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
  g_test_add ("/check/letters", Fixture, NULL, set_up, test_letters, tear_down);
  g_test_add ("/check/unlisted-letters", Fixture, NULL, set_up, test_unlisted_letters, tear_down);
  g_test_add ("/check/sweep", Fixture, NULL, set_up, test_sweep, tear_down);
  return g_test_run ();
}
