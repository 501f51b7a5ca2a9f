/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "pending.h"
#include "seal.h"
#include "session.h"
#include "stage.h"
#include "summary.h"

static char *
to_text (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return g_date_time_format (time, "%F %R UTC");
}

/* The type, owner and place of the key @id. */
static JsonObject *
describe_key (SutureSession *session, const char *id, JsonObject *keys)
{
  JsonObject *key = json_object_new ();
  JsonObject *public = json_object_has_member (keys, id) ? json_object_get_object_member (keys, id) : NULL;
  g_autofree char *owner = suture_depot_owner (session->depot, id);
  const char *place = suture_keyring_place (session->keyring, id);

  json_object_set_string_member (key, "id", id);
  json_object_set_string_member (key, "type",
                                 public != NULL ? json_object_get_string_member (public, "keytype") : "unknown");
  if (owner != NULL)
    json_object_set_string_member (key, "owner", owner);
  if (place != NULL)
    {
      json_object_set_string_member (key, "file", place);
      json_object_set_boolean_member (key, "encrypted", suture_keyring_is_locked (session->keyring, id));
    }
  suture_report_say (session->report, "  key %s %s%s%s: %s%s", id,
                     public != NULL ? json_object_get_string_member (public, "keytype") : "unknown",
                     owner != NULL ? " of " : "", owner != NULL ? owner : "", place != NULL ? place : "kept elsewhere",
                     suture_keyring_is_locked (session->keyring, id) ? ", encrypted" : "");
  return key;
}

static gboolean
show_role (SutureSession *session, const char *role, JsonArray *roles, GHashTable *used, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (session->repository, role);
  JsonObject *root = suture_repository_latest (session->repository, "root")->envelope->body;
  JsonObject *targets = suture_repository_latest (session->repository, "targets")->envelope->body;
  g_autofree char *end = to_text (latest->expires);
  JsonObject *signers, *keys;
  JsonObject *entry = json_object_new ();
  JsonArray *described = json_array_new ();
  JsonArray *ids;

  json_array_add_object_element (roles, entry);
  json_object_set_array_member (entry, "keys", described);
  if (!suture_draft_find_signers (root, targets, role, &signers, &keys, error))
    return FALSE;
  ids = json_object_get_array_member (signers, "keyids");
  suture_report_say (session->report, "%s: version %" G_GINT64_FORMAT ", until %s, %" G_GINT64_FORMAT " of %u keys", role,
                     latest->version, end, json_object_get_int_member (signers, "threshold"), json_array_get_length (ids));
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *id = json_array_get_string_element (ids, i);

      g_hash_table_add (used, g_strdup (id));
      json_array_add_object_element (described, describe_key (session, id, keys));
    }
  json_object_set_string_member (entry, "name", role);
  json_object_set_int_member (entry, "version", latest->version);
  suture_repository_set_time (entry, "expires", latest->expires);
  json_object_set_int_member (entry, "threshold", json_object_get_int_member (signers, "threshold"));
  return TRUE;
}

/* Whether what waits of @role lists the key @id. */
static gboolean
is_awaited (SutureSession *session, const char *role, const char *id)
{
  g_autoptr (SutureEnvelope) waiting = suture_pending_read (session->depot, role, suture_pending_version (session->depot, role));
  JsonNode *keys = waiting != NULL ? json_object_get_member (waiting->body, "keys") : NULL;
  JsonNode *delegations = waiting != NULL ? json_object_get_member (waiting->body, "delegations") : NULL;

  if (delegations != NULL && JSON_NODE_HOLDS_OBJECT (delegations))
    keys = json_object_get_member (json_node_get_object (delegations), "keys");
  return keys != NULL && JSON_NODE_HOLDS_OBJECT (keys) && json_object_has_member (json_node_get_object (keys), id);
}

/* A key that signs nothing can go; one that was made for a change that waits can't. */
static void
show_idle (SutureSession *session, const char *id)
{
  gboolean awaited = is_awaited (session, "root", id) || is_awaited (session, "targets", id);

  suture_report_say (session->report, "%s: %s", awaited ? "signs nothing until what waits is signed" : "signs nothing",
                     suture_keyring_place (session->keyring, id));
  suture_report_list (session->report, awaited ? "awaited_keys" : "unused_keys", id);
}

static gboolean
show_roles (SutureSession *session, GError **error)
{
  static const char *const top_levels[] = { "root", "targets", "snapshot", "timestamp" };
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) ids = suture_keyring_ids (session->keyring);
  JsonArray *roles = json_array_new ();

  json_object_set_array_member (suture_report_object (session->report), "roles", roles);
  for (gsize i = 0; i < G_N_ELEMENTS (top_levels); i++)
    if (!show_role (session, top_levels[i], roles, used, error))
      return FALSE;
  for (guint i = 0; i < session->repository->roles->len; i++)
    if (!show_role (session, g_ptr_array_index (session->repository->roles, i), roles, used, error))
      return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!g_hash_table_contains (used, g_ptr_array_index (ids, i)))
      show_idle (session, g_ptr_array_index (ids, i));
  return TRUE;
}

static JsonArray *
improvements_of (SutureReport *report)
{
  JsonObject *object = suture_report_object (report);

  if (!json_object_has_member (object, "improvements"))
    json_object_set_array_member (object, "improvements", json_array_new ());
  return json_object_get_array_member (object, "improvements");
}

static void
show_improvement (SutureReport *report, const char *name, const char *state, JsonObject *custom, const char *sha256)
{
  JsonObject *entry = json_object_new ();
  JsonObject *rollout = json_object_has_member (custom, "rollout") ? json_object_get_object_member (custom, "rollout") : NULL;
  JsonNode *withdrawn = json_object_get_member (custom, "withdrawn");
  const char *reason = withdrawn != NULL && JSON_NODE_HOLDS_OBJECT (withdrawn)
                           ? json_object_get_string_member_with_default (json_node_get_object (withdrawn), "reason", "")
                           : "";
  g_autofree char *spread = rollout == NULL
                                ? g_strdup ("")
                                : g_strdup_printf (", %" G_GINT64_FORMAT " hours from %s on",
                                                   json_object_get_int_member_with_default (rollout, "hours", 0),
                                                   json_object_get_string_member_with_default (rollout, "start", "?"));

  json_object_set_string_member (entry, "name", name);
  json_object_set_string_member (entry, "state", state);
  json_object_set_object_member (entry, "custom", json_object_ref (custom));
  if (sha256 != NULL)
    json_object_set_string_member (entry, "sha256", sha256);
  json_array_add_object_element (improvements_of (report), entry);
  suture_report_say (report, "%s: %s%s%s%s", name, state, *reason != '\0' ? ": " : "", reason, spread);
}

/* What was made, in words and in "manifest"; @sha256: of the manifest that is published, NULL: none. */
static void
show_details (SutureReport *report, SutureStage *stage, const char *sha256)
{
  JsonArray *entries = improvements_of (report);
  JsonObject *entry = json_array_get_object_element (entries, json_array_get_length (entries) - 1);
  g_autofree char *own = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, stage->json);
  g_autofree char *text = g_strndup (g_bytes_get_data (stage->json, NULL), g_bytes_get_size (stage->json));

  if (sha256 != NULL && !g_str_equal (sha256, own))
    {
      suture_report_warn (report, "%s is not what is published: suture-publish restore looks further", stage->path);
      return;
    }
  json_object_set_member (entry, "manifest", json_from_string (text, NULL));
  suture_summary_tell (stage, report);
}

/* @wanted: an id, a name, or NULL for all; whether it is @name. */
static gboolean
means (const char *wanted, const char *name)
{
  return wanted == NULL || g_str_equal (wanted, name) || g_str_equal (wanted, strchr (name, '/') + 1);
}

/* What is left of it in DEPOT/published. */
static void
show_kept (SutureSession *session, const char *name, const char *sha256)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (SutureStage) stage = suture_stage_open (session->depot, "published", name, &why);

  if (stage != NULL)
    show_details (session->report, stage, sha256);
  else
    suture_report_warn (session->report, "published/%s can't be read: %s", name, why->message);
}

static gboolean
show_published (SutureSession *session, const char *role, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_repository_targets (session->repository, role, error);
  g_autoptr (JsonObject) nothing = json_object_new ();

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);
      JsonObject *custom = target->custom != NULL ? json_node_get_object (target->custom) : nothing;
      g_autofree char *name = g_strndup (target->path, strlen (target->path) - strlen (".json"));
      const char *state = suture_target_is_withdrawn (target)              ? "withdrawn"
                          : json_object_has_member (custom, "rollout") ? "rollout"
                                                                           : "published";

      if (strchr (name, '/') == NULL || !means (wanted, name))
        continue;
      show_improvement (session->report, name, state, custom, target->sha256);
      if (wanted != NULL)
        show_kept (session, name, target->sha256);
    }
  return targets != NULL;
}

static gboolean
show_staged (SutureSession *session, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) names = suture_stage_list (session->depot, "staging", NULL, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (GError) why = NULL;
      g_autoptr (SutureStage) stage = means (wanted, name) ? suture_stage_open (session->depot, "staging", name, &why) : NULL;

      if (stage != NULL)
        show_improvement (session->report, name, "staged", stage->custom, NULL);
      if (stage != NULL && wanted != NULL)
        show_details (session->report, stage, NULL);
      if (why != NULL)
        suture_report_warn (session->report, "staging/%s can't be read: %s", name, why->message);
    }
  return names != NULL;
}

/* What waits for signatures, and for whose. */
static gboolean
show_pending (SutureSession *session, GError **error)
{
  g_autoptr (GPtrArray) files = suture_depot_list (session->depot, SUTURE_DEPOT_PENDING, error);

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      suture_report_say (session->report, "waits for signatures: %s/%s/%s", session->depot->path, SUTURE_DEPOT_PENDING,
                         (char *) g_ptr_array_index (files, i));
      suture_report_list (session->report, "pending", g_ptr_array_index (files, i));
    }
  return files != NULL;
}

static gboolean
show_improvements (SutureSession *session, const char *wanted, GError **error)
{
  for (guint i = 0; i < session->repository->roles->len; i++)
    if (!show_published (session, g_ptr_array_index (session->repository->roles, i), wanted, error))
      return FALSE;
  if (!show_staged (session, wanted, error))
    return FALSE;
  if (wanted == NULL || json_array_get_length (improvements_of (session->report)) > 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "no %s is published or staged", wanted);
  return FALSE;
}

gboolean
suture_command_show (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  const GOptionEntry entries[] = { SUTURE_KEYRING_ENTRIES (options.keys), G_OPTION_ENTRY_NULL };
  const SutureUsage usage = {
    .arguments = "FOLDER [ID]",
    .summary = "Shows roles, keys and where they are, thresholds, versions and ends, and all\n"
               "improvements: published, staged, withdrawn, or still being rolled out; of one\n"
               "that is named also what it changes, for whom, and what it fixes.",
    .min = 1,
    .max = 2,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };

  if (!suture_report_parse (report, &usage, &argc, &argv, error)
      || !suture_session_open (&session, report, argv[1], &options, FALSE, error))
    return FALSE;
  if (argc == 3)
    return show_improvements (&session, argv[2], error);
  return show_roles (&session, error) && show_improvements (&session, NULL, error) && show_pending (&session, error);
}
