/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/outcome.h"

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "test-tree.h"

/* The member "error" of what is written at the end @end. */
static char *
name_of (const GError *end)
{
  g_autofree char *top = test_tree_new ();
  g_autofree char *path = g_build_filename (top, "report.json", NULL);
  g_autoptr (SutureOutcome) outcome = suture_outcome_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  char *name;

  g_assert_true (suture_outcome_write (outcome, path, TRUE, end, 1, &error));
  g_assert_no_error (error);
  g_assert_true (json_parser_load_from_file (parser, path, &error));
  name = g_strdup (json_object_get_string_member (json_node_get_object (json_parser_get_root (parser)), "error"));
  test_tree_remove (top);
  return name;
}

static void
test_error (void)
{
  g_autoptr (GError) ours = g_error_new_literal (SUTURE_ERROR, SUTURE_ERROR_HASH, "no");
  /* a number that is one of ours, too */
  g_autoptr (GError) other = g_error_new_literal (G_FILE_ERROR, (int) SUTURE_ERROR_SIGNATURE, "no");
  g_autofree char *well = name_of (NULL);
  g_autofree char *hash = name_of (ours);
  g_autofree char *failed = name_of (other);

  g_assert_cmpstr (well, ==, "");
  g_assert_cmpstr (hash, ==, "Hash");
  g_assert_cmpstr (failed, ==, "Failed");
}

/* Of a check that ended before it looked, what the one before has said stays. */
static void
test_begun (void)
{
  g_autofree char *top = test_tree_new ();
  g_autofree char *path = g_build_filename (top, "report.json", NULL);
  g_autoptr (SutureOutcome) outcome = suture_outcome_new ();
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (path, "{ \"left\": [ { \"component\": \"demo\" } ] }", -1, NULL));
  g_assert_true (suture_outcome_write (outcome, path, FALSE, NULL, 1, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "demo"));
  g_clear_pointer (&text, g_free);
  g_assert_true (suture_outcome_write (outcome, path, TRUE, NULL, 1, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (strstr (text, "demo"));
  test_tree_remove (top);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outcome/error", test_error);
  g_test_add_func ("/outcome/begun", test_begun);
  return g_test_run ();
}
