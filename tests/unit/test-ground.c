/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/ground.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "local/contents.h"
#include "test-paths.h"
#include "test-tree.h"

/* What copying says, "" or "WHY DETAIL", where dpkg knows @installed and the fixed package has what @listing tells (as dpkg-deb does). */
static char *
copy (const char *const *installed, const char *listing, const char *ground)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autoptr (SutureObstacle) obstacle = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = suture_contents_parse (listing, &error);

  g_assert_no_error (error);
  for (gsize i = 0; installed[i] != NULL; i++)
    g_ptr_array_add (files, (gpointer) installed[i]);
  g_assert_true (suture_ground_copy (files, entries, ground, &obstacle, &error));
  g_assert_no_error (error);
  return obstacle == NULL ? g_strdup ("") : g_strdup_printf ("%s %s", obstacle->why, obstacle->detail);
}

#define LINE(kind, rights, owner, path) kind rights " " owner " 1 2026-11-30 00:42 ." path "\n"

static void
test_odd (void)
{
  static const struct
  {
    const char *listing, *answer;
  } cases[] = {
    { LINE ("-", "rwxr-xr-x", "root/root", "/usr/bin/new"), "" },
    { LINE ("h", "rwxr-xr-x", "root/root", "/usr/bin/b link to ./usr/bin/a"), "" },
    { LINE ("-", "rwxr-xr-x", "daemon/root", "/bin/new"), "rights /usr/bin/new" },
    /* what can't be unpacked without root's rights, and no image may hold: no need to try it with every check */
    { LINE ("c", "rw-r--r--", "root/root", "/usr/bin/dev"), "files /usr/bin/dev" },
    { LINE ("p", "rw-r--r--", "root/root", "/lib/fifo"), "files /usr/lib/fifo" },
    { LINE ("-", "rwxr-xr-x", "root/root", "/usr/linked/x"), "modified /usr/linked/x" },
  };
  const char *const none[] = { NULL };
  const char *base;

  test_paths_init ();
  base = suture_path (SUTURE_PATH_BASE);
  g_assert_no_errno (g_mkdir_with_parents (base, 0755));
  test_tree_write (base, "/bin/a", "a", 0755);
  test_tree_link (base, "/linked", "bin");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *ground = test_tree_new ();
      g_autofree char *said = copy (none, cases[i].listing, ground);

      g_assert_cmpstr (said, ==, cases[i].answer);
      test_tree_remove (ground);
    }
  test_paths_clear ();
}

/* Bytes, rights and links as they lie there, by the names of a merged /usr; nothing outside /usr, and nothing that is not there. */
static void
test_copy (void)
{
  const char *const installed[] = { "/bin/tool", "/usr/bin/tool-link", "/usr/bin/gone", "/etc/passwd", "/usr/share/doc/x", NULL };
  g_autofree char *ground = test_tree_new ();
  g_autofree char *tool = g_build_filename (ground, "usr/bin/tool", NULL);
  g_autofree char *link = g_build_filename (ground, "usr/bin/tool-link", NULL);
  g_autofree char *gone = g_build_filename (ground, "usr/bin/gone", NULL);
  g_autofree char *etc = g_build_filename (ground, "etc", NULL);
  g_autofree char *said = NULL, *text = NULL, *target = NULL;
  const char *base;
  struct stat status;

  test_paths_init ();
  base = suture_path (SUTURE_PATH_BASE);
  g_assert_no_errno (g_mkdir_with_parents (base, 0755));
  test_tree_write (base, "/bin/tool", "tool", 04755);
  test_tree_link (base, "/bin/tool-link", "/etc/passwd");
  said = copy (installed, "", ground);
  g_assert_cmpstr (said, ==, "");
  g_assert_true (g_file_get_contents (tool, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "tool");
  g_assert_no_errno (g_lstat (tool, &status));
  g_assert_cmpuint (status.st_mode & 07777, ==, 04755);
  target = g_file_read_link (link, NULL);
  g_assert_cmpstr (target, ==, "/etc/passwd");
  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS) || g_file_test (etc, G_FILE_TEST_EXISTS));
  test_tree_remove (ground);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_tree_be_root ();
  g_test_add_func ("/ground/odd", test_odd);
  g_test_add_func ("/ground/copy", test_copy);
  return g_test_run ();
}
