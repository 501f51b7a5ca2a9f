/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/local-feed.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "feed/config.h"
#include "test-paths.h"
#include "test-repository.h"

typedef struct
{
  TestRepository *repository; /* suture-local's (owned) */
  char *root;                 /* its first root (owned) */
  char *conf;                 /* (owned) */
  char *trusted;              /* local.root.json (owned) */
} Fixture;

static void
put_root (Fixture *f, TestRepository *repository)
{
  GBytes *bytes = test_repository_get (repository, "1.root.json");

  g_assert_true (g_file_set_contents (f->root, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL));
  g_assert_no_errno (chmod (f->root, 0644));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *metadata = NULL;

  test_paths_init ();
  metadata = g_build_filename (suture_path (SUTURE_PATH_LOCAL_FEED), "metadata", NULL);
  g_assert_no_errno (g_mkdir_with_parents (metadata, 0755));
  f->root = g_build_filename (metadata, "1.root.json", NULL);
  f->conf = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), "local.conf", NULL);
  f->trusted = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), "local.root.json", NULL);
  f->repository = test_repository_new ();
  put_root (f, f->repository);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_repository_free (f->repository);
  g_free (f->root);
  g_free (f->conf);
  g_free (f->trusted);
  test_paths_clear ();
}

static void
assert_refused (Fixture *f, uid_t owner, SutureError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (suture_local_feed_set_on (owner, &error));
  g_assert_error (error, SUTURE_ERROR, (int) code);
  g_test_message ("%s", error->message);
}

static void
assert_nothing (Fixture *f)
{
  g_assert_false (g_file_test (f->conf, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->trusted, G_FILE_TEST_EXISTS));
}

static void
test_on_and_off (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFeedConfig) config = NULL;
  struct stat first, second, mode;

  suture_local_feed_set_off (&error);
  g_assert_no_error (error);
  suture_local_feed_set_on (getuid (), &error);
  g_assert_no_error (error);
  config = suture_feed_config_find ("local", &error);
  g_assert_no_error (error);
  g_assert_true (config->local);
  g_assert_true (g_bytes_equal (config->root, test_repository_get (f->repository, "1.root.json")));
  g_assert_no_errno (stat (f->conf, &mode));
  g_assert_cmpuint (mode.st_mode & 07777, ==, 0644);
  /* once more: nothing is written */
  g_assert_no_errno (stat (f->trusted, &first));
  suture_local_feed_set_on (getuid (), &error);
  g_assert_no_error (error);
  g_assert_no_errno (stat (f->trusted, &second));
  g_assert_cmpuint (first.st_ino, ==, second.st_ino);
  suture_local_feed_set_off (&error);
  g_assert_no_error (error);
  assert_nothing (f);
}

/* Keys that were made anew: the root is another one, and what an administrator added to local.conf stays. */
static void
test_new_keys (Fixture *f, gconstpointer data)
{
  const char *more = "[Feed]\nKind=local\nComponents=openssl;\n";
  g_autoptr (TestRepository) other = test_repository_new ();
  g_autoptr (SutureFeedConfig) config = NULL;
  g_autofree char *text = NULL;

  g_assert_true (suture_local_feed_set_on (getuid (), NULL));
  g_assert_true (g_file_set_contents (f->conf, more, -1, NULL));
  put_root (f, other);
  g_assert_true (suture_local_feed_set_on (getuid (), NULL));
  config = suture_feed_config_find ("local", NULL);
  g_assert_true (g_bytes_equal (config->root, test_repository_get (other, "1.root.json")));
  g_assert_true (g_file_get_contents (f->conf, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, more);
}

static void
test_an_administrators_own (Fixture *f, gconstpointer data)
{
  const char *rows[] = { "[Feed]\nURL=https://example.org\n", "", "garbage", "[Feed]\nKind=remote\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (f->conf, rows[i], -1, NULL));
      assert_refused (f, getuid (), SUTURE_ERROR_NOT_APPLICABLE);
      g_assert_false (suture_local_feed_set_off (&error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE);
      g_assert_true (g_file_get_contents (f->conf, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, rows[i]);
    }
  g_assert_no_errno (g_unlink (f->conf));
  g_assert_no_errno (symlink (f->root, f->conf));
  assert_refused (f, getuid (), SUTURE_ERROR_NOT_APPLICABLE);
}

/* What suture-local, or whoever is in its place, can put there. */
static void
test_no_root (Fixture *f, gconstpointer data)
{
  g_autofree char *elsewhere = g_strconcat (f->root, ".elsewhere", NULL);
  g_autofree char *folder = g_path_get_dirname (f->root);
  g_autofree char *moved = g_strconcat (folder, ".moved", NULL);

  assert_refused (f, getuid () + 1, SUTURE_ERROR_FAILED);
  g_assert_no_errno (chmod (f->root, 0666));
  assert_refused (f, getuid (), SUTURE_ERROR_FAILED);
  g_assert_no_errno (chmod (f->root, 0644));
  g_assert_no_errno (chmod (suture_path (SUTURE_PATH_LOCAL_STATE), 0777));
  assert_refused (f, getuid (), SUTURE_ERROR_FAILED);
  g_assert_no_errno (chmod (suture_path (SUTURE_PATH_LOCAL_STATE), 0755));
  g_assert_no_errno (g_rename (f->root, elsewhere));
  assert_refused (f, getuid (), SUTURE_ERROR_UNAVAILABLE);
  g_assert_no_errno (symlink (elsewhere, f->root));
  assert_refused (f, getuid (), SUTURE_ERROR_MALFORMED);
  g_assert_no_errno (g_unlink (f->root));
  g_assert_no_errno (mkfifo (f->root, 0644));
  assert_refused (f, getuid (), SUTURE_ERROR_MALFORMED);
  g_assert_no_errno (g_unlink (f->root));
  g_assert_true (g_file_set_contents (f->root, "{}", -1, NULL));
  assert_refused (f, getuid (), SUTURE_ERROR_MALFORMED);
  g_assert_no_errno (truncate (f->root, 1 << 30));
  assert_refused (f, getuid (), SUTURE_ERROR_MALFORMED);
  g_assert_no_errno (g_unlink (f->root));
  g_assert_no_errno (g_rename (elsewhere, f->root));
  g_assert_no_errno (g_rename (folder, moved));
  g_assert_no_errno (symlink (moved, folder));
  assert_refused (f, getuid (), SUTURE_ERROR_MALFORMED);
  assert_nothing (f);
}

static void
test_signed_by_nobody (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  char *signature;

  g_assert_true (g_file_get_contents (f->root, &text, NULL, NULL));
  signature = strstr (text, "\"sig\"");
  g_assert_nonnull (signature);
  signature = strchr (strchr (signature, ':'), '"') + 1;
  *signature = *signature == '0' ? '1' : '0';
  g_assert_true (g_file_set_contents (f->root, text, -1, NULL));
  g_assert_no_errno (chmod (f->root, 0644));
  assert_refused (f, getuid (), SUTURE_ERROR_SIGNATURE);
  assert_nothing (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/local-feed/on-and-off", Fixture, NULL, set_up, test_on_and_off, tear_down);
  g_test_add ("/local-feed/new-keys", Fixture, NULL, set_up, test_new_keys, tear_down);
  g_test_add ("/local-feed/an-administrators-own", Fixture, NULL, set_up, test_an_administrators_own, tear_down);
  g_test_add ("/local-feed/no-root", Fixture, NULL, set_up, test_no_root, tear_down);
  g_test_add ("/local-feed/signed-by-nobody", Fixture, NULL, set_up, test_signed_by_nobody, tear_down);
  return g_test_run ();
}
