/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/plan.h"

#include "base/digest.h"
#include "base/error.h"
#include "bus/objects.h"
#include "test-activation.h"
#include "test-manifest.h"
#include "test-paths.h"
#include "test-repository.h"

static GBytes *
make_manifest (const char *content)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", content, old, 1);
  const TestManifest manifest = { .files = file };

  return test_manifest_json (&manifest);
}

/* Facts about demo-a, as @content on the disk and the activation step's @answer (NULL: silent) have it. */
static SutureFacts *
make_facts (SutureDatabase *database, TestActivation *server, const char *target, const char *content, const char *fixed,
            const char *answer)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autoptr (GBytes) json = make_manifest (fixed);
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_USR), "lib", "libdemo.so.1", NULL);
  SutureKnown *one = suture_known_new ("vendor", target, json, NULL);

  g_assert_nonnull (one);
  suture_offers_add (offers, one);
  test_repository_configure (repository, "vendor", "");
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  if (answer == NULL)
    return suture_facts_new (database, offers, NULL);
  test_activation_answer (server, answer);
  return suture_facts_new (database, offers, suture_activation_list (NULL));
}

#define ENTRY(id, number, merged, content) \
  "{ \"error\": \"\", \"message\": \"\", \"units\": [], \"active\": [ { \"id\": \"" id "\", \"feed\": \"vendor\"," \
  " \"component\": \"demo\", \"number\": " number ", \"merged\": " merged ", \"content\": \"" content "\" } ] }"
#define NOTHING "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }"

/* What is on the disk and what root says make the state; the state makes what can be planned. */
static void
test_states (void)
{
  const struct
  {
    const char *content, *answer, *state;
    gboolean install, remove;
  } rows[] = {
    { "old", NOTHING, "available", TRUE, FALSE },
    { "old", NULL, "available", TRUE, FALSE },
    { "new", NOTHING, "included", FALSE, FALSE },
    { "else", NOTHING, "superseded", FALSE, FALSE },
    { "old", ENTRY ("demo-a", "1", "true", "applies"), "active", FALSE, TRUE },
    { "old", ENTRY ("demo-a", "1", "false", "applies"), "inactive", TRUE, TRUE },
    { "else", ENTRY ("demo-a", "1", "false", "superseded"), "overtaken", FALSE, TRUE },
    { "else", ENTRY ("demo-a", "1", "false", "mixed"), "overtaken", FALSE, TRUE },
    { "new", ENTRY ("demo-a", "1", "false", "included"), "included", FALSE, FALSE },
    /* root has looked at other files than are there now */
    { "else", ENTRY ("demo-a", "1", "false", "applies"), "inactive", FALSE, TRUE },
    { "old", ENTRY ("demo-b", "2", "true", "applies"), "replaced", FALSE, FALSE },
  };
  g_autoptr (SutureDatabase) database = NULL;
  TestActivation *server;

  test_paths_init ();
  database = suture_database_open ();
  server = test_activation_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = NULL;
      g_autoptr (SuturePlan) install = NULL;
      g_autoptr (SuturePlan) removal = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) absent = NULL;

      facts = make_facts (database, server, "role/demo-a.json", rows[i].content, "new", rows[i].answer);
      g_assert_cmpstr (suture_facts_find (facts, "demo-a")->state, ==, rows[i].state);
      install = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", &error);
      g_assert_true ((install != NULL) == rows[i].install);
      removal = suture_plan_new (facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
      g_assert_true ((removal != NULL) == rows[i].remove);
      /* what is not there and what is not possible sound the same */
      g_assert_null (suture_plan_new (facts, SUTURE_PLAN_INSTALL, "nothing", &absent));
      g_assert_error (absent, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
      if (error != NULL)
        g_assert_cmpstr (error->message, ==, absent->message);
    }
  test_activation_free (server);
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

/* Whatever decides what happens is in the digest that is permitted. */
static void
test_digest (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autoptr (GHashTable) digests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *const fixed[] = { "new", "newer" };
  const char *const targets[] = { "role/demo-a.json", "other/demo-a.json" };

  test_paths_init ();
  database = suture_database_open ();
  for (gsize i = 0; i < 4; i++)
    {
      g_autoptr (SutureFacts) facts = make_facts (database, NULL, targets[i / 2], "old", fixed[i % 2], NULL);
      g_autoptr (SuturePlan) plan = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL);
      g_autoptr (SuturePlan) again = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL);

      g_assert_true (suture_digest_is_valid (plan->digest));
      g_assert_cmpstr (plan->digest, ==, again->digest);
      g_assert_true (g_hash_table_add (digests, g_strdup (plan->digest)));
    }
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

/* No feed lists it any more: it can be removed, not installed, and not installed again. */
static void
test_unlisted (void)
{
  const char *const answers[] = { NOTHING, ENTRY ("demo-a", "1", "false", "applies") };
  g_autoptr (SutureDatabase) database = NULL;
  TestActivation *server;

  test_paths_init ();
  database = suture_database_open ();
  server = test_activation_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SutureFacts) facts = make_facts (database, server, NULL, "old", "new", answers[i]);

      g_assert_null (suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL));
    }
  test_activation_free (server);
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

static void
test_label (void)
{
  g_autoptr (SutureDatabase) database = NULL;
  g_autoptr (SutureFacts) without = NULL;
  g_autoptr (SutureFacts) with = NULL;
  TestActivation *server;

  test_paths_init ();
  database = suture_database_open ();
  server = test_activation_new ();
  without = make_facts (database, server, "role/demo-a.json", "old", "new", NOTHING);
  g_assert_cmpstr (without->label, ==, "Debian GNU/Linux 12 (bookworm)");
  with = make_facts (database, server, "role/demo-a.json", "old", "new", ENTRY ("demo-a", "1", "true", "applies"));
  g_assert_cmpstr (with->label, ==, "Debian GNU/Linux 12 (a)");
  test_activation_free (server);
  g_clear_pointer (&database, suture_database_free);
  test_paths_clear ();
}

static void
test_object_path (void)
{
  const struct
  {
    const char *id, *path;
  } rows[] = { { "openssl-a", "openssl_2da" }, { "a.b_c", "a_2eb_5fc" }, { "0", "0" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = suture_objects_path ("improvement", rows[i].id);

      g_assert_true (g_variant_is_object_path (path));
      g_assert_true (g_str_has_suffix (path, rows[i].path));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/states", test_states);
  g_test_add_func ("/plan/digest", test_digest);
  g_test_add_func ("/plan/unlisted", test_unlisted);
  g_test_add_func ("/plan/label", test_label);
  g_test_add_func ("/plan/object-path", test_object_path);
  return g_test_run ();
}
