/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "test-paths.h"

static char *
place (const char *name)
{
  return g_build_filename (suture_path (SUTURE_PATH_LOCAL_FEED), name, NULL);
}

/* How reading @name ends: a SutureError, or -1. */
static int
read_one (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = suture_folder_read (name, 100, &error);

  g_assert_cmpint (bytes == NULL, ==, error != NULL);
  g_test_message ("%s: %s", name, error != NULL ? error->message : "there");
  return error != NULL ? error->code : -1;
}

static void
test_read (void)
{
  g_autofree char *good = NULL, *link = NULL, *pipe = NULL, *folder = NULL, *long_one = NULL, *linked = NULL, *outside = NULL;

  test_paths_init ();
  g_assert_cmpint (read_one ("metadata/a"), ==, SUTURE_ERROR_NOT_FOUND);
  folder = place ("metadata");
  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  good = place ("metadata/good");
  link = place ("metadata/link");
  pipe = place ("metadata/pipe");
  long_one = place ("metadata/long");
  linked = place ("linked");
  outside = g_build_filename (suture_path (SUTURE_PATH_STATE), "secret", NULL);
  g_assert_true (g_file_set_contents (good, "good", -1, NULL));
  g_assert_true (g_file_set_contents (outside, "secret", -1, NULL));
  g_assert_true (g_file_set_contents (long_one, "x", -1, NULL));
  g_assert_no_errno (truncate (long_one, 101));
  g_assert_no_errno (symlink ("good", link));
  g_assert_no_errno (symlink (folder, linked));
  g_assert_no_errno (mkfifo (pipe, 0644));
  g_assert_cmpint (read_one ("metadata/good"), ==, -1);
  g_assert_cmpint (read_one ("metadata/missing"), ==, SUTURE_ERROR_NOT_FOUND);
  g_assert_cmpint (read_one ("metadata/good/below"), ==, SUTURE_ERROR_NOT_FOUND);
  g_assert_cmpint (read_one ("metadata/link"), ==, SUTURE_ERROR_MALFORMED);
  g_assert_cmpint (read_one ("metadata/pipe"), ==, SUTURE_ERROR_MALFORMED);
  g_assert_cmpint (read_one ("metadata/long"), ==, SUTURE_ERROR_MALFORMED);
  g_assert_cmpint (read_one ("metadata"), ==, SUTURE_ERROR_MALFORMED);
  g_assert_cmpint (read_one ("linked/good"), ==, SUTURE_ERROR_MALFORMED);
  g_assert_cmpint (read_one ("../../../state/secret"), ==, SUTURE_ERROR_MALFORMED);
  test_paths_clear ();
}

/* Its owner can hold a lease on a file of his: then it is not there now, and nobody waits for him. */
static void
test_lease (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_auto (SutureFd) fd = -1;
  gint64 began = g_get_monotonic_time ();

  test_paths_init ();
  folder = place ("metadata");
  path = place ("metadata/leased");
  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  g_assert_true (g_file_set_contents (path, "x", -1, NULL));
  fd = open (path, O_RDWR | O_CLOEXEC);
  signal (SIGIO, SIG_IGN);
  if (fcntl (fd, F_SETLEASE, F_WRLCK) < 0)
    g_test_skip ("this file system has no leases");
  else
    g_assert_cmpint (read_one ("metadata/leased"), ==, SUTURE_ERROR_FAILED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_TIME_SPAN_SECOND);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder/read", test_read);
  g_test_add_func ("/folder/lease", test_lease);
  return g_test_run ();
}
