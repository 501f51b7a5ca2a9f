/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/schedule.h"

gboolean
suture_schedule_check_is_due (gint64 checked, gboolean failed, gboolean exposed, gint64 now)
{
  gint64 interval = exposed ? SUTURE_SCHEDULE_EXPOSED : SUTURE_SCHEDULE_CHECK;

  /* a clock that was set back does not put it off */
  return failed || checked <= 0 || checked > now || now - checked >= interval - SUTURE_SCHEDULE_SLACK;
}

gboolean
suture_schedule_is_exposed (const SutureFacts *facts)
{
  static const char *const open[] = { "available", "conflict", "inactive", NULL };

  for (guint i = 0; i < facts->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (facts->improvements, i);
      const SutureManifest *manifest = improvement->known != NULL ? improvement->known->manifest : NULL;

      if (manifest != NULL && g_str_equal (manifest->kind, "security") && g_strv_contains (open, improvement->state)
          && (manifest->exploited || g_str_equal (manifest->severity, "critical")))
        return TRUE;
    }
  return FALSE;
}
