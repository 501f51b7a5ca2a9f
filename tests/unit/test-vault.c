/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/vault.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "test-paths.h"
#include "test-repository.h"

/* Where credentials are kept, and when they go. */

static void
write_feed (const char *name, const char *url)
{
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autofree char *conf = g_strdup_printf ("%s/%s.conf", suture_path (SUTURE_PATH_FEEDS_ADMIN), name);
  g_autofree char *root_path = g_strdup_printf ("%s/%s.root.json", suture_path (SUTURE_PATH_FEEDS_ADMIN), name);
  g_autofree char *text = g_strdup_printf ("[Feed]\nURL=%s\n", url);
  GBytes *root = test_repository_get (repository, "1.root.json");

  g_assert_true (g_file_set_contents (conf, text, -1, NULL));
  g_assert_true (g_file_set_contents (root_path, g_bytes_get_data (root, NULL), (gssize) g_bytes_get_size (root), NULL));
}

static char *
path_of (const char *name)
{
  return g_build_filename (suture_path (SUTURE_PATH_CREDENTIALS), name, NULL);
}

static gboolean
is_kept (const char *name)
{
  g_autofree char *path = path_of (name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
save (const char *feed, const char *origin, const char *secret)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureCredential) credential = suture_credential_new (origin, "", secret, &error);

  g_assert_no_error (error);
  g_assert_true (suture_vault_save (feed, credential, &error));
  g_assert_no_error (error);
}

/* The secret that is kept for @feed, or NULL. */
static char *
load (const char *feed)
{
  g_autoptr (SutureFeedConfig) config = suture_feed_config_find (feed, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureCredential) credential = suture_vault_load (config, &error);

  g_assert_no_error (error);
  return credential != NULL ? g_strdup (credential->secret) : NULL;
}

static void
assert_secret (const char *feed, const char *expected)
{
  g_autofree char *secret = load (feed);

  g_assert_cmpstr (secret, ==, expected);
}

static void
test_keep (void)
{
  g_autofree char *path = NULL;
  struct stat status;
  g_autoptr (GError) error = NULL;

  test_paths_init ();
  write_feed ("beta", "https://example.org/suture");
  assert_secret ("beta", NULL);
  g_assert_true (suture_vault_erase ("beta", &error));
  g_assert_false (g_file_test (suture_path (SUTURE_PATH_CREDENTIALS), G_FILE_TEST_EXISTS));
  save ("beta", "https://example.org:443", "one");
  assert_secret ("beta", "one");
  path = path_of ("beta");
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_cmpint (stat (suture_path (SUTURE_PATH_CREDENTIALS), &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
  save ("beta", "https://example.org:443", "two");
  assert_secret ("beta", "two");
  test_paths_clear ();
}

/* Whoever still holds the file open, or the disk's blocks, finds zeroes: when it is erased, and when another one takes its
 * place. */
static void
test_overwritten (void)
{
  test_paths_init ();
  write_feed ("beta", "https://example.org/suture");
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *path = path_of ("beta");
      char left[64] = { 0 };
      gssize n;
      int fd;

      save ("beta", "https://example.org:443", "opensesame");
      fd = open (path, O_RDONLY | O_CLOEXEC);
      if (i == 0)
        g_assert_true (suture_vault_erase ("beta", NULL));
      else
        save ("beta", "https://example.org:443", "another");
      n = pread (fd, left, sizeof left, 0);
      close (fd);
      g_assert_cmpint (n, ==, 35);
      for (gssize at = 0; at < n; at++)
        g_assert_cmpint (left[at], ==, 0);
      g_assert_cmpint (is_kept ("beta"), ==, i == 1);
    }
  test_paths_clear ();
}

/* A feed that moved to another host, port or scheme does not get what was entered for the old one; another path may. */
static void
test_bound (void)
{
  const char *const moved[] = { "https://example.net/suture", "https://example.org:8443/suture",
                                "https://example.org.evil.example/suture", "https://sub.example.org/suture" };

  test_paths_init ();
  write_feed ("beta", "https://example.org/suture");
  save ("beta", "https://example.org:443", "one");
  write_feed ("beta", "https://EXAMPLE.org:443/other/");
  assert_secret ("beta", "one");
  for (gsize i = 0; i < G_N_ELEMENTS (moved); i++)
    {
      write_feed ("beta", "https://example.org/suture");
      save ("beta", "https://example.org:443", "one");
      write_feed ("beta", moved[i]);
      assert_secret ("beta", NULL);
      g_assert_false (is_kept ("beta"));
      /* back again: it was not only hidden */
      write_feed ("beta", "https://example.org/suture");
      assert_secret ("beta", NULL);
    }
  test_paths_clear ();
}

static void
test_sweep (void)
{
  g_autofree char *broken = NULL;
  g_autofree char *left = NULL;

  test_paths_init ();
  suture_vault_sweep ();
  write_feed ("beta", "https://example.org/suture");
  write_feed ("moved", "https://example.net/suture");
  write_feed ("broken", "https://example.org/suture");
  save ("beta", "https://example.org:443", "one");
  save ("moved", "https://example.org:443", "one");
  save ("gone", "https://example.org:443", "one");
  save ("broken", "https://example.org:443", "one");
  left = path_of (".beta.new");
  g_assert_true (g_file_set_contents (left, "https://example.org:443\n\none", -1, NULL));
  broken = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), "broken.conf", NULL);
  g_assert_true (g_file_set_contents (broken, "URL?", -1, NULL));
  suture_vault_sweep ();
  g_assert_true (is_kept ("beta"));
  g_assert_true (is_kept ("broken"));
  g_assert_false (is_kept ("moved"));
  g_assert_false (is_kept ("gone"));
  g_assert_false (is_kept (".beta.new"));
  assert_secret ("beta", "one");
  test_paths_clear ();
}

/* Half a file, a longer one, a folder or a link in its place: no credential, and nothing of a stranger's is touched. */
static void
test_damaged (void)
{
  const char *const contents[] = { "", "https://example.org:443\n", "\n\n", "https://example.org:443\n\nto ken" };
  g_autofree char *path = NULL;
  g_autofree char *other = NULL;
  g_autofree char *kept = NULL;

  test_paths_init ();
  write_feed ("beta", "https://example.org/suture");
  save ("beta", "https://example.org:443", "one");
  path = path_of ("beta");
  other = g_build_filename (suture_path (SUTURE_PATH_STATE), "other", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_assert_true (g_file_set_contents (path, contents[i], -1, NULL));
      assert_secret ("beta", NULL);
      g_assert_false (is_kept ("beta"));
    }
  g_assert_true (g_file_set_contents (other, "https://example.org:443\n\nstranger", -1, NULL));
  g_assert_cmpint (symlink (other, path), ==, 0);
  {
    g_autoptr (SutureFeedConfig) config = suture_feed_config_find ("beta", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (suture_vault_load (config, &error));
    g_assert_nonnull (error);
  }
  g_assert_true (suture_vault_erase ("beta", NULL));
  g_assert_true (g_file_get_contents (other, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "https://example.org:443\n\nstranger");
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vault/keep", test_keep);
  g_test_add_func ("/vault/overwritten", test_overwritten);
  g_test_add_func ("/vault/bound", test_bound);
  g_test_add_func ("/vault/sweep", test_sweep);
  g_test_add_func ("/vault/damaged", test_damaged);
  return g_test_run ();
}
