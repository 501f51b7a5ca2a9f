/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/scan.h"
#include "test-paths.h"

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

  test_paths_init ();
  found = suture_scan_run (none, 60);
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_TIME_SPAN_SECOND);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scan/paths", test_paths);
  g_test_add_func ("/scan/empty", test_empty);
  return g_test_run ();
}
