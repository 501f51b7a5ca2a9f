/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/proof.h"

#include "base/clock.h"
#include "base/error.h"
#include "test-manifest.h"
#include "test-paths.h"
#include "test-repository.h"

#define DAY (24 * 60 * 60)
#define ROLE "debian-12-x86-64"

/* What suture-activate believes by itself, when a helper that nobody trusts hands metadata over: its own folder, the same
 * client. */
typedef struct
{
  TestRepository *r;
  GBytes *manifest;
} Fixture;

static void
put (const char *name, const void *data, gsize length)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), name, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize) length, NULL));
}

static void
offer (Fixture *f, GBytes *manifest)
{
  gsize length;
  const char *text = g_bytes_get_data (manifest, &length);
  g_autofree char *copy = g_strndup (text, length);

  test_role_add_target (f->r->base, ROLE "/demo-a.json", copy);
  test_repository_next (f->r);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const char *olds[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "new", olds, 1);
  const TestManifest manifest = { .files = file };
  const char *conf = "[Feed]\nURL=https://vendor.example\n";
  GBytes *root;

  test_paths_init ();
  f->r = test_repository_new ();
  f->manifest = test_manifest_json (&manifest);
  root = test_repository_get (f->r, "1.root.json");
  put ("vendor.conf", conf, strlen (conf));
  put ("vendor.root.json", g_bytes_get_data (root, NULL), g_bytes_get_size (root));
  f->r->issued = f->r->now;
  offer (f, f->manifest);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_bytes_unref (f->manifest);
  test_repository_free (f->r);
  test_paths_clear ();
}

/* All that the server has, handed over with @manifest. */
static SutureManifest *
prove (Fixture *f, GBytes *manifest, gint64 now, GError **error)
{
  SutureRequest request = { SUTURE_REQUEST_INSTALL, (char *) "vendor", (char *) "demo-a", NULL, manifest, -1 };
  g_autoptr (SutureBundle) bundle = suture_bundle_new ();
  GHashTableIter iter;
  gpointer name, bytes;

  g_hash_table_iter_init (&iter, f->r->files);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    g_assert_true (suture_bundle_add (name, bytes, bundle, NULL));
  request.bundle = bundle;
  return suture_proof_check (&request, now, error);
}

static void
assert_proved (Fixture *f, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = prove (f, f->manifest, now, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (manifest->id, ==, "demo-a");
}

static void
assert_refused (Fixture *f, gint64 now, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (prove (f, f->manifest, now, &error));
  g_assert_error (error, SUTURE_ERROR, code);
}

/* The whole older set, as a helper kept it. */
static void
test_S02_rollback (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) old = g_bytes_ref (test_repository_get (f->r, "timestamp.json"));

  test_repository_next (f->r);
  assert_proved (f, f->r->now);
  test_repository_set (f->r, "timestamp.json", old);
  assert_refused (f, f->r->now, SUTURE_ERROR_ROLLBACK);
  test_repository_next (f->r);
  assert_proved (f, f->r->now);
}

/* Withdrawn since: the helper's older list does not bring it back. */
static void
test_S02_withdrawn (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) old = g_bytes_ref (test_repository_get (f->r, "timestamp.json"));

  g_hash_table_insert (f->r->base->custom, g_strdup (ROLE "/demo-a.json"), json_from_string ("{\"withdrawn\":{}}", NULL));
  test_repository_next (f->r);
  assert_refused (f, f->r->now, SUTURE_ERROR_NOT_APPLICABLE);
  test_repository_set (f->r, "timestamp.json", old);
  assert_refused (f, f->r->now, SUTURE_ERROR_ROLLBACK);
}

static void
test_S11_other_base (Fixture *f, gconstpointer data)
{
  const char *changes[][2] = { { "\"version_id\": \"12\"", "\"version_id\": \"13\"" },
                               { "\"id\": \"debian\"", "\"id\": \"ubuntu\"" },
                               { "\"architecture\": \"x86-64\"", "\"architecture\": \"arm64\"" } };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      GString *text = g_string_new_len (g_bytes_get_data (f->manifest, NULL), (gssize) g_bytes_get_size (f->manifest));
      g_autoptr (GBytes) other = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (g_string_replace (text, changes[i][0], changes[i][1], 1), ==, 1);
      other = g_string_free_to_bytes (text);
      offer (f, other);
      g_assert_null (prove (f, other, f->r->now, &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE);
    }
  offer (f, f->manifest);
  assert_proved (f, f->r->now);
}

/* Metadata of a key that root took away is worth nothing, though a helper still hands it over. */
static void
test_S17_removed_key (Fixture *f, gconstpointer data)
{
  assert_proved (f, f->r->now);
  test_repository_rotate (f->r, f->r->top);
  f->r->root->version++;
  test_repository_publish_root (f->r);
  assert_refused (f, f->r->now, SUTURE_ERROR_SIGNATURE);
  test_repository_next (f->r);
  assert_proved (f, f->r->now);
}

static void
test_S41_clock (Fixture *f, gconstpointer data)
{
  assert_proved (f, f->r->now);
  assert_refused (f, f->r->now + DAY, SUTURE_ERROR_STALE);
  assert_refused (f, f->r->now + 3650 * DAY, SUTURE_ERROR_STALE);
  assert_proved (f, f->r->now);
  assert_proved (f, suture_clock_release ());
  f->r->base->expires = f->r->now;
  test_repository_next (f->r);
  assert_refused (f, suture_clock_release (), SUTURE_ERROR_STALE);
  f->r->base->expires = f->r->now + DAY;
  test_repository_next (f->r);
  assert_proved (f, suture_clock_release ());
}

/* What a mistake in another feed's files leaves to that feed, it does not give to this one. */
static void
test_another_feeds_fault (Fixture *f, gconstpointer data)
{
  const char *const faulty[] = { "[Feed]\nURL=https://other.example\nComponents=demo\n", "[Feed]\ncomponents=demo\n" };
  const char *const harmless = "[Feed]\nURL=https://other.example\nComponents=else\n";

  for (gsize i = 0; i < G_N_ELEMENTS (faulty); i++)
    {
      put ("other.conf", faulty[i], strlen (faulty[i]));
      assert_refused (f, f->r->now, SUTURE_ERROR_NOT_APPLICABLE);
    }
  put ("other.conf", harmless, strlen (harmless));
  assert_proved (f, f->r->now);
}

/* A feed whose components are its own could else keep another one's improvements out, by calling its own as they are called. */
static void
test_another_components_id (Fixture *f, gconstpointer data)
{
  const char *olds[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "new", olds, 1);
  const TestManifest manifest = { .files = file, .component = "else" };
  const TestManifest later = { .files = file, .number = 2 };

  g_bytes_unref (f->manifest);
  f->manifest = test_manifest_json (&manifest);
  offer (f, f->manifest);
  assert_refused (f, f->r->now, SUTURE_ERROR_MALFORMED);
  g_bytes_unref (f->manifest);
  f->manifest = test_manifest_json (&later);
  offer (f, f->manifest);
  assert_refused (f, f->r->now, SUTURE_ERROR_MALFORMED);
}

int
main (int argc, char **argv)
{
#define ADD(path, function) g_test_add ("/proof/" path, Fixture, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("S02/rollback", test_S02_rollback);
  ADD ("S02/withdrawn", test_S02_withdrawn);
  ADD ("S11/other-base", test_S11_other_base);
  ADD ("S17/removed-key", test_S17_removed_key);
  ADD ("S41/clock", test_S41_clock);
  ADD ("another-feeds-fault", test_another_feeds_fault);
  ADD ("another-components-id", test_another_components_id);
  return g_test_run ();
}
