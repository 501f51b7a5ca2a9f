/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/clock.h"

#define DAY (24 * 60 * 60)

static gint64 computer; /* seconds: what this computer's clock says */

/* Takes the place of GLib's, for this program. */
gint64
g_get_real_time (void)
{
  return computer * G_USEC_PER_SEC;
}

static void
test_S41_floor (void)
{
  gint64 release = suture_clock_release ();
  const gint64 before[] = { 0, -DAY, 1, release - DAY, release - 1 };
  const gint64 after[] = { release, release + 1, release + DAY, release + 10 * 365 * G_GINT64_CONSTANT (86400) };

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    {
      computer = before[i];
      g_assert_cmpint (suture_clock_now (), ==, release);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (after); i++)
    {
      computer = after[i];
      g_assert_cmpint (suture_clock_now (), ==, after[i]);
    }
  /* a clock in the future leaves nothing behind */
  computer = 0;
  g_assert_cmpint (suture_clock_now (), ==, release);
}

/* It is the day of the newest release in the metainfo file. */
static void
test_release (void)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "..", "..", "data",
                                                 "org.suture.PrivacySecurity.metainfo.xml.in", NULL);
  g_autoptr (GDateTime) day = g_date_time_new_from_unix_utc (suture_clock_release ());
  g_autofree char *written = g_date_time_format (day, "date=\"%Y-%m-%d\"");
  g_autofree char *text = NULL;
  const char *first;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  first = strstr (text, "<release ");
  g_assert_nonnull (first);
  first = strstr (first, "date=");
  g_assert_nonnull (first);
  g_assert_true (g_str_has_prefix (first, written));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/S41/floor", test_S41_floor);
  g_test_add_func ("/clock/release", test_release);
  return g_test_run ();
}
