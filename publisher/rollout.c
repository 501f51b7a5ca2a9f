/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "feed/rollout.h"
#include "session.h"
#include "stage.h"

/* Sets or takes away "rollout" of @custom: @hours from @start on, spread over all machines; nothing to wait for is no rollout. */
static void
set_rollout (JsonObject *custom, gint64 start, int hours)
{
  JsonObject *rollout;

  if (hours == 0 && start <= g_get_real_time () / G_USEC_PER_SEC)
    {
      if (json_object_has_member (custom, "rollout"))
        json_object_remove_member (custom, "rollout");
      return;
    }
  rollout = json_object_new ();
  suture_repository_set_time (rollout, "start", start);
  json_object_set_int_member (rollout, "hours", hours);
  json_object_set_object_member (custom, "rollout", rollout);
}

static void
tell (SutureReport *report, const char *name, gint64 start, int hours, gboolean waiting)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (start);
  g_autofree char *text = g_date_time_format (time, "%F %R UTC");

  suture_report_say (report, "%s: %sto everyone within %d hours from %s on", name, waiting ? "when it is signed, " : "", hours,
                     text);
  if (!waiting)
    suture_report_list (report, "rollout", name);
}

/* One that is staged gets it when it is published, so that nobody gets it before. */
static gboolean
change_staged (SutureSession *session, const char *wanted, gint64 start, int hours, GError **error)
{
  char *names[] = { (char *) wanted, NULL };
  g_autoptr (GPtrArray) stages = suture_stage_open_all (session->depot, "staging", names, error);

  for (guint i = 0; stages != NULL && i < stages->len; i++)
    {
      SutureStage *stage = g_ptr_array_index (stages, i);
      g_autoptr (JsonObject) custom = suture_draft_copy (stage->custom);

      set_rollout (custom, start, hours);
      if (!suture_stage_set_custom (stage, custom, error))
        return FALSE;
      tell (session->report, stage->name, start, hours, FALSE);
    }
  return stages != NULL;
}

static gboolean
change (SutureSession *session, const char *wanted, gint64 start, int hours, GError **error)
{
  g_autoptr (GPtrArray) names = suture_draft_find (session->draft, wanted, NULL);

  if (names == NULL)
    return change_staged (session, wanted, start, hours, error);
  for (guint i = 0; i < names->len; i++)
    set_rollout (suture_draft_custom (session->draft, g_ptr_array_index (names, i)), start, hours);
  if (!suture_session_publish (session, NULL, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    tell (session->report, g_ptr_array_index (names, i), start, hours, session->waiting);
  return TRUE;
}

/* Seconds since the epoch; without a zone it is UTC. */
static gboolean
read_start (const char *text, gint64 *start, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);

  if (time == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--start has to be like 2026-11-25T12:00:00Z");
      return FALSE;
    }
  *start = g_date_time_to_unix (time);
  return TRUE;
}

gboolean
suture_command_rollout (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  g_autofree char *from = NULL;
  gint64 start = g_get_real_time () / G_USEC_PER_SEC;
  int hours = -1;
  const GOptionEntry entries[] = {
    { "hours", 0, 0, G_OPTION_ARG_INT, &hours, "Hours until everyone has had a turn (0: everyone at once)", "N" },
    { "start", 0, 0, G_OPTION_ARG_STRING, &from, "When the first machines may install it (now)", "TIME" },
    SUTURE_SESSION_ENTRIES (options),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER ID",
    .summary = "Spreads an improvement over time: each machine's turn follows from a hash that it\n"
               "computes itself. One that is staged gets it when it is published.",
    .min = 2,
    .max = 2,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (hours < 0 || hours > SUTURE_ROLLOUT_HOURS_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--hours is needed, from 0 to %d", SUTURE_ROLLOUT_HOURS_MAX);
      return FALSE;
    }
  return (from == NULL || read_start (from, &start, error))
         && suture_session_open (&session, report, argv[1], &options, TRUE, error)
         && change (&session, argv[2], start, hours, error);
}
