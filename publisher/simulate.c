/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/digest.h"
#include "base/error.h"
#include "repository.h"
#include "simulation.h"
#include "stage.h"

#define DAYS_MAX 60 /* twice the longest rollout */

typedef struct
{
  char *fleet; /* (owned) */
  int hours;   /* of the rollout; -1: as it is published */
  int at, days, seed;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->fleet);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The one improvement that @wanted means, staged or published. */
static SutureStage *
find_stage (SutureDepot *depot, const char *wanted, GError **error)
{
  char *const words[] = { (char *) wanted, NULL };
  g_autoptr (GPtrArray) staged = suture_stage_list (depot, "staging", (char **) words, NULL);
  g_autoptr (GPtrArray) published = suture_stage_list (depot, "published", (char **) words, NULL);
  guint n = (staged != NULL ? staged->len : 0) + (published != NULL ? published->len : 0);

  if (n == 1)
    return staged != NULL ? suture_stage_open (depot, "staging", g_ptr_array_index (staged, 0), error)
                          : suture_stage_open (depot, "published", g_ptr_array_index (published, 0), error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND,
               n == 0 ? "%s has no improvement %s, staged or published" : "%s has several improvements %s: say ROLE/ID",
               depot->path, wanted);
  return NULL;
}

static guint64
size_of (SutureRepository *repository, const char *role)
{
  const SutureMetadata *latest = suture_repository_latest (repository, role);

  return latest != NULL ? g_bytes_get_size (latest->envelope->bytes) : 0;
}

/* What the machines of a base fetch: its own payload, or that for everyone. */
static gboolean
find_payload (const SutureManifest *manifest, const char *label, guint64 *bytes, GError **error)
{
  gboolean known = g_str_equal (label, "*");
  guint at = 0;

  *bytes = 0;
  for (guint b = 0; b < manifest->bases->len && !known; b++)
    {
      known = g_str_equal (g_ptr_array_index (manifest->bases, b), label);
      at = b;
    }
  for (guint i = 0; i < manifest->payloads->len; i++)
    {
      const SuturePayload *payload = g_ptr_array_index (manifest->payloads, i);

      if (payload->base < 0 && *bytes == 0)
        *bytes = payload->size;
      if (payload->base == (int) at && !g_str_equal (label, "*"))
        *bytes = payload->size;
    }
  if (!known)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                 "the fleet has a [Base %s], and the improvement knows no base of that name; its first is \"%s\"", label,
                 (char *) g_ptr_array_index (manifest->bases, 0));
  return known;
}

/* What is said where it is published, or is going to be. */
static gboolean
find_rollout (SutureRepository *repository, const SutureStage *stage, SutureRollout *rollout, GError **error)
{
  g_autoptr (JsonNode) custom = json_node_init_object (json_node_alloc (), stage->custom);
  const SutureTarget staged = { .custom = custom };
  g_autoptr (GPtrArray) targets = suture_repository_targets (repository, stage->role, error);
  g_autofree char *path = g_strconcat (stage->name, ".json", NULL);

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);

      if (g_str_equal (target->path, path))
        return suture_rollout_parse (rollout, target, error);
    }
  return targets != NULL && suture_rollout_parse (rollout, &staged, error);
}

static JsonObject *
tell_bytes (SutureReport *report, const SutureSimulationOutcome *outcome)
{
  JsonObject *object = suture_report_object (report);

  suture_report_say (report, "downloads: %" G_GUINT64_FORMAT ", and %" G_GUINT64_FORMAT " that broke off",
                     outcome->downloads, outcome->broken);
  suture_report_say (report, "bytes: %.3f GB of payloads, %.3f GB of metadata", outcome->payload_bytes / 1e9,
                     outcome->metadata_bytes / 1e9);
  suture_report_say (report, "requests: %" G_GUINT64_FORMAT ", at the peak %.1f a second, %.1f hours after the publication",
                     outcome->requests, outcome->peak_requests, (double) outcome->peak_requests_at / 3600);
  suture_report_say (report, "traffic of payloads: at the peak %.1f Mbit/s, %.1f hours after the publication",
                     outcome->peak_bits / 1e6, (double) outcome->peak_bits_at / 3600);
  json_object_set_int_member (object, "downloads", (gint64) outcome->downloads);
  json_object_set_int_member (object, "broken", (gint64) outcome->broken);
  json_object_set_int_member (object, "payload_bytes", (gint64) outcome->payload_bytes);
  json_object_set_int_member (object, "metadata_bytes", (gint64) outcome->metadata_bytes);
  json_object_set_int_member (object, "requests", (gint64) outcome->requests);
  json_object_set_double_member (object, "peak_requests", outcome->peak_requests);
  json_object_set_int_member (object, "peak_requests_at", (gint64) outcome->peak_requests_at);
  json_object_set_double_member (object, "peak_bits", outcome->peak_bits);
  json_object_set_int_member (object, "peak_bits_at", (gint64) outcome->peak_bits_at);
  return object;
}

static void
tell (SutureReport *report, const SutureFleet *fleet, const SutureSimulationFeed *feed,
      const SutureSimulationOutcome *outcome)
{
  JsonObject *object = tell_bytes (report, outcome);
  JsonObject *levels = json_object_new ();

  for (guint i = 0; i < SUTURE_SIMULATION_LEVELS; i++)
    {
      g_autofree char *percent = g_strdup_printf ("%.0f", suture_simulation_levels[i] * 100);

      if (outcome->level_at[i] < 0)
        suture_report_say (report, "%s %% protected: not within %u days", percent, feed->days);
      else
        suture_report_say (report, "%s %% protected: after %.1f hours", percent, (double) outcome->level_at[i] / 3600);
      if (outcome->level_at[i] < 0)
        json_object_set_null_member (levels, percent);
      else
        json_object_set_int_member (levels, percent, outcome->level_at[i]);
    }
  suture_report_say (report, "after %u days: %.2f %% of %" G_GUINT64_FORMAT " machines", feed->days,
                     100 * (double) outcome->protected / (double) fleet->machines, fleet->machines);
  json_object_set_object_member (object, "protected_after", levels);
  json_object_set_int_member (object, "protected", (gint64) outcome->protected);
  json_object_set_int_member (object, "machines", (gint64) fleet->machines);
  json_object_set_int_member (object, "rollout_hours", feed->rollout.hours);
}

/* A desktop asks for the next root, which is not there, and the timestamp; when that is new, for snapshot, role and manifest. */
static gboolean
simulate (SutureReport *report, SutureRepository *repository, const SutureStage *stage, const Options *options,
          GError **error)
{
  g_autoptr (SutureFleet) fleet = suture_fleet_load (options->fleet, error);
  g_autofree guint64 *payloads = fleet != NULL ? g_new0 (guint64, fleet->bases->len) : NULL;
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (stage->json, NULL), g_bytes_get_size (stage->json));
  SutureSimulationFeed feed = {
    .idle_bytes = size_of (repository, "timestamp"),
    .idle_requests = 2,
    .news_bytes = size_of (repository, "snapshot") + size_of (repository, stage->role) + g_bytes_get_size (stage->json),
    .news_requests = 3,
    .payload_bytes = payloads,
    .sha256 = sha256,
    .hour = options->at,
    .days = (guint) options->days,
    .seed = (guint32) options->seed,
  };
  SutureSimulationOutcome outcome;

  if (fleet == NULL || !find_rollout (repository, stage, &feed.rollout, error))
    return FALSE;
  if (options->hours >= 0)
    feed.rollout = (SutureRollout){ .hours = options->hours };
  for (guint i = 0; i < fleet->bases->len; i++)
    {
      const SutureFleetBase *base = g_ptr_array_index (fleet->bases, i);

      if (!find_payload (stage->manifest, base->label, &payloads[i], error))
        return FALSE;
    }
  if (!suture_simulation_run (fleet, &feed, &outcome, error))
    return FALSE;
  tell (report, fleet, &feed, &outcome);
  return TRUE;
}

static gboolean
check_options (const Options *options, GError **error)
{
  const char *sentence = NULL;

  if (options->fleet == NULL)
    sentence = "which machines? --fleet FILE is needed";
  else if (options->hours < -1 || options->hours > SUTURE_ROLLOUT_HOURS_MAX)
    sentence = "--rollout-hours can be 0 to 720";
  else if (options->at < 0 || options->at > 23)
    sentence = "--at has to be an hour of the day, 0 to 23";
  else if (options->days < 1 || options->days > DAYS_MAX)
    sentence = "--days can be 1 to 60";
  if (sentence != NULL)
    g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, sentence);
  return sentence == NULL;
}

gboolean
suture_command_simulate (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (Options) options = { .hours = -1, .at = 12, .days = 7, .seed = 1 };
  const GOptionEntry entries[] = {
    { "fleet", 0, 0, G_OPTION_ARG_FILENAME, &options.fleet, "A file that says which machines there are", "FILE" },
    { "rollout-hours", 0, 0, G_OPTION_ARG_INT, &options.hours, "Hours from the first machine to the last (as published)",
      "N" },
    { "at", 0, 0, G_OPTION_ARG_INT, &options.at, "The hour of the day of the publication (12)", "HOUR" },
    { "days", 0, 0, G_OPTION_ARG_INT, &options.days, "How long to watch (7)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "The same number gives the same result (1)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER ID",
    .summary = "Plays an improvement, staged or published, against machines that a file describes:\n"
               "what they fetch and when, and how soon they are protected. Changes nothing.",
    .min = 2,
    .max = 2,
    .entries = entries,
  };
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (SutureStage) stage = NULL;
  g_autoptr (SutureRepository) repository = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error) || !check_options (&options, error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  stage = depot != NULL ? find_stage (depot, argv[2], error) : NULL;
  repository = stage != NULL ? suture_repository_open (depot, error) : NULL;
  return repository != NULL && simulate (report, repository, stage, &options, error);
}
