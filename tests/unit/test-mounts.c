/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/mounts.h"

static void
test_is_root (void)
{
  g_assert_true (suture_mounts_is_root ("/proc"));
  g_assert_false (suture_mounts_is_root ("/proc/self"));
  g_assert_false (suture_mounts_is_root ("/nonexistent/at/all"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mounts/is-root", test_is_root);
  return g_test_run ();
}
