/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "review.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "base/name.h"
#include "draft.h"
#include "pending.h"
#include "stage.h"
#include "summary.h"
#include "verify/key.h"

#define COMMON "_type", "spec_version", "version", "expires" /* what every role has */

static gboolean
unfit (GError **error, const char *path, const char *what)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is not what its name says, %s: nothing was signed. Have it sent anew",
               path, what);
  return FALSE;
}

static SutureMetadataType
type_of (const char *role)
{
  for (int type = 0; type < SUTURE_N_METADATA_TYPES; type++)
    if (g_str_equal (role, suture_metadata_type_name (type)))
      return type;
  return SUTURE_METADATA_TARGETS;
}

/* Whatever a person compares has to be the key's own id. */
static gboolean
check_ids (const char *path, JsonObject *keys, GError **error)
{
  g_autoptr (GList) ids = keys != NULL ? json_object_get_members (keys) : NULL;

  for (GList *at = ids; at != NULL; at = at->next)
    {
      g_autofree char *id = suture_key_compute_id (json_object_get_member (keys, at->data));

      if (!g_str_equal (id, at->data))
        return unfit (error, path, "since it has a key under an id that is another's");
    }
  return TRUE;
}

static JsonObject *
object_in (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* What a role may hold: targets says who signs for which base release, and their roles have the improvements. */
static gboolean
check_content (const char *path, const char *role, const SutureMetadata *metadata, GError **error)
{
  g_autoptr (GList) names = metadata->targets != NULL ? json_object_get_members (metadata->targets) : NULL;
  g_autofree char *prefix = g_strconcat (role, "/", NULL);

  if (metadata->type != SUTURE_METADATA_TARGETS)
    return TRUE;
  if (g_str_equal (role, "targets"))
    return names == NULL || unfit (error, path, "since improvements belong to a base release's role, and it lists some");
  if (metadata->delegations != NULL)
    return unfit (error, path, "since only targets says who else signs, and it does");
  for (GList *at = names; at != NULL; at = at->next)
    if (!g_str_has_prefix (at->data, prefix) || object_in (metadata->targets, at->data) == NULL)
      return unfit (error, path, "since it lists what is no improvement of this base release");
  return TRUE;
}

static gboolean
check (const char *path, const char *name, const char *role, const SutureMetadata *metadata, GError **error)
{
  JsonObject *body = metadata->envelope->body;
  g_autofree char *right = suture_pending_name (role, metadata->version);

  if (!g_str_equal (name, right))
    return unfit (error, path, "since it has another version");
  return check_content (path, role, metadata, error) && check_ids (path, object_in (body, "keys"), error)
         && check_ids (path, object_in (object_in (body, "delegations"), "keys"), error);
}

SutureMetadata *
suture_review_open (const char *path, char **role, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *found = suture_pending_role (name);
  SutureMetadataType type = found != NULL ? type_of (found) : SUTURE_METADATA_ROOT;
  gsize max_length = suture_metadata_max_length (type);
  g_autoptr (GBytes) bytes = NULL;
  SutureEnvelope *envelope;
  g_autoptr (SutureMetadata) metadata = NULL;

  if (found == NULL || !suture_name_is_valid (found))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "%s has to be called VERSION.ROLE.json, as in FOLDER/pending", path);
      return NULL;
    }
  bytes = suture_file_read (AT_FDCWD, path, max_length, error);
  envelope = bytes != NULL ? suture_envelope_parse (bytes, max_length, error) : NULL;
  metadata = envelope != NULL ? suture_metadata_parse (envelope, type, error) : NULL;
  if (metadata == NULL)
    {
      g_prefix_error (error, "%s is no metadata of %s: ", path, found);
      return NULL;
    }
  if (!check (path, name, found, metadata, error))
    return NULL;
  *role = g_steal_pointer (&found);
  return g_steal_pointer (&metadata);
}

/* One line, whatever stands in it. */
static void G_GNUC_PRINTF (3, 4)
say (SutureReport *report, int depth, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *clean = NULL;
  va_list args;

  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  clean = suture_name_clean_text (raw, G_MAXSIZE, FALSE);
  suture_report_say (report, "%*s%s", 2 * depth, "", clean);
  suture_report_list (report, "shown", clean);
}

static char *
to_text (JsonNode *node)
{
  g_autoptr (GBytes) bytes = suture_json_canonical (node);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The members of @object that are not @known, as they are, and what they were. */
static void
tell_members (SutureReport *report, int depth, JsonObject *object, JsonObject *before, const char *const *known)
{
  g_autoptr (GList) names = g_list_sort (json_object_get_members (object), (GCompareFunc) g_strcmp0);
  g_autoptr (GList) gone = before != NULL ? json_object_get_members (before) : NULL;

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (object, at->data);
      JsonNode *old = before != NULL ? json_object_get_member (before, at->data) : NULL;
      g_autofree char *text = to_text (node);
      g_autofree char *other = old != NULL && !json_node_equal (node, old) ? to_text (old) : NULL;

      if (!g_strv_contains (known, at->data))
        say (report, depth, "%s: %s%s%s", (char *) at->data, text, other != NULL ? ", was " : "", other != NULL ? other : "");
    }
  for (GList *at = gone; at != NULL; at = at->next)
    if (!g_strv_contains (known, at->data) && !json_object_has_member (object, at->data))
      say (report, depth, "%s: no more", (char *) at->data);
}

static gboolean
has_id (JsonObject *signers, const char *id)
{
  JsonArray *ids = signers != NULL ? json_object_get_array_member (signers, "keyids") : NULL;

  for (guint i = 0; ids != NULL && i < json_array_get_length (ids); i++)
    if (g_str_equal (json_array_get_string_element (ids, i), id))
      return TRUE;
  return FALSE;
}

static void
tell_key (const SutureReview *self, SutureReport *report, int depth, const char *id, JsonObject *keys, const char *what)
{
  g_autofree char *owner = self->depot != NULL ? suture_depot_owner (self->depot, id) : NULL;
  JsonObject *key = object_in (keys, id);

  say (report, depth, "key %s%s%s%s%s%s", id, key != NULL ? ", " : "",
       key != NULL ? json_object_get_string_member_with_default (key, "keytype", "?") : "", owner != NULL ? " of " : "",
       owner != NULL ? owner : "", what);
}

/* Who signs @name: @now, and @before (NULL: nobody did) if that is known at all. */
static void
tell_signers (const SutureReview *self,
              SutureReport *report,
              const char *name,
              JsonObject *now,
              JsonObject *keys,
              JsonObject *before,
              JsonObject *old_keys)
{
  JsonArray *ids = json_object_get_array_member (now, "keyids");
  JsonArray *old_ids = before != NULL ? json_object_get_array_member (before, "keyids") : NULL;
  gint64 threshold = json_object_get_int_member (now, "threshold");
  gint64 old = before != NULL ? json_object_get_int_member (before, "threshold") : threshold;
  g_autofree char *was = old != threshold ? g_strdup_printf (", the threshold was %" G_GINT64_FORMAT, old) : g_strdup ("");
  gboolean is_new = self->before != NULL && before == NULL;

  say (report, 1, "%s: %" G_GINT64_FORMAT " of %u keys sign%s%s", name, threshold, json_array_get_length (ids), was,
       is_new ? ", new" : "");
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *id = json_array_get_string_element (ids, i);

      tell_key (self, report, 2, id, keys, self->before != NULL && !has_id (before, id) ? ", added" : "");
    }
  for (guint i = 0; old_ids != NULL && i < json_array_get_length (old_ids); i++)
    if (!has_id (now, json_array_get_string_element (old_ids, i)))
      tell_key (self, report, 2, json_array_get_string_element (old_ids, i), old_keys, ", dropped");
}

static void
tell_root (const SutureReview *self, SutureReport *report, JsonObject *body)
{
  static const char *const known[] = { "keyids", "threshold", NULL };
  static const char *const names[] = { "root", "timestamp", "snapshot", "targets", NULL };
  JsonObject *roles = object_in (body, "roles");
  JsonObject *old = object_in (self->before, "roles");

  for (gsize i = 0; names[i] != NULL; i++)
    {
      JsonObject *role = object_in (roles, names[i]);

      tell_signers (self, report, names[i], role, object_in (body, "keys"), object_in (old, names[i]),
                    object_in (self->before, "keys"));
      tell_members (report, 2, role, object_in (old, names[i]), known);
    }
  tell_members (report, 1, roles, old, names);
}

static void
tell_delegations (const SutureReview *self, SutureReport *report, JsonObject *now)
{
  static const char *const known[] = { "keyids", "threshold", "name", NULL };
  JsonObject *old = object_in (self->before, "delegations");
  JsonArray *roles = json_object_get_array_member (now, "roles");
  JsonArray *old_roles = old != NULL ? json_object_get_array_member (old, "roles") : NULL;

  for (guint i = 0; i < json_array_get_length (roles); i++)
    {
      JsonObject *role = json_array_get_object_element (roles, i);
      const char *name = json_object_get_string_member (role, "name");
      JsonObject *before = suture_draft_find_delegation (old, name);

      tell_signers (self, report, name, role, object_in (now, "keys"), before, object_in (old, "keys"));
      tell_members (report, 2, role, before, known);
    }
  for (guint i = 0; old_roles != NULL && i < json_array_get_length (old_roles); i++)
    {
      const char *name = json_object_get_string_member (json_array_get_object_element (old_roles, i), "name");

      if (suture_draft_find_delegation (now, name) == NULL)
        say (report, 1, "%s: no more", name);
    }
}

static char *
digest_of (GBytes *bytes)
{
  return suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* What the improvement is, where its manifest lies in the folder, the very one that is signed. */
static void
tell_improvement (const SutureReview *self, SutureReport *report, const char *path, JsonObject *target)
{
  static const char *const places[] = { "staging", "published" };
  JsonObject *hashes = object_in (target, "hashes");
  const char *sha256 = hashes != NULL ? json_object_get_string_member_with_default (hashes, "sha256", "") : "";
  g_autofree char *name = g_strndup (path, strlen (path) - (g_str_has_suffix (path, ".json") ? strlen (".json") : 0));

  const char *id = strchr (name, '/');

  /* it is a path below those places as well */
  for (gsize i = 0; self->depot != NULL && id != NULL && suture_name_is_valid (id + 1) && i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (SutureStage) stage = suture_stage_open (self->depot, places[i], name, NULL);
      g_autofree char *own = stage != NULL ? digest_of (stage->json) : NULL;

      if (own == NULL || !g_str_equal (own, sha256))
        continue;
      suture_summary_tell (stage, report);
      return;
    }
}

static void
tell_targets (const SutureReview *self, SutureReport *report, JsonObject *now)
{
  static const char *const known[] = { "custom", NULL };
  static const char *const none[] = { NULL };
  JsonObject *old = object_in (self->before, "targets");
  g_autoptr (GList) paths = g_list_sort (json_object_get_members (now), (GCompareFunc) g_strcmp0);
  g_autoptr (GList) gone = old != NULL ? g_list_sort (json_object_get_members (old), (GCompareFunc) g_strcmp0) : NULL;
  guint same = 0;

  for (GList *at = paths; at != NULL; at = at->next)
    {
      JsonObject *target = object_in (now, at->data);
      JsonObject *before = object_in (old, at->data);
      gboolean is_same
          = before != NULL && json_node_equal (json_object_get_member (now, at->data), json_object_get_member (old, at->data));

      if (is_same && !self->hearsay)
        {
          same++;
          continue;
        }
      say (report, 1, "%s%s", (char *) at->data,
           is_same ? ", as before" : before != NULL ? ", changed" : self->before != NULL ? ", new" : "");
      tell_members (report, 2, target, before, known);
      if (object_in (target, "custom") != NULL)
        tell_members (report, 2, object_in (target, "custom"), object_in (before, "custom"), none);
      if (before == NULL)
        tell_improvement (self, report, at->data, target);
    }
  for (GList *at = gone; at != NULL; at = at->next)
    if (!json_object_has_member (now, at->data))
      say (report, 1, "%s, no more", (char *) at->data);
  if (same > 0)
    say (report, 1, "%u as before", same);
}

void
suture_review_tell (const SutureReview *self, SutureReport *report)
{
  static const char *const shown[SUTURE_N_METADATA_TYPES][7] = {
    [SUTURE_METADATA_ROOT] = { COMMON, "keys", "roles" },
    [SUTURE_METADATA_TIMESTAMP] = { COMMON },
    [SUTURE_METADATA_SNAPSHOT] = { COMMON },
    [SUTURE_METADATA_TARGETS] = { COMMON, "delegations", "targets" },
  };
  JsonObject *body = self->metadata->envelope->body;
  g_autofree char *instead
      = self->before != NULL && json_object_has_member (self->before, "version")
            ? g_strdup_printf (", in the place of version %" G_GINT64_FORMAT, json_object_get_int_member (self->before, "version"))
            : g_strdup (self->before != NULL ? ", new" : "");

  say (report, 0, "%s: %s, version %" G_GINT64_FORMAT ", until %s%s", self->path, self->role, self->metadata->version,
       json_object_get_string_member (body, "expires"), instead);
  if (self->before == NULL)
    say (report, 1, "what it takes the place of is not known here, so all of it is shown and nothing compared (--against FILE)");
  if (self->hearsay)
    say (report, 1, "what it is compared with was not signed by any of these keys, and may be made up: all of it is shown. Look "
                    "whether it is what desktops are served");
  if (self->metadata->type == SUTURE_METADATA_ROOT)
    tell_root (self, report, body);
  else if (self->metadata->type == SUTURE_METADATA_TARGETS)
    {
      if (object_in (body, "delegations") != NULL)
        tell_delegations (self, report, object_in (body, "delegations"));
      tell_targets (self, report, self->metadata->targets);
    }
  tell_members (report, 1, body, self->before, shown[self->metadata->type]);
}
