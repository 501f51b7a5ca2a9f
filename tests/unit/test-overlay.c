/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/overlay.h"

#include "base/error.h"

/* The longest names that an id allows, as many as fit into one page of mount options, and one more. */
static void
test_fits (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  guint most = 0;

  g_ptr_array_add (names, NULL);
  g_assert_true (suture_overlay_fits ((const char *const *) names->pdata, &error));
  while (suture_overlay_fits ((const char *const *) names->pdata, &error))
    {
      g_ptr_array_insert (names, 0, g_strdup_printf ("suture-%064u", most));
      most++;
      g_assert_cmpuint (most, <, 100);
    }
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE);
  g_assert_cmpuint (most, >, 25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/fits", test_fits);
  return g_test_run ();
}
