/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/bundle.h"

#include <gio/gio.h>

#include "base/error.h"
#include "test-paths.h"
#include "test-repository.h"

#define ROLE "debian-12-x86-64"

static void
assert_same_file (const char *a, const char *b, const char *name)
{
  g_autofree char *path_a = g_build_filename (a, name, NULL);
  g_autofree char *path_b = g_build_filename (b, name, NULL);
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;
  gsize length_a, length_b;

  g_assert_true (g_file_get_contents (path_a, &text_a, &length_a, NULL));
  g_assert_true (g_file_get_contents (path_b, &text_b, &length_b, NULL));
  g_assert_cmpmem (text_a, length_a, text_b, length_b);
}

static SutureBundle *
check_and_export (SutureTrust *trust, TestRepository *r)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) targets = NULL;
  SutureBundle *bundle = suture_bundle_new ();

  suture_trust_refresh (trust, &r->source, r->now, &error);
  g_assert_no_error (error);
  targets = suture_trust_list (trust, &r->source, ROLE, &error);
  g_assert_no_error (error);
  suture_trust_export (trust, ROLE, suture_bundle_add, bundle, &error);
  g_assert_no_error (error);
  return bundle;
}

/* A second client that started from the same first root reaches the same state from the bundle alone. */
static void
test_export (void)
{
  const char *top = test_paths_init ();
  g_autofree char *first_folder = g_build_filename (top, "helper", NULL);
  g_autofree char *second_folder = g_build_filename (top, "root", NULL);
  const char *files[] = { "root.json", "timestamp.json", "snapshot.json", "targets.json", ROLE ".json" };
  g_autoptr (TestRepository) r = test_repository_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureTrust) first
      = suture_trust_open (first_folder, test_repository_get (r, "1.root.json"), &error);
  g_autoptr (SutureTrust) second
      = suture_trust_open (second_folder, test_repository_get (r, "1.root.json"), &error);

  test_role_add_target (r->base, ROLE "/openssl-a.json", "a");
  for (int round = 0; round < 3; round++)
    {
      g_autoptr (SutureBundle) bundle = NULL;
      g_autoptr (GPtrArray) targets = NULL;
      g_autoptr (SutureTarget) local = NULL;

      /* two new roots a round: the second client has to follow them all */
      for (int i = 0; i < 2; i++)
        {
          test_repository_rotate (r, r->root);
          test_repository_rotate (r, r->timestamp);
          r->root->version++;
          test_repository_publish_root (r);
        }
      test_repository_next (r);
      bundle = check_and_export (first, r);
      if (round == 1)
        continue; /* this one never arrives */
      suture_trust_refresh (second, suture_bundle_source (bundle), r->now, &error);
      g_assert_no_error (error);
      targets = suture_trust_list (second, suture_bundle_source (bundle), ROLE, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (targets->len, ==, 1);
      for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
        assert_same_file (first_folder, second_folder, files[i]);
      local = suture_trust_lookup_local (second, ROLE, ROLE "/openssl-a.json", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (local->length, ==, 1);
    }
  test_paths_clear ();
}

/* What the second client has seen, an older bundle can't take back. */
static void
test_old_bundle (void)
{
  const char *top = test_paths_init ();
  g_autofree char *first_folder = g_build_filename (top, "helper", NULL);
  g_autofree char *second_folder = g_build_filename (top, "root", NULL);
  g_autoptr (TestRepository) r = test_repository_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureTrust) first
      = suture_trust_open (first_folder, test_repository_get (r, "1.root.json"), &error);
  g_autoptr (SutureTrust) second
      = suture_trust_open (second_folder, test_repository_get (r, "1.root.json"), &error);
  g_autoptr (SutureBundle) old = check_and_export (first, r);
  g_autoptr (SutureBundle) new = NULL;

  test_repository_next (r);
  new = check_and_export (first, r);
  suture_trust_refresh (second, suture_bundle_source (new), r->now, &error);
  g_assert_no_error (error);
  g_assert_false (suture_trust_refresh (second, suture_bundle_source (old), r->now, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_ROLLBACK);
  g_clear_error (&error);
  suture_trust_refresh (second, suture_bundle_source (new), r->now, &error);
  g_assert_no_error (error);
  test_paths_clear ();
}

static void
test_export_needs_check (void)
{
  const char *top = test_paths_init ();
  g_autoptr (TestRepository) r = test_repository_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureTrust) trust = suture_trust_open (top, test_repository_get (r, "1.root.json"), &error);
  g_autoptr (SutureBundle) bundle = suture_bundle_new ();

  g_assert_false (suture_trust_export (trust, ROLE, suture_bundle_add, bundle, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_true (suture_trust_refresh (trust, &r->source, r->now, &error));
  g_assert_false (suture_trust_export (trust, "other", suture_bundle_add, bundle, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  test_paths_clear ();
}

/* What is trusted is told apart from what is not, and no delegated role has to be there for it. */
static void
test_trusted (void)
{
  const char *top = test_paths_init ();
  const char *const top_levels[] = { "timestamp", "snapshot", "targets" };
  g_autoptr (TestRepository) r = test_repository_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureTrust) trust = suture_trust_open (top, test_repository_get (r, "1.root.json"), &error);
  g_autoptr (SutureBundle) bundle = suture_bundle_new ();
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) targets = NULL;

  g_assert_cmpint (suture_trust_get (trust, "root")->type, ==, SUTURE_METADATA_ROOT);
  for (gsize i = 0; i < G_N_ELEMENTS (top_levels); i++)
    g_assert_null (suture_trust_get (trust, top_levels[i]));
  g_assert_true (suture_trust_refresh (trust, &r->source, r->now, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (top_levels); i++)
    g_assert_cmpint (suture_trust_get (trust, top_levels[i])->version, ==, 1);
  g_assert_null (suture_trust_get (trust, ROLE));
  g_assert_true (suture_trust_export (trust, NULL, suture_bundle_add, bundle, &error));
  names = suture_bundle_names (bundle);
  g_assert_cmpuint (names->len, ==, 4);
  targets = suture_trust_list (trust, &r->source, ROLE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (suture_trust_get (trust, ROLE)->version, ==, 1);
  test_paths_clear ();
}

static void
test_bounds (void)
{
  g_autoptr (SutureBundle) bundle = suture_bundle_new ();
  g_autoptr (SutureBundle) many = suture_bundle_new ();
  g_autofree guint8 *zeros = g_malloc0 (SUTURE_BUNDLE_BYTES_MAX);
  g_autoptr (GBytes) half = g_bytes_new_static (zeros, SUTURE_BUNDLE_BYTES_MAX / 2);
  g_autoptr (GBytes) byte = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;
  SutureSource *source = suture_bundle_source (bundle);

  g_assert_true (suture_bundle_add ("a", half, bundle, &error));
  g_assert_false (suture_bundle_add ("a", byte, bundle, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_true (suture_bundle_add ("b", half, bundle, &error));
  g_assert_false (suture_bundle_add ("c", byte, bundle, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_clear_error (&error);
  for (int i = 0; i < SUTURE_BUNDLE_FILES_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      g_assert_true (suture_bundle_add (name, byte, many, &error));
    }
  g_assert_false (suture_bundle_add ("one more", byte, many, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_clear_error (&error);

  g_assert_null (source->metadata (source, "d", 10, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (source->metadata (source, "a", 10, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
  g_clear_error (&error);
  g_assert_null (source->target (source, "a", 10, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  found = source->metadata (source, "a", SUTURE_BUNDLE_BYTES_MAX / 2, &error);
  g_assert_no_error (error);
  g_assert_true (found == half);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bundle/export", test_export);
  g_test_add_func ("/bundle/old", test_old_bundle);
  g_test_add_func ("/bundle/export-needs-check", test_export_needs_check);
  g_test_add_func ("/bundle/trusted", test_trusted);
  g_test_add_func ("/bundle/bounds", test_bounds);
  return g_test_run ();
}
