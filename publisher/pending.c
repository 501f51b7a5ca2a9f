/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending.h"

#include <fcntl.h>

#include "base/error.h"
#include "edition.h"

#define DAY (24 * G_GINT64_CONSTANT (3600)) /* seconds */
#define SLACK (5 * 60) /* the same, between the clocks of two computers that publish in turn: clock-check.c */
#define BYTES_MAX (5 * 1024 * 1024) /* as much as any role may have: helper/feed/metadata.c */

char *
suture_pending_name (const char *role, gint64 version)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, role);
}

SutureEnvelope *
suture_pending_read (SutureDepot *depot, const char *role, gint64 version)
{
  g_autofree char *name = suture_pending_name (role, version);
  g_autofree char *path = suture_depot_path (depot, SUTURE_DEPOT_PENDING, name, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, BYTES_MAX, NULL);

  return bytes != NULL ? suture_envelope_parse (bytes, BYTES_MAX, NULL) : NULL;
}

/* A timestamp, which says when it was issued. */
static gboolean
is_timely_since (gint64 issued, gint64 expires, gint64 now, guint days, gboolean exact)
{
  gint64 life = expires - issued;

  return issued > 0 && issued <= now + SLACK && (exact ? life == days * DAY : life <= SUTURE_EDITION_DAYS_MAX * DAY)
         && expires > now + life / 2;
}

gboolean
suture_pending_is_timely (const SutureEnvelope *waiting, const char *role, gint64 now, guint days, gboolean exact)
{
  gint64 expires = suture_repository_read_time (waiting->body, "expires");
  gint64 issued = suture_repository_read_time (waiting->body, "issued");
  guint most = g_str_equal (role, "snapshot") && !exact ? MAX (days, SUTURE_EDITION_DAYS_MAX) : days;

  if (g_str_equal (role, "timestamp"))
    return is_timely_since (issued, expires, now, days, exact);
  return issued == 0 && expires > now + days * DAY / 2 && expires <= now + most * DAY + SLACK;
}

/* The role in the name of a file, or NULL. */
static const char *
role_of (const char *name)
{
  const char *dot = strchr (name, '.');

  return dot != NULL && g_str_has_suffix (dot + 1, ".json") ? dot + 1 : NULL;
}

char *
suture_pending_role (const char *name)
{
  const char *found = role_of (name);

  return found != NULL ? g_strndup (found, strlen (found) - strlen (".json")) : NULL;
}

static gboolean
is_of (const char *name, const char *role)
{
  const char *found = role_of (name);

  return found != NULL && strlen (found) == strlen (role) + strlen (".json") && g_str_has_prefix (found, role);
}

gboolean
suture_pending_has (SutureDepot *depot, const char *role)
{
  g_autoptr (GPtrArray) names = suture_depot_list (depot, SUTURE_DEPOT_PENDING, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (is_of (g_ptr_array_index (names, i), role))
      return TRUE;
  return FALSE;
}

gint64
suture_pending_version (SutureDepot *depot, const char *role)
{
  g_autoptr (GPtrArray) names = suture_depot_list (depot, SUTURE_DEPOT_PENDING, NULL);
  gint64 highest = 0;

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (is_of (g_ptr_array_index (names, i), role))
      highest = MAX (highest, g_ascii_strtoll (g_ptr_array_index (names, i), NULL, 10));
  return highest;
}

static char *
name_of (const char *role, SutureSeal *seal)
{
  return suture_pending_name (role, json_object_get_int_member (suture_seal_get_body (seal), "version"));
}

/* Who has signed what is made anew has to do so once more, and is not left to find that out. */
static void
warn_of_lost (SutureDepot *depot, SutureReport *report, const char *role, SutureSeal *seal)
{
  JsonObject *body = suture_seal_get_body (seal);
  g_autoptr (SutureEnvelope) old = suture_pending_read (depot, role, json_object_get_int_member (body, "version"));
  guint lost = old != NULL && !json_object_equal (old->body, body) ? suture_seal_count_other (seal, old) : 0;

  if (lost > 0)
    suture_report_warn (report,
                        "what waits of %s is made anew, since it says something else, or would hold for another time: %u "
                        "signature%s of the old file %s dropped, and needed again",
                        role, lost, lost == 1 ? "" : "s", lost == 1 ? "is" : "are");
}

gboolean
suture_pending_write (SutureDepot *depot, SutureReport *report, const char *role, SutureSeal *seal, GError **error)
{
  g_autofree char *name = name_of (role, seal);
  g_autofree char *path = suture_depot_path (depot, SUTURE_DEPOT_PENDING, NULL);
  g_autoptr (GBytes) bytes = suture_seal_write (seal);
  g_auto (SutureFd) folder = suture_file_open_folder (path, 0700, error);

  warn_of_lost (depot, report, role, seal);
  return folder >= 0
         && suture_file_replace (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0644, error);
}

/* Whether the file @name is one of @waiting. */
static gboolean
is_waiting (GHashTable *waiting, const char *name)
{
  GHashTableIter iter;
  gpointer role, seal;

  g_hash_table_iter_init (&iter, waiting);
  while (g_hash_table_iter_next (&iter, &role, &seal))
    {
      g_autofree char *right = name_of (role, seal);

      if (g_str_equal (right, name))
        return TRUE;
    }
  return FALSE;
}

gboolean
suture_pending_prune (SutureDepot *depot, GHashTable *waiting, GError **error)
{
  g_autofree char *path = suture_depot_path (depot, SUTURE_DEPOT_PENDING, NULL);
  g_autoptr (GPtrArray) names = suture_depot_list (depot, SUTURE_DEPOT_PENDING, error);
  g_auto (SutureFd) folder = suture_file_open_folder (path, 0700, error);

  if (names == NULL || folder < 0)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (role_of (g_ptr_array_index (names, i)) != NULL && !is_waiting (waiting, g_ptr_array_index (names, i))
        && !suture_file_remove (folder, g_ptr_array_index (names, i), error))
      return FALSE;
  return TRUE;
}

char *
suture_pending_describe_keys (SutureDepot *depot, GPtrArray *ids)
{
  GString *text = g_string_new ("");

  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);
      g_autofree char *owner = suture_depot_owner (depot, id);

      g_string_append_printf (text, "%skey %.8s%s%s%s", i > 0 ? ", " : "", id, owner != NULL ? " (" : "",
                              owner != NULL ? owner : "", owner != NULL ? ")" : "");
    }
  return g_string_free (text, FALSE);
}

static void
list (SutureReport *report, const char *file, const char *role, SutureSeal *seal, GPtrArray *missing)
{
  JsonObject *object = suture_report_object (report);
  JsonObject *entry = json_object_new ();
  JsonArray *keys = json_array_new ();

  if (!json_object_has_member (object, "pending"))
    json_object_set_array_member (object, "pending", json_array_new ());
  for (guint i = 0; i < missing->len; i++)
    json_array_add_string_element (keys, g_ptr_array_index (missing, i));
  json_object_set_string_member (entry, "file", file);
  json_object_set_string_member (entry, "role", role);
  json_object_set_int_member (entry, "missing", suture_seal_count_missing (seal));
  json_object_set_array_member (entry, "keys", keys);
  json_array_add_object_element (json_object_get_array_member (object, "pending"), entry);
}

static gboolean
has_any (SutureKeyring *keyring, GPtrArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    if (suture_keyring_place (keyring, g_ptr_array_index (ids, i)) != NULL)
      return TRUE;
  return FALSE;
}

void
suture_pending_tell (SutureDepot *depot, SutureReport *report, const char *role, SutureSeal *seal, SutureKeyring *keyring)
{
  g_autofree char *name = name_of (role, seal);
  g_autofree char *path = suture_depot_path (depot, SUTURE_DEPOT_PENDING, name, NULL);
  g_autoptr (GPtrArray) missing = suture_seal_missing (seal);
  g_autofree char *keys = suture_pending_describe_keys (depot, missing);
  guint count = suture_seal_count_missing (seal);

  list (report, path, role, seal, missing);
  if (count == 0)
    suture_report_say (report, "waits for the others: %s, signed", path);
  else
    suture_report_say (report,
                       "waits for %u more signature%s: %s\n  of %s%s\n  \"suture-publish sign %s\" shows it and adds one (--key, "
                       "--keys), and \"suture-publish publish %s\" goes on",
                       count, count == 1 ? "" : "s", path, keys,
                       has_any (keyring, missing) ? "; what is at hand signs it when it was shown" : "", depot->path, depot->path);
}
