/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/set-up.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "local/place.h"
#include "test-paths.h"
#include "tree.h"

static char *
read_root (void)
{
  g_autofree char *feed = suture_place_feed ();
  g_autofree char *path = g_build_filename (feed, "repository", "metadata", "1.root.json", NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
set_up (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (suture_set_up_run (&error));
  g_assert_no_error (error);
}

static void
trust (const char *root)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), "local.root.json", NULL);

  g_assert_true (g_file_set_contents (path, root, -1, NULL));
}

/* What is whole stays as it is; of what is not all is made anew. */
static void
test_made (void)
{
  static const char *const lost[] = { "keys", "keys/root.pem", "keys/timestamp.pem", "repository/metadata/1.root.json",
                                      "repository/metadata/timestamp.json", "." };

  g_test_summary ("a feed that lacks a key or its first root is made anew, and no other is");
  test_paths_init ();
  set_up ();
  for (gsize i = 0; i < G_N_ELEMENTS (lost); i++)
    {
      g_autofree char *feed = suture_place_feed ();
      g_autofree char *path = g_build_filename (feed, lost[i], NULL);
      g_autofree char *before = read_root ();
      g_autofree char *same = NULL;
      g_autofree char *after = NULL;

      set_up ();
      same = read_root ();
      g_assert_cmpstr (before, ==, same);
      suture_tree_remove (g_str_equal (lost[i], ".") ? feed : path);
      set_up ();
      after = read_root ();
      g_assert_cmpstr (before, !=, after);
    }
  test_paths_clear ();
}

static void
test_trusted (void)
{
  g_autofree char *root = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("a root that trusts other keys than these is told of");
  test_paths_init ();
  set_up ();
  root = read_root ();
  g_assert_true (suture_set_up_is_trusted (&error));
  trust (root);
  g_assert_true (suture_set_up_is_trusted (&error));
  trust ("{}");
  g_assert_false (suture_set_up_is_trusted (&error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/set-up/made", test_made);
  g_test_add_func ("/set-up/trusted", test_trusted);
  return g_test_run ();
}
