/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/config.h"

#include <unistd.h>

#include "base/error.h"
#include "test-paths.h"

#define VENDOR SUTURE_PATH_FEEDS_VENDOR
#define ADMIN SUTURE_PATH_FEEDS_ADMIN

static void
put (SuturePath where, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (suture_path (where), name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put_feed (SuturePath where, const char *name, const char *url)
{
  g_autofree char *conf = g_strconcat (name, ".conf", NULL);
  g_autofree char *root = g_strconcat (name, ".root.json", NULL);
  g_autofree char *text = g_strdup_printf ("# a feed\n[Feed]\nURL=%s\n", url);

  put (where, conf, text);
  put (where, root, url);
}

static void
test_none (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) empty = NULL;
  g_autoptr (GPtrArray) missing = NULL;

  test_paths_init ();
  empty = suture_feed_config_load (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (empty->len, ==, 0);
  g_assert_cmpint (rmdir (suture_path (ADMIN)), ==, 0);
  missing = suture_feed_config_load (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (missing->len, ==, 0);
  g_assert_null (suture_feed_config_find ("a", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  test_paths_clear ();
}

static void
test_merge (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) feeds = NULL;
  g_autoptr (SutureFeedConfig) found = NULL;
  const char *expected[][2] = { { "a", "https://admin.example/a" }, { "b", "https://vendor.example:8443/x/b" },
                                { "d", "https://admin.example" } };

  test_paths_init ();
  put_feed (VENDOR, "b", "https://vendor.example:8443/x/b///");
  put_feed (VENDOR, "a", "https://vendor.example/a");
  put_feed (VENDOR, "c", "https://vendor.example/c");
  put_feed (ADMIN, "a", "https://admin.example/a");
  put_feed (ADMIN, "d", "https://admin.example/");
  put (ADMIN, "c.conf", "");
  put (ADMIN, "README", "not a feed");
  put (ADMIN, "e.conf.dpkg-old", "not a feed");
  put (ADMIN, ".f.conf", "not a feed");
  feeds = suture_feed_config_load (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (feeds->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < feeds->len; i++)
    {
      SutureFeedConfig *feed = g_ptr_array_index (feeds, i);

      g_assert_cmpstr (feed->name, ==, expected[i][0]);
      g_assert_cmpstr (feed->url, ==, expected[i][1]);
      g_assert_true (g_str_has_prefix (g_bytes_get_data (feed->root, NULL), expected[i][1]));
    }
  found = suture_feed_config_find ("a", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->url, ==, "https://admin.example/a");
  g_assert_null (suture_feed_config_find ("c", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (suture_feed_config_find ("../feeds.d/a", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  test_paths_clear ();
}

static void
assert_refused (const char *what, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) feeds = suture_feed_config_load (&error);
  g_autoptr (GError) alone = NULL;

  g_test_message ("%s", what);
  g_assert_null (feeds);
  g_assert_error (error, SUTURE_ERROR, code);
  g_assert_nonnull (strstr (error->message, "bad.conf"));
  g_assert_null (suture_feed_config_find ("bad", &alone));
  g_assert_error (alone, SUTURE_ERROR, code);
}

static void
test_refused (void)
{
  const char *rows[] = {
    "URL=https://example.org", "[Feed]", "[Feed]\nURL=", "[Feed]\nURL=http://example.org",
    "[Feed]\nURL=file:///etc", "[Feed]\nURL=https://", "[Feed]\nURL=https:///x", "[Feed]\nURL=example.org",
    "[Feed]\nURL=https://user@example.org", "[Feed]\nURL=https://user:secret@example.org",
    "[Feed]\nURL=https://example.org/?q", "[Feed]\nURL=https://example.org/#f", "[Feed]\nURL=https://exa mple.org",
    "[Feed]\nURL=https://example.org\nVerify=no", "[Feed]\nurl=https://example.org",
    "[Feed]\nURL=https://example.org\n[Other]\n", "\n", "garbage",
  };

  test_paths_init ();
  put (ADMIN, "bad.root.json", "{}");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      put (ADMIN, "bad.conf", rows[i]);
      assert_refused (rows[i], SUTURE_ERROR_MALFORMED);
    }
  test_paths_clear ();
}

static void
test_missing_root (void)
{
  test_paths_init ();
  put (VENDOR, "bad.root.json", "another folder's root is not this one's");
  put (ADMIN, "bad.conf", "[Feed]\nURL=https://example.org\n");
  assert_refused ("no root", SUTURE_ERROR_NOT_FOUND);
  test_paths_clear ();
}

static void
test_bad_name (void)
{
  g_autoptr (GError) error = NULL;

  test_paths_init ();
  put_feed (ADMIN, "Upper", "https://example.org");
  g_assert_null (suture_feed_config_load (&error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_assert_nonnull (strstr (error->message, "Upper.conf"));
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/none", test_none);
  g_test_add_func ("/config/merge", test_merge);
  g_test_add_func ("/config/refused", test_refused);
  g_test_add_func ("/config/missing-root", test_missing_root);
  g_test_add_func ("/config/bad-name", test_bad_name);
  return g_test_run ();
}
