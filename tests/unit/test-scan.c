/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/scan.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-manifest.h"
#include "test-paths.h"
#include "test-tree.h"

#define OLD "/elsewhere/x86/libdemo.so"

static void
test_paths (void)
{
  const char *path = "/usr/lib/x86_64-linux-gnu/libssl.so.3";
  const char *yes[] = { "/usr/lib/x86_64-linux-gnu/libssl.so.3",           /* merged or not */
                        "/lib/x86_64-linux-gnu/libssl.so.3",               /* an overlay on /usr was lifted off */
                        "/x86_64-linux-gnu/libssl.so.3",                   /* an overlay on /usr/lib was lifted off */
                        "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)", /* renamed over by dpkg */
                        "/run/suture/base/lib/x86_64-linux-gnu/libssl.so.3" };
  const char *no[] = { "/libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.30", "/usr/lib/x86_64-linux-gnu/xlibssl.so.3",
                       "/usr/lib/i386-linux-gnu/libssl.so.3", "libssl.so.3", "", " (deleted)" };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    g_assert_true (suture_scan_path_matches (yes[i], path));
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (suture_scan_path_matches (no[i], path));
  g_assert_true (suture_scan_path_matches ("/nginx", "/usr/sbin/nginx"));
  g_assert_false (suture_scan_path_matches ("/mynginx", "/usr/sbin/nginx"));
}

/* Nothing to look for is nothing found, and takes no time. */
static void
test_empty (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GPtrArray) found = NULL;
  gboolean whole = FALSE;

  test_paths_init ();
  found = suture_scan_run (none, 60, &whole);
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_true (whole);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_TIME_SPAN_SECOND);
  test_paths_clear ();
}

/* A program named @name whose root folder is the test's, and which maps the file OLD there. */
static pid_t
start_program (const char *top, const char *name)
{
  g_autofree char *path = g_strconcat (top, OLD, NULL);
  int ready[2];
  char byte;
  pid_t pid;

  g_assert_no_errno (pipe (ready));
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      int fd = open (path, O_RDONLY);

      if (mmap (NULL, 3, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED || prctl (PR_SET_NAME, name) < 0
          || chroot (top) < 0 || write (ready[1], "", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_no_errno (close (ready[1]));
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  g_assert_no_errno (close (ready[0]));
  return pid;
}

static GPtrArray *
scan_for (const char *top, const char *name)
{
  const char *const olds[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/x86/libdemo.so", "new", olds, 1);
  g_autoptr (GBytes) json = test_manifest_json (&(TestManifest){ .files = file });
  g_autoptr (SutureManifest) manifest = suture_manifest_parse (json, NULL);
  g_autoptr (GPtrArray) improvements = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_scanned_free);
  pid_t pid = start_program (top, name);
  gboolean whole = FALSE;
  GPtrArray *found;

  g_assert_nonnull (manifest);
  g_ptr_array_add (improvements, suture_scanned_new (manifest, TRUE));
  found = suture_scan_run (improvements, 60, &whole);
  g_assert_true (whole);
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  return found;
}

/* Anybody may name a program as they like, and a file, too. */
static void
test_hostile (void)
{
  const char *top = test_paths_init ();
  g_autofree char *path = g_strconcat (top, OLD, NULL);
  g_autoptr (GPtrArray) found = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can look into other programs");
      test_paths_clear ();
      return;
    }
  g_assert_no_errno (chmod (top, 0755));
  test_tree_write (top, "/usr/lib/x86/libdemo.so", "new", 0644);
  test_tree_write (top, OLD, "old", 0644);
  found = scan_for (top, "bad\xff\n\x1b[1m");
  g_assert_cmpuint (found->len, ==, 1);
  for (guint i = 0; i < found->len; i++)
    {
      const char *name = ((SutureStale *) found->pdata[i])->name;

      g_assert_true (g_utf8_validate (name, -1, NULL));
      g_assert_null (strpbrk (name, "\n\x1b"));
    }
  g_ptr_array_unref (g_steal_pointer (&found));

  g_assert_no_errno (chown (path, 65534, 65534));
  found = scan_for (top, "owner");
  g_assert_cmpuint (found->len, ==, 0);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scan/paths", test_paths);
  g_test_add_func ("/scan/empty", test_empty);
  g_test_add_func ("/scan/hostile", test_hostile);
  return g_test_run ();
}
