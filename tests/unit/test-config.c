/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "test-paths.h"
#include "test-repository.h"

#define VENDOR SUTURE_PATH_FEEDS_VENDOR
#define ADMIN SUTURE_PATH_FEEDS_ADMIN

static void
put (SuturePath where, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (suture_path (where), name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put_root (SuturePath where, const char *name, TestRepository *repository)
{
  g_autofree char *file = g_strconcat (name, ".root.json", NULL);
  g_autofree char *path = g_build_filename (suture_path (where), file, NULL);
  GBytes *root = test_repository_get (repository, "1.root.json");

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (root, NULL), (gssize) g_bytes_get_size (root), NULL));
}

static void
put_feed (SuturePath where, const char *name, const char *url, TestRepository *repository)
{
  g_autofree char *conf = g_strconcat (name, ".conf", NULL);
  g_autofree char *text = g_strdup_printf ("# a feed\n[Feed]\nURL=%s\n", url);

  put (where, conf, text);
  put_root (where, name, repository);
}

static void
test_none (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFeedConfigs) empty = NULL;
  g_autoptr (SutureFeedConfigs) missing = NULL;

  test_paths_init ();
  empty = suture_feed_configs_load ();
  g_assert_no_error (empty->fault);
  g_assert_cmpuint (empty->usable->len + empty->faulty->len, ==, 0);
  g_assert_cmpint (rmdir (suture_path (ADMIN)), ==, 0);
  missing = suture_feed_configs_load ();
  g_assert_no_error (missing->fault);
  g_assert_cmpuint (missing->usable->len + missing->faulty->len, ==, 0);
  g_assert_null (suture_feed_config_find ("a", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  test_paths_clear ();
}

static void
test_merge (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFeedConfigs) feeds = NULL;
  g_autoptr (SutureFeedConfig) found = NULL;
  g_autoptr (TestRepository) vendor = test_repository_new ();
  g_autoptr (TestRepository) admin = test_repository_new ();
  const char *expected[][2] = { { "a", "https://admin.example/a" }, { "b", "https://vendor.example:8443/x/b" },
                                { "d", "https://admin.example" } };

  test_paths_init ();
  put_feed (VENDOR, "b", "https://vendor.example:8443/x/b///", vendor);
  put_feed (VENDOR, "a", "https://vendor.example/a", vendor);
  put_feed (VENDOR, "c", "https://vendor.example/c", vendor);
  put_feed (ADMIN, "a", "https://admin.example/a", admin);
  put_feed (ADMIN, "d", "https://admin.example/", admin);
  put (ADMIN, "c.conf", "");
  put (ADMIN, "README", "not a feed");
  put (ADMIN, "e.conf.dpkg-old", "not a feed");
  put (ADMIN, ".f.conf", "not a feed");
  feeds = suture_feed_configs_load ();
  g_assert_no_error (feeds->fault);
  g_assert_cmpuint (feeds->faulty->len, ==, 0);
  g_assert_cmpuint (feeds->usable->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < feeds->usable->len; i++)
    {
      SutureFeedConfig *feed = g_ptr_array_index (feeds->usable, i);

      g_assert_cmpstr (feed->name, ==, expected[i][0]);
      g_assert_cmpstr (feed->url, ==, expected[i][1]);
      g_assert_true (g_bytes_equal (feed->root, test_repository_get (i == 1 ? vendor : admin, "1.root.json")));
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

/* The feed "bad" is @what: it is left out and named, by @words too, and its neighbour "good" is there all the same. */
static void
assert_left_out (const char *what, const char *words)
{
  g_autoptr (SutureFeedConfigs) feeds = suture_feed_configs_load ();
  g_autoptr (GError) alone = NULL;
  const SutureFeedConfig *bad;

  g_test_message ("%s", what);
  g_assert_cmpuint (feeds->usable->len, ==, 1);
  g_assert_cmpstr (((SutureFeedConfig *) g_ptr_array_index (feeds->usable, 0))->name, ==, "good");
  g_assert_cmpuint (feeds->faulty->len, ==, 1);
  bad = g_ptr_array_index (feeds->faulty, 0);
  g_assert_cmpstr (bad->name, ==, "bad");
  g_assert_null (bad->url);
  g_assert_null (bad->root);
  g_assert_error (feeds->fault, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
  g_assert_cmpstr (feeds->fault->message, ==, bad->fault->message);
  g_assert_nonnull (strstr (feeds->fault->message, "/etc/suture/feeds.d/bad.conf: "));
  g_assert_nonnull (strstr (feeds->fault->message, words));
  g_assert_null (suture_feed_config_find ("bad", &alone));
  g_assert_error (alone, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
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
    "[Feed]\nURL=https://example.org\nComponents=", "[Feed]\nURL=https://example.org\nComponents=;",
    "[Feed]\nURL=https://example.org\nComponents=a;;b", "[Feed]\nURL=https://example.org\nComponents=*",
    "[Feed]\nURL=https://example.org\nComponents=a*b", "[Feed]\nURL=https://example.org\nComponents=Openssl",
    "[Feed]\nURL=https://example.org\nComponents=../x", "[Feed]\nURL=https://example.org\nComponents=a,b",
  };
  g_autoptr (TestRepository) repository = test_repository_new ();

  test_paths_init ();
  put_feed (ADMIN, "good", "https://good.example", repository);
  put_root (ADMIN, "bad", repository);
  /* the vendor's is no way out: whoever wrote the other one meant to replace it */
  put_feed (VENDOR, "bad", "https://vendor.example", repository);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      put (ADMIN, "bad.conf", rows[i]);
      assert_left_out (rows[i], "");
    }
  test_paths_clear ();
}

static void
test_root (void)
{
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autofree char *path = NULL;

  test_paths_init ();
  path = g_build_filename (suture_path (ADMIN), "bad.root.json", NULL);
  put_feed (ADMIN, "good", "https://good.example", repository);
  put (ADMIN, "bad.conf", "[Feed]\nURL=https://example.org\n");
  put_root (VENDOR, "bad", repository); /* another folder's root is not this one's */
  assert_left_out ("no root", "there is no file bad.root.json (it comes from the publisher)");
  g_assert_cmpint (symlink ("good.root.json", path), ==, 0);
  assert_left_out ("a root that can't be read", "bad.root.json: Too many levels of symbolic links (it has to be a file");
  g_assert_cmpint (unlink (path), ==, 0);
  put (ADMIN, "bad.root.json", "<html>Not Found</html>");
  assert_left_out ("a page instead of a root", "bad.root.json: ");
  put (ADMIN, "bad.root.json", "{ \"signatures\": [], \"signed\": { \"_type\": \"root\" } }");
  assert_left_out ("an empty root", "bad.root.json: ");
  test_paths_clear ();
}

/* What stands in the administrator's folder is no vendor's feed, although nothing can be read of it. */
static void
test_no_file (void)
{
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autofree char *path = NULL;

  test_paths_init ();
  path = g_build_filename (suture_path (ADMIN), "bad.conf", NULL);
  put_feed (ADMIN, "good", "https://good.example", repository);
  put_feed (VENDOR, "bad", "https://vendor.example", repository);
  g_assert_cmpint (mkdir (path, 0755), ==, 0);
  assert_left_out ("a folder", "bad.conf is no regular file");
  g_assert_cmpint (rmdir (path), ==, 0);
  g_assert_cmpint (symlink ("nothing", path), ==, 0);
  assert_left_out ("a link to nothing", "(it has to be a file that everybody can read)");
  test_paths_clear ();
}

static void
test_bad_name (void)
{
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autoptr (SutureFeedConfigs) feeds = NULL;

  test_paths_init ();
  put_feed (ADMIN, "Upper", "https://example.org", repository);
  feeds = suture_feed_configs_load ();
  g_assert_cmpuint (feeds->usable->len, ==, 0);
  g_assert_error (feeds->fault, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (feeds->fault->message, "Upper.conf"));
  test_paths_clear ();
}

/* What an administrator switched off must not come on because nobody can see that they did. */
static void
test_unreadable_folder (void)
{
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autoptr (SutureFeedConfigs) feeds = NULL;
  g_autoptr (GError) alone = NULL;

  test_paths_init ();
  put_feed (VENDOR, "vendor", "https://vendor.example", repository);
  g_assert_cmpint (rmdir (suture_path (ADMIN)), ==, 0);
  g_assert_true (g_file_set_contents (suture_path (ADMIN), "no folder", -1, NULL));
  feeds = suture_feed_configs_load ();
  g_assert_cmpuint (feeds->usable->len, ==, 0);
  g_assert_error (feeds->fault, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
  g_assert_null (suture_feed_config_find ("vendor", &alone));
  g_assert_error (alone, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
  test_paths_clear ();
}

static void
test_components (void)
{
  const struct
  {
    const char *components; /* NULL: no such line */
    const char *named, *not_named;
  } rows[] = {
    { NULL, "", "openssl" },          { "openssl", "openssl", "openss openssl3" },
    { "openssl;", "openssl", "" },    { "openssl; expat ;", "openssl expat", "expat2" },
    { "libx*;b", "libx libx11 b", "lib xlibx b2" }, { "a*", "a a-b.c_d", "b" },
  };
  g_autoptr (TestRepository) repository = test_repository_new ();

  test_paths_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = rows[i].components != NULL ? g_strdup_printf ("Components=%s\n", rows[i].components)
                                                         : g_strdup ("");
      g_auto (GStrv) named = g_strsplit (rows[i].named, " ", -1);
      g_auto (GStrv) not_named = g_strsplit (rows[i].not_named, " ", -1);
      g_autoptr (SutureFeedConfig) feed = NULL;
      g_autoptr (GError) error = NULL;

      test_repository_configure (repository, "a", line);
      feed = suture_feed_config_find ("a", &error);
      g_assert_no_error (error);
      for (gsize j = 0; named[j] != NULL; j++)
        g_assert_true (suture_feed_config_names (feed, named[j]));
      for (gsize j = 0; not_named[j] != NULL; j++)
        g_assert_false (suture_feed_config_names (feed, not_named[j]));
    }
  test_paths_clear ();
}

/* Of several that are told of is the one that holds up others. */
static void
test_worst_fault (void)
{
  g_autoptr (SutureFeedConfigs) first = NULL;
  g_autoptr (SutureFeedConfigs) worst = NULL;

  test_paths_init ();
  put (ADMIN, "a.conf", "[Feed]\nURL=oops\nComponents=demo\n");
  put (ADMIN, "b.conf", "[Feed]\nURL=oops\nComponents=demo\n");
  first = suture_feed_configs_load ();
  g_assert_nonnull (strstr (first->fault->message, "/a.conf: "));
  g_assert_false (first->scope_is_lost);
  put (ADMIN, "b.conf", "[Feed]\nURL=oops\n");
  worst = suture_feed_configs_load ();
  g_assert_nonnull (strstr (worst->fault->message, "/b.conf: "));
  g_assert_true (worst->scope_is_lost);
  test_paths_clear ();
}

/* What is wrong with one feed gives away nothing of it: what it names stays its own, and where not even that can be read nothing
 * comes from feeds without a scope, which is said. @open: whether "good" may offer what "bad" does not name. */
static void
test_fault_keeps_the_scope (void)
{
  const struct
  {
    const char *bad;
    gboolean root; /* whether it has one */
    gboolean demo, open;
  } rows[] = {
    { "[Feed]\nURL=https://example.org\nComponents=demo\n", FALSE, FALSE, TRUE },
    { "[Feed]\nURL=oops\nComponents=de*\n", TRUE, FALSE, TRUE },
    { "[Feed]\nURL=https://example.org\nURI=x\nComponents=demo\n", TRUE, FALSE, TRUE },
    { "[Feed]\nURL=https://example.org\nComponents=demo\n[Other]\n", TRUE, FALSE, TRUE },
    { "[Feed]\nURL=https://example.org\n", FALSE, TRUE, TRUE }, /* it named none */
    { "[Feed]\nURL=https://example.org\ncomponents=demo\n", TRUE, FALSE, FALSE },
    { "[Feed]\nURL=https://example.org\nComponents=demo,x\n", TRUE, FALSE, FALSE },
    { "[Feed]\nURL=https://example.org\nComponents=\n", TRUE, FALSE, FALSE },
    { "[Feed\nURL=https://example.org\nComponents=demo\n", TRUE, FALSE, FALSE },
    { "\n", TRUE, FALSE, FALSE },
    { "", TRUE, TRUE, TRUE }, /* switched off */
  };
  g_autoptr (TestRepository) repository = test_repository_new ();

  test_paths_init ();
  test_repository_configure (repository, "good", "");
  test_repository_configure (repository, "named", "Components=other\n");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *root = g_build_filename (suture_path (ADMIN), "bad.root.json", NULL);
      g_autoptr (SutureFeedConfigs) feeds = NULL;

      g_test_message ("%s", rows[i].bad);
      (void) unlink (root);
      put (ADMIN, "bad.conf", rows[i].bad);
      if (rows[i].root)
        put_root (ADMIN, "bad", repository);
      feeds = suture_feed_configs_load ();
      g_assert_true (suture_feed_configs_may_offer (feeds, "good", "demo") == rows[i].demo);
      g_assert_true (suture_feed_configs_may_offer (feeds, "good", "else") == rows[i].open);
      g_assert_false (suture_feed_configs_may_offer (feeds, "bad", "demo"));
      g_assert_true (suture_feed_configs_may_offer (feeds, "named", "other"));
      g_assert_true (rows[i].open || strstr (feeds->fault->message, "nothing new comes from feeds without Components="));
    }
  test_paths_clear ();
}

/* The feed that this computer makes itself is called local, is of that kind, and says nothing else. */
static void
test_local (void)
{
  const char *bad[] = { "[Feed]\nURL=https://example.org\n", "[Feed]\nKind=local\nURL=https://example.org\n", "[Feed]\nKind=remote\n",
                        "[Feed]\nKind=\n", "[Feed]\nKind=Local\n", "[Feed]\nKind=local\nPath=/tmp\n" };
  g_autoptr (TestRepository) repository = test_repository_new ();
  g_autofree char *shown = NULL;
  g_autoptr (SutureFeedConfigs) feeds = NULL;
  const SutureFeedConfig *local;

  test_paths_init ();
  put_feed (ADMIN, "good", "https://example.org", repository);
  put_root (ADMIN, "local", repository);
  put (ADMIN, "local.conf", "[Feed]\nKind=local\n");
  feeds = suture_feed_configs_load ();
  g_assert_no_error (feeds->fault);
  g_assert_cmpuint (feeds->usable->len, ==, 2);
  local = g_ptr_array_index (feeds->usable, 1);
  shown = g_strconcat ("file://", suture_path (SUTURE_PATH_LOCAL_FEED), NULL);
  g_assert_true (local->local);
  g_assert_false (((const SutureFeedConfig *) g_ptr_array_index (feeds->usable, 0))->local);
  g_assert_cmpstr (local->url, ==, shown);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      put (ADMIN, "local.conf", bad[i]);
      g_assert_null (suture_feed_config_find ("local", &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
      g_test_message ("%s", error->message);
    }
  put (ADMIN, "local.conf", "");
  put_root (ADMIN, "bad", repository);
  put (ADMIN, "bad.conf", "[Feed]\nKind=local\n");
  assert_left_out ("another name", "only the feed that is called");
  test_paths_clear ();
}

/* Whose a component is with the local feed beside others: never that feed's where another names it. */
static void
test_local_gives_way (void)
{
  const struct
  {
    const char *local, *other; /* what stands in their files, besides kind and address */
    gboolean may, other_may;
  } rows[] = {
    { "", "", TRUE, TRUE },
    { "", "Components=openssl;\n", FALSE, TRUE },
    { "Components=openssl;\n", "", TRUE, FALSE },
    { "Components=openssl;\n", "Components=open*;\n", FALSE, TRUE },
    { "Components=expat;\n", "", FALSE, TRUE },
    { "", "Components=openssl;\nWrong=1\n", FALSE, FALSE },
    { "", "Wrong=1\n", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestRepository) repository = test_repository_new ();
      g_autoptr (SutureFeedConfigs) feeds = NULL;
      g_autofree char *local = g_strconcat ("[Feed]\nKind=local\n", rows[i].local, NULL);
      g_autofree char *other = g_strconcat ("[Feed]\nURL=https://example.org\n", rows[i].other, NULL);

      test_paths_init ();
      put_root (ADMIN, "local", repository);
      put_root (ADMIN, "other", repository);
      put (ADMIN, "local.conf", local);
      put (ADMIN, "other.conf", other);
      feeds = suture_feed_configs_load ();
      g_test_message ("row %zu", i);
      g_assert_true (suture_feed_configs_may_offer (feeds, "local", "openssl") == rows[i].may);
      g_assert_true (suture_feed_configs_may_offer (feeds, "other", "openssl") == rows[i].other_may);
      test_paths_clear ();
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/none", test_none);
  g_test_add_func ("/config/merge", test_merge);
  g_test_add_func ("/config/refused", test_refused);
  g_test_add_func ("/config/root", test_root);
  g_test_add_func ("/config/no-file", test_no_file);
  g_test_add_func ("/config/bad-name", test_bad_name);
  g_test_add_func ("/config/unreadable-folder", test_unreadable_folder);
  g_test_add_func ("/config/components", test_components);
  g_test_add_func ("/config/fault-keeps-the-scope", test_fault_keeps_the_scope);
  g_test_add_func ("/config/local", test_local);
  g_test_add_func ("/config/local-gives-way", test_local_gives_way);
  g_test_add_func ("/config/worst-fault", test_worst_fault);
  return g_test_run ();
}
