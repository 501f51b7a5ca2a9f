/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repository.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "base/name.h"
#include "handover.h"
#include "within.h"

#define SPEC_VERSION "1.0.31"
#define TIMESTAMP "timestamp.json"

static GBytes *
read_below (SutureRepository *self, const char *below, const char *name, gsize max_length, GError **error)
{
  g_autofree char *path = g_build_filename ("repository", below, name, NULL);

  return suture_within_read (self->depot, path, max_length, error);
}

static GBytes *
read_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  SutureRepositoryView *view = (SutureRepositoryView *) source;
  GBytes *added = view->next ? g_hash_table_lookup (view->repository->added, name) : NULL;

  return added != NULL ? g_bytes_ref (added) : read_below (view->repository, "metadata", name, max_length, error);
}

static GBytes *
read_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  return read_below (((SutureRepositoryView *) source)->repository, "targets", place, max_length, error);
}

/* @root: the first one for a new client, or NULL for one that has a memory. */
static SutureRepository *
open_client (SutureDepot *depot, GBytes *root, GError **error)
{
  g_autoptr (SutureRepository) self = g_new0 (SutureRepository, 1);
  g_autofree char *path = suture_depot_path (depot, "client", NULL);

  self->depot = depot;
  self->added = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->roles = g_ptr_array_new_with_free_func (g_free);
  self->now = (SutureRepositoryView){ { read_metadata, read_target }, self, FALSE };
  self->next = (SutureRepositoryView){ { read_metadata, read_target }, self, TRUE };
  self->trust = suture_trust_open (path, root, error);
  if (self->trust != NULL)
    return g_steal_pointer (&self);
  g_prefix_error (error,
                  "%s does not remember what was published; bring it back from a backup, or see suture-publish(1), "
                  "WHEN FILES ARE LOST: ",
                  path);
  return NULL;
}

void
suture_repository_free (SutureRepository *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->trust, suture_trust_free);
  g_hash_table_unref (self->added);
  g_ptr_array_unref (self->roles);
  g_clear_pointer (&self->first, g_bytes_unref);
  g_free (self);
}

/* Whatever targets.json delegates to is read as well. */
static gboolean
list_roles (SutureRepository *self, gint64 now, GError **error)
{
  const SutureMetadata *targets = suture_trust_get (self->trust, "targets");
  GPtrArray *delegated = targets->delegations != NULL ? targets->delegations->roles : NULL;

  g_ptr_array_set_size (self->roles, 0);
  for (guint i = 0; delegated != NULL && i < delegated->len; i++)
    {
      const char *name = ((const SutureDelegation *) g_ptr_array_index (delegated, i))->name;
      g_autoptr (GPtrArray) found = NULL;

      if (!suture_name_is_valid (name))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "\"%s\" can't be a role's name", name);
          return FALSE;
        }
      found = suture_trust_list (self->trust, &self->now.source, name, error);
      if (found == NULL)
        return FALSE;
      g_ptr_array_add (self->roles, g_strdup (name));
    }
  return TRUE;
}

gboolean
suture_repository_refresh (SutureRepository *self, gint64 now, GError **error)
{
  return suture_trust_refresh (self->trust, &self->now.source, now, error) && list_roles (self, now, error);
}

/* Hands all files that the client believes to @add. */
static gboolean
export_all (SutureRepository *self, SutureTrustAdd add, GError **error)
{
  if (!suture_trust_export (self->trust, NULL, add, self, error))
    return FALSE;
  for (guint i = 0; i < self->roles->len; i++)
    if (!suture_trust_export (self->trust, g_ptr_array_index (self->roles, i), add, self, error))
      return FALSE;
  return TRUE;
}

/* The client does not ask for what it has already, so what is served in its place is looked at here. */
static gboolean
compare (const char *name, GBytes *bytes, gpointer user_data, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) served = read_below (user_data, "metadata", name, g_bytes_get_size (bytes), &why);

  if (served != NULL && g_bytes_equal (served, bytes))
    return TRUE;
  if (served != NULL || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_MALFORMED)) /* longer, or no file */
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s was changed", name);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* A file that the client remembers, and the other way. */
static GBytes *
recall (SutureRepository *self, const char *file)
{
  g_autofree char *path = g_build_filename ("client", file, NULL);

  return suture_within_read (self->depot, path, suture_metadata_max_length (SUTURE_METADATA_SNAPSHOT), NULL);
}

static void
put_back (SutureRepository *self, const char *file, GBytes *bytes)
{
  g_auto (SutureFd) folder = bytes != NULL ? suture_within_folder (self->depot, "client", 0, NULL) : -1;

  if (folder >= 0)
    (void) suture_file_replace (folder, file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0600, NULL);
}

/* Has the client read what is served, whatever has expired (it is going to be renewed). What it refuses in the end it has not learnt: a
 * thief of timestamp's and snapshot's keys can point to what is not there, and then nothing could be restored, nor a key revoked. */
static gboolean
read_served (SutureRepository *self, SutureTrustAdd check, GError **error)
{
  g_autoptr (GBytes) timestamp = recall (self, TIMESTAMP);
  g_autoptr (GBytes) snapshot = recall (self, "snapshot.json");

  if (suture_repository_refresh (self, 0, error) && (check == NULL || export_all (self, check, error)))
    return TRUE;
  put_back (self, "snapshot.json", snapshot);
  put_back (self, TIMESTAMP, timestamp);
  return FALSE;
}

SutureRepository *
suture_repository_open (SutureDepot *depot, GError **error)
{
  g_autoptr (SutureRepository) self = suture_handover_finish (depot, error) ? open_client (depot, NULL, error) : NULL;
  g_autoptr (GError) why = NULL;

  if (self == NULL)
    return NULL;
  if (read_served (self, compare, &why))
    return g_steal_pointer (&self);
  g_set_error (error, SUTURE_ERROR, why->domain == SUTURE_ERROR ? why->code : SUTURE_ERROR_FAILED,
               "%s/repository is not as it was published (%s): put back what was served last, or let "
               "\"suture-publish restore %s\" do it",
               depot->path, why->message, depot->path);
  return NULL;
}

SutureRepository *
suture_repository_create (SutureDepot *depot, GBytes *root, GError **error)
{
  SutureRepository *self = open_client (depot, root, error);

  if (self != NULL)
    self->first = g_bytes_ref (root);
  return self;
}

static gboolean
remember (const char *name, GBytes *bytes, gpointer user_data, GError **error)
{
  g_hash_table_replace (((SutureRepository *) user_data)->added, g_strdup (name), g_bytes_ref (bytes));
  return TRUE;
}

/* Every client asks for the root after its own first, so one that can't be believed stops them all. */
static gboolean
remove_unbelieved_roots (SutureRepository *self, GError **error)
{
  g_autoptr (GPtrArray) names = suture_depot_list (self->depot, "repository/metadata", error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (g_str_has_suffix (name, ".root.json")
          && g_ascii_strtoll (name, NULL, 10) > suture_trust_get (self->trust, "root")->version
          && !suture_within_remove (self->depot, "repository/metadata", name, error))
        return FALSE;
    }
  return names != NULL;
}

SutureRepository *
suture_repository_restore (SutureDepot *depot, GError **error)
{
  g_autoptr (SutureRepository) self = suture_handover_finish (depot, error) ? open_client (depot, NULL, error) : NULL;
  g_autoptr (GError) why = NULL;

  if (self == NULL)
    return NULL;
  /* what is served and believed may be newer than the memory, if that was brought back from a backup */
  if (!read_served (self, NULL, &why)
      && (!suture_trust_resume (self->trust, 0, error) || !list_roles (self, 0, error)))
    {
      g_prefix_error (error, "what is served is not to be believed (%s), and %s/client can't bring it back: ", why->message,
                      depot->path);
      return NULL;
    }
  if (!remove_unbelieved_roots (self, error) || !export_all (self, remember, error) || !suture_repository_write (self, error)
      || !suture_repository_refresh (self, 0, error))
    return NULL;
  return g_steal_pointer (&self);
}

const SutureMetadata *
suture_repository_latest (SutureRepository *self, const char *role)
{
  return suture_trust_get (self->trust, role);
}

GPtrArray *
suture_repository_targets (SutureRepository *self, const char *role, GError **error)
{
  if (suture_repository_latest (self, role) == NULL)
    return g_ptr_array_new ();
  return suture_trust_list (self->trust, &self->now.source, role, error);
}

gint64
suture_repository_highest_number (SutureRepository *self, const char *role, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_repository_targets (self, role, error);
  gint64 highest = 0;

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);
      JsonObject *custom = target->custom != NULL ? json_node_get_object (target->custom) : NULL;
      gint64 number = 0;

      if (custom != NULL
          && !suture_json_read_integer (custom, "number", SUTURE_JSON_REQUIRED, 1, G_MAXINT32, &number, error))
        {
          g_prefix_error (error, "%s: ", target->path);
          return -1;
        }
      highest = MAX (highest, number);
    }
  return targets != NULL ? highest : -1;
}

void
suture_repository_set_time (JsonObject *body, const char *name, gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");

  json_object_set_string_member (body, name, text);
}

gint64
suture_repository_read_time (JsonObject *body, const char *name)
{
  const char *text = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (suture_json_read_string (body, name, SUTURE_JSON_OPTIONAL, &text, NULL) && text != NULL)
    time = g_date_time_new_from_iso8601 (text, NULL);
  return time != NULL ? g_date_time_to_unix (time) : 0;
}

void
suture_repository_set_common (JsonObject *body, gint64 version, gint64 expires)
{
  json_object_set_string_member (body, "spec_version", SPEC_VERSION);
  json_object_set_int_member (body, "version", version);
  suture_repository_set_time (body, "expires", expires);
}

void
suture_repository_add (SutureRepository *self, const char *name, gint64 version, GBytes *bytes)
{
  g_hash_table_replace (self->added,
                        g_str_equal (name, "timestamp")
                            ? g_strdup (TIMESTAMP)
                            : g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, name),
                        g_bytes_ref (bytes));
}

void
suture_repository_add_file (SutureRepository *self, const char *file, GBytes *bytes)
{
  g_hash_table_replace (self->added, g_strdup (file), g_bytes_ref (bytes));
}

void
suture_repository_drop (SutureRepository *self)
{
  g_hash_table_remove_all (self->added);
  if (self->first != NULL)
    g_hash_table_insert (self->added, g_strdup ("1.root.json"), g_bytes_ref (self->first));
}

void
suture_repository_add_digest (JsonObject *object, GBytes *bytes)
{
  JsonObject *hashes = json_object_new ();
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  json_object_set_string_member (hashes, "sha256", sha256);
  json_object_set_object_member (object, "hashes", hashes);
  json_object_set_int_member (object, "length", (gint64) g_bytes_get_size (bytes));
}

gboolean
suture_repository_write (SutureRepository *self, GError **error)
{
  return suture_handover_write (self->depot, self->added, error);
}
