/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/hours.h"

#include "base/error.h"

static gint64
at (const char *local)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (local, zone);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time);
}

/* 2026-06-01 is a Monday. The clock in Berlin goes forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00. */
static const struct
{
  const char *hours, *now;
  gboolean inside;
  const char *next;
} rows[] = {
  { "02:00-05:00", "2026-06-01T02:00:00", TRUE, "2026-06-02T02:00:00" },
  { "02:00-05:00", "2026-06-01T04:59:59", TRUE, "2026-06-02T02:00:00" },
  { "02:00-05:00", "2026-06-01T05:00:00", FALSE, "2026-06-02T02:00:00" },
  { "02:00-05:00", "2026-06-01T01:59:59", FALSE, "2026-06-01T02:00:00" },
  { "Mon..Fri 02:00-05:00; Sat,Sun 00:00-24:00", "2026-06-05T12:00:00", FALSE, "2026-06-06T00:00:00" },
  { "Mon..Fri 02:00-05:00; Sat,Sun 00:00-24:00", "2026-06-06T12:00:00", TRUE, "2026-06-07T00:00:00" },
  { "Mon..Fri 02:00-05:00; Sat,Sun 00:00-24:00", "2026-06-07T23:59:59", TRUE, "2026-06-08T02:00:00" },
  { "Fri 22:00-04:00", "2026-06-06T03:59:59", TRUE, "2026-06-12T22:00:00" },
  { "Fri 22:00-04:00", "2026-06-06T04:00:00", FALSE, "2026-06-12T22:00:00" },
  { "Fri 22:00-04:00", "2026-06-05T03:00:00", FALSE, "2026-06-05T22:00:00" },
  { "Sat..Mon 10:00-11:00", "2026-06-01T10:30:00", TRUE, "2026-06-06T10:00:00" },
  { "Sat..Mon 10:00-11:00", "2026-06-02T10:30:00", FALSE, "2026-06-06T10:00:00" },
  { "mon 10:00-11:00;", "2026-06-01T12:00:00", FALSE, "2026-06-08T10:00:00" },
  { " Tue , Thu 10:00-11:00 ", NULL, FALSE, NULL },
  /* what begins in the hour that there is not begins behind it; a day with an hour twice ends at its end */
  { "02:30-05:00", "2026-03-29T01:59:59", FALSE, "2026-03-29T03:00:00" },
  { "02:30-05:00", "2026-03-29T04:00:00", TRUE, "2026-03-30T02:30:00" },
  { "00:00-24:00", "2026-10-25T23:59:59", TRUE, "2026-10-26T00:00:00" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureHours) hours = suture_hours_parse (rows[i].hours, &error);

      g_test_message ("%s at %s", rows[i].hours, rows[i].now);
      if (rows[i].now == NULL)
        {
          g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (suture_hours_contain (hours, at (rows[i].now)), ==, rows[i].inside);
      g_assert_cmpint (suture_hours_next (hours, at (rows[i].now)), ==, at (rows[i].next));
    }
}

static void
test_refused (void)
{
  const char *const wrong[] = { "", ";", "02:00", "02:00-02:00", "2:00-5:00", "02:00-25:00", "24:00-02:00", "02:60-03:00", "Foo 02:00-05:00",
                                "Mon.. 02:00-05:00", "Mon,, 02:00-05:00", "Mon02:00-05:00", "02:00-05:00 Mon", "02:00-24:01", "-", "Mon" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureHours) hours = suture_hours_parse (wrong[i], &error);

      g_test_message ("“%s”", wrong[i]);
      g_assert_null (hours);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", TRUE); /* Berlin, on machines without a list of places too */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hours/rows", test_rows);
  g_test_add_func ("/hours/refused", test_refused);
  return g_test_run ();
}
