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

/* A feed that offers demo-a, for files that are there. */
static void
set_up (Fixture *f, gconstpointer data)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "new", old, 1);
  const TestManifest manifest = { .files = file };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  g_autofree char *text = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, json);
  GBytes *root;
  g_autofree char *library = NULL;

  test_paths_init ();
  f->database = suture_database_open ();
  f->server = test_activation_new ();
  f->r = test_repository_new ();
  f->target = g_strconcat (f->r->base->name, "/demo-a.json", NULL);
  test_role_add_target (f->r->base, f->target, text);
  suture_cache_save (digest, json);
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
  targets = suture_trust_list (trust, &f->r->source, f->r->base->name, f->r->now, NULL);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/check/withdrawn", Fixture, NULL, set_up, test_withdrawn, tear_down);
  return g_test_run ();
}
