/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chain.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"

#define KEPT "log"
#define SERVED "repository/metadata"
#define FILE_BYTES (64 * 1024 * 1024) /* bytes: as many as one edition of 10,000 improvements could have, and more */
#define LINE_BYTES 65536

static void
begin (SutureChainHead *head)
{
  head->entries = 0;
  memset (head->sha256, '0', SUTURE_DIGEST_HEX);
  head->sha256[SUTURE_DIGEST_HEX] = '\0';
}

gboolean
suture_chain_read_head (JsonObject *body, SutureChainHead *head)
{
  JsonObject *log = NULL;
  const char *sha256 = NULL;

  begin (head);
  if (!suture_json_read_object (body, "log", SUTURE_JSON_OPTIONAL, &log, NULL) || log == NULL
      || !suture_json_read_integer (log, "entries", SUTURE_JSON_REQUIRED, 1, G_MAXINT64, &head->entries, NULL)
      || !suture_json_read_string (log, "sha256", SUTURE_JSON_REQUIRED, &sha256, NULL) || !suture_digest_is_valid (sha256))
    {
      begin (head);
      return FALSE;
    }
  g_strlcpy (head->sha256, sha256, sizeof head->sha256);
  return TRUE;
}

void
suture_chain_set_head (JsonObject *body, const SutureChainHead *head)
{
  JsonObject *log = json_object_new ();

  json_object_set_int_member (log, "entries", head->entries);
  json_object_set_string_member (log, "sha256", head->sha256);
  json_object_set_object_member (body, "log", log);
}

GBytes *
suture_chain_append (SutureChainHead *head, GPtrArray *entries, gint64 time)
{
  GString *lines = g_string_new ("");

  for (guint i = 0; i < entries->len; i++)
    {
      JsonObject *entry = g_ptr_array_index (entries, i);
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);
      g_autoptr (GBytes) line = NULL;
      g_autofree char *sha256 = NULL;

      json_object_set_int_member (entry, "number", ++head->entries);
      suture_repository_set_time (entry, "time", time);
      json_object_set_string_member (entry, "previous", head->sha256);
      line = suture_json_canonical (node);
      sha256 = suture_digest_data (g_bytes_get_data (line, NULL), g_bytes_get_size (line));
      g_strlcpy (head->sha256, sha256, sizeof head->sha256);
      g_string_append_len (lines, g_bytes_get_data (line, NULL), (gssize) g_bytes_get_size (line));
      g_string_append_c (lines, '\n');
    }
  return g_string_free_to_bytes (lines);
}

char *
suture_chain_name (gint64 first)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ".log.jsonl", first);
}

gboolean
suture_chain_keep (SutureDepot *depot, gint64 first, GBytes *lines, GError **error)
{
  g_autofree char *path = suture_depot_path (depot, KEPT, NULL);
  g_autofree char *name = suture_chain_name (first);
  g_auto (SutureFd) folder = suture_file_open_folder (path, 0700, error);

  return folder >= 0
         && suture_file_replace (folder, name, g_bytes_get_data (lines, NULL), g_bytes_get_size (lines), 0644, error);
}

static gboolean
wrong (GError **error, const char *file, const char *what)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s is not the log that was signed: %s", file, what);
  return FALSE;
}

/* One line that must follow @at, which moves on. */
static gboolean
take_line (const char *file, const char *line, SutureChainHead *at, GPtrArray *entries, GError **error)
{
  g_autofree char *sha256 = suture_digest_data (line, strlen (line));
  g_autoptr (GBytes) bytes = g_bytes_new (line, strlen (line));
  g_autoptr (JsonNode) node = suture_json_parse_object (bytes, LINE_BYTES, NULL);
  JsonObject *entry = node != NULL ? json_node_get_object (node) : NULL;
  const char *previous = NULL;
  gint64 number = 0;

  if (entry == NULL || !suture_json_read_string (entry, "previous", SUTURE_JSON_REQUIRED, &previous, NULL)
      || !suture_json_read_integer (entry, "number", SUTURE_JSON_REQUIRED, 1, G_MAXINT64, &number, NULL))
    return wrong (error, file, "a line is no entry");
  if (number != at->entries + 1 || !g_str_equal (previous, at->sha256))
    return wrong (error, file, "an entry does not follow the one before");
  at->entries = number;
  g_strlcpy (at->sha256, sha256, sizeof at->sha256);
  g_ptr_array_add (entries, g_steal_pointer (&node));
  return TRUE;
}

/* The next file, which begins behind @at. */
static gboolean
take_file (SutureDepot *depot, const char *where, SutureChainHead *at, GPtrArray *entries, GError **error)
{
  g_autofree char *name = suture_chain_name (at->entries + 1);
  g_autofree char *path = suture_depot_path (depot, where, name, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FILE_BYTES, error);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (bytes == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  if (g_bytes_get_size (bytes) == 0 || strlen (text) != g_bytes_get_size (bytes) || !g_str_has_suffix (text, "\n"))
    return wrong (error, path, "it is cut off");
  for (gsize i = 0; lines[i + 1] != NULL; i++)
    if (!take_line (path, lines[i], at, entries, error))
      return FALSE;
  return TRUE;
}

GPtrArray *
suture_chain_read (SutureRepository *repository, gboolean kept, GError **error)
{
  const SutureMetadata *timestamp = suture_repository_latest (repository, "timestamp");
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  SutureChainHead head, at;

  (void) suture_chain_read_head (timestamp->envelope->body, &head);
  begin (&at);
  while (at.entries < head.entries)
    if (!take_file (repository->depot, kept ? KEPT : SERVED, &at, entries, error))
      return NULL;
  if (at.entries == head.entries && g_str_equal (at.sha256, head.sha256))
    return g_steal_pointer (&entries);
  wrong (error, repository->depot->path, "its last entry is another");
  return NULL;
}

gboolean
suture_chain_restore (SutureRepository *repository, GError **error)
{
  g_autofree char *served = suture_depot_path (repository->depot, SERVED, NULL);
  g_autofree char *kept = suture_depot_path (repository->depot, KEPT, NULL);
  g_autoptr (GPtrArray) there = suture_chain_read (repository, FALSE, NULL);
  g_autoptr (GPtrArray) entries = there == NULL ? suture_chain_read (repository, TRUE, error) : NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_auto (SutureFd) to = -1;

  if (there != NULL || entries == NULL)
    return there != NULL;
  names = suture_depot_list (repository->depot, KEPT, error);
  to = names != NULL ? suture_file_open_folder (served, 0755, error) : -1;
  for (guint i = 0; to >= 0 && i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (kept, g_ptr_array_index (names, i), NULL);
      g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FILE_BYTES, error);

      /* one that is not counted yet is written again before it is */
      if (bytes == NULL
          || !suture_file_replace (to, g_ptr_array_index (names, i), g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes), 0644, error))
        return FALSE;
    }
  return to >= 0;
}
