/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "pipeline.h"
#include "rights.h"

#define HOURS_MAX 168
#define SECONDS_PER_HOUR (60 * 60)

static gboolean
run_once (SutureReport *report, const char *path, const char *config, GError **error)
{
  g_autoptr (SutureDepot) depot = suture_depot_open (path, error);
  g_autofree char *usual = depot != NULL ? suture_depot_path (depot, "follow.conf", NULL) : NULL;
  g_autoptr (SuturePipeline) pipeline
      = depot != NULL ? suture_pipeline_load (config != NULL ? config : usual, error) : NULL;

  return pipeline != NULL && suture_pipeline_run (pipeline, depot, report, error);
}

/* Until it is killed, which is safe at any time. The folder is free for others in between. */
static void
run_forever (SutureReport *report, const char *path, const char *config, guint hours)
{
  for (;;)
    {
      g_autoptr (GError) why = NULL;

      if (!run_once (report, path, config, &why))
        suture_report_warn (report, "%s; the next try is in %u hours", why->message, hours);
      suture_report_end_round (report, why);
      g_usleep ((gulong) hours * SECONDS_PER_HOUR * G_USEC_PER_SEC);
    }
}

gboolean
suture_command_follow (SutureReport *report, int argc, char **argv, GError **error)
{
  g_autofree char *config = NULL;
  gboolean once = FALSE;
  int hours = 1;
  const GOptionEntry entries[] = {
    { "once", 0, 0, G_OPTION_ARG_NONE, &once, "Look once, for timers", NULL },
    { "hours", 0, 0, G_OPTION_ARG_INT, &hours, "Look again after N hours (1)", "N" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "What to follow (FOLDER/follow.conf)", "FILE" },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER",
    .summary = "Watches an archive and stages improvements by itself when it has fixes. They go out\n"
               "when a person has looked at them and signed: suture-publish approve.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (hours < 1 || hours > HOURS_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--hours can be 1 to %d", HOURS_MAX);
      return FALSE;
    }
  if (!suture_rights_be_root (error))
    return FALSE;
  if (!once)
    run_forever (report, argv[1], config, (guint) hours);
  return run_once (report, argv[1], config, error);
}
