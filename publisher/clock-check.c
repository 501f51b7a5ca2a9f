/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clock-check.h"

#include "base/clock.h"
#include "base/error.h"
#include "edition.h"

#define DAY (24 * 60 * 60)
#define SLACK (5 * 60)     /* seconds between the clocks of two computers that publish in turn */
#define AWAY (60 * DAY)    /* after the end of the timestamp: who publishes is not away for longer */

static char *
to_text (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return time != NULL ? g_date_time_format (time, "%F %R UTC") : g_strdup ("another age");
}

gboolean
suture_clock_check_now (SutureRepository *repository, gint64 now, GError **error)
{
  const SutureMetadata *timestamp = suture_repository_latest (repository, "timestamp");
  g_autofree char *clock = to_text (now);
  g_autofree char *other = NULL;
  gint64 issued;

  if (now < suture_clock_release ())
    {
      other = to_text (suture_clock_release ());
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "the clock says %s, before this release (%s): set the clock",
                   clock, other);
      return FALSE;
    }
  if (timestamp == NULL)
    return TRUE;
  /* older ones don't say it: then as late as their end allows */
  issued = timestamp->issued > 0 ? timestamp->issued : timestamp->expires - (gint64) SUTURE_EDITION_DAYS_MAX * DAY;
  if (now < issued - SLACK)
    {
      other = to_text (issued);
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
                   "the clock says %s, but there is a timestamp that was issued at %s: set the clock (or, if that one was "
                   "wrong, replace the timestamp's key with \"suture-publish key rotate\" and --any-clock)",
                   clock, other);
      return FALSE;
    }
  if (now <= timestamp->expires + AWAY)
    return TRUE;
  other = to_text (timestamp->expires);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
               "the clock says %s, and what was published last ended at %s: set the clock, or say --any-clock if it is "
               "right and nothing was published for so long",
               clock, other);
  return FALSE;
}
