/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/clock.h"

gint64
suture_clock_release (void)
{
  g_autoptr (GDateTime) day = g_date_time_new_from_iso8601 (SUTURE_RELEASE_DATE "T00:00:00Z", NULL);

  return g_date_time_to_unix (day);
}

gint64
suture_clock_now (void)
{
  return MAX (g_get_real_time () / G_USEC_PER_SEC, suture_clock_release ());
}
