/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/conditions.h"

/* NMMetered: 0 unknown, 1 yes, 2 no, 3 guessed yes, 4 guessed no. */
static void
test_metered (void)
{
  const gboolean metered[] = { FALSE, TRUE, FALSE, TRUE, FALSE, FALSE };

  for (guint value = 0; value < G_N_ELEMENTS (metered); value++)
    g_assert_cmpint (suture_conditions_is_metered (value), ==, metered[value]);
}

/* UpDeviceState: 0 unknown, 1 charging, 2 discharging, 3 empty, 4 fully charged, 5 pending charge, 6 pending discharge. */
static void
test_battery (void)
{
  static const struct
  {
    gboolean on_battery, present;
    guint state;
    double percentage;
    int low;
  } rows[] = {
    { TRUE, TRUE, 2, 19.9, 19 },  { TRUE, TRUE, 2, 20, -1 },    { TRUE, TRUE, 2, 0, 0 },     { TRUE, TRUE, 3, 0, 0 },
    { TRUE, TRUE, 6, 5, 5 },      { TRUE, TRUE, 0, 5, 5 },      { TRUE, TRUE, 1, 5, -1 },    { TRUE, TRUE, 4, 5, -1 },
    { TRUE, TRUE, 5, 5, -1 },     { FALSE, TRUE, 2, 5, -1 },    { FALSE, TRUE, 1, 5, -1 },   { TRUE, FALSE, 2, 0, -1 },
    { FALSE, FALSE, 0, 0, -1 },   { TRUE, TRUE, 2, 100, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (suture_conditions_get_low_battery (rows[i].on_battery, rows[i].present, rows[i].state, rows[i].percentage), ==,
                     rows[i].low);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conditions/metered", test_metered);
  g_test_add_func ("/conditions/battery", test_battery);
  return g_test_run ();
}
