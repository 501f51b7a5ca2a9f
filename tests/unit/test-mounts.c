/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/mounts.h"

static void
test_unescape (void)
{
  const char *const rows[][2] = { { "/usr/lib", "/usr/lib" },       { "/a\\040b", "/a b" }, { "\\134", "\\" },
                                  { "/tab\\011x\\012", "/tab\tx\n" }, { "\\04", "\\04" },   { "\\", "\\" },
                                  { "\\999", "\\999" },             { "", "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *plain = suture_mounts_unescape (rows[i][0]);

      g_assert_cmpstr (plain, ==, rows[i][1]);
    }
}

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
  g_test_add_func ("/mounts/unescape", test_unescape);
  g_test_add_func ("/mounts/is-root", test_is_root);
  return g_test_run ();
}
