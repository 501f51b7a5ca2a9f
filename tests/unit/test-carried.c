/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/carried.h"

#include <glib.h>

static void
test_unescape (void)
{
  const char *const rows[][2] = { { "/usr/lib", "/usr/lib" },       { "/a\\040b", "/a b" }, { "\\134", "\\" },
                                  { "/tab\\011x\\012", "/tab\tx\n" }, { "\\04", "\\04" },   { "\\", "\\" },
                                  { "\\999", "\\999" },             { "", "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *field = g_strdup (rows[i][0]);

      suture_carried_unescape (field);
      g_assert_cmpstr (field, ==, rows[i][1]);
    }
}

/* Where nothing is mounted there is nothing to be carried, or lost. */
static void
test_nothing (void)
{
  SutureCarried *carried = suture_carried_collect ("/nonexistent");

  g_assert_nonnull (carried);
  g_assert_null (suture_carried_restore (carried));
  suture_carried_free (carried);
  g_assert_null (suture_carried_restore (NULL));
  suture_carried_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/carried/unescape", test_unescape);
  g_test_add_func ("/carried/nothing", test_nothing);
  return g_test_run ();
}
