/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chain.h"

#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "numbers.h"
#include "within.h"

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
      || !suture_json_read_integer (log, "entries", SUTURE_JSON_REQUIRED, 1, SUTURE_NUMBERS_MAX, &head->entries, NULL)
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

/* Gives each of @entries its number, time and predecessor, moves *@head on, and returns the lines. */
static GBytes *
append (SutureChainHead *head, GPtrArray *entries, gint64 time)
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

static char *
name_of (gint64 first)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ".log.jsonl", first);
}

static int
compare_firsts (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return first < second ? -1 : first > second;
}

static GBytes *
read_file (SutureDepot *depot, const char *where, gint64 first, GError **error)
{
  g_autofree char *name = name_of (first);
  g_autofree char *path = g_build_filename (where, name, NULL);

  return suture_within_read (depot, path, FILE_BYTES, error);
}

static gboolean
keep (SutureDepot *depot, gint64 first, GBytes *lines, GError **error)
{
  g_autofree char *name = name_of (first);
  g_auto (SutureFd) folder = suture_within_folder (depot, KEPT, 0700, error);

  return folder >= 0
         && suture_file_replace (folder, name, g_bytes_get_data (lines, NULL), g_bytes_get_size (lines), 0644, error);
}

gboolean
suture_chain_add (SutureRepository *repository, SutureChainHead *head, GPtrArray *entries, gint64 time, GError **error)
{
  gint64 first = head->entries + 1;
  g_autofree char *name = name_of (first);
  g_autoptr (GBytes) lines = NULL;

  if (entries->len == 0)
    return TRUE;
  lines = append (head, entries, time);
  suture_repository_add_file (repository, name, lines);
  return keep (repository->depot, first, lines, error);
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
  g_autofree char *name = name_of (at->entries + 1);
  g_autofree char *path = suture_depot_path (depot, where, name, NULL);
  g_autoptr (GBytes) bytes = read_file (depot, where, at->entries + 1, error);
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

/* The numbers of the first entries of all files in DEPOT/log, in order (gint64). */
static GArray *
list_kept (SutureDepot *depot, GError **error)
{
  g_autoptr (GPtrArray) names = suture_depot_list (depot, KEPT, error);
  GArray *firsts;

  if (names == NULL)
    return NULL;
  firsts = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < names->len; i++)
    {
      gint64 first = g_ascii_strtoll (g_ptr_array_index (names, i), NULL, 10);
      g_autofree char *right = name_of (first);

      if (first >= 1 && g_str_equal (right, g_ptr_array_index (names, i)))
        g_array_append_val (firsts, first);
    }
  g_array_sort (firsts, compare_firsts);
  return firsts;
}

/* Where a file with the lines @bytes, the first of which is the entry @first, ends. */
static void
find_end (GBytes *bytes, gint64 first, SutureChainHead *end)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *sha256 = NULL;
  gsize last = 0; /* where the last line begins */

  end->entries = first;
  for (gsize i = 0; i + 1 < length; i++)
    if (data[i] == '\n')
      {
        last = i + 1;
        end->entries++;
      }
  sha256 = suture_digest_data (data + last, length > last ? length - last - 1 : 0);
  g_strlcpy (end->sha256, sha256, sizeof end->sha256);
}

/* Whether some file in DEPOT/log ends with @head: each entry stands for all before it. */
static gboolean
is_kept (SutureDepot *depot, GArray *firsts, const SutureChainHead *head)
{
  for (guint i = firsts->len; i > 0; i--)
    {
      gint64 first = g_array_index (firsts, gint64, i - 1);
      g_autoptr (GBytes) bytes = first <= head->entries ? read_file (depot, KEPT, first, NULL) : NULL;
      SutureChainHead end;

      if (bytes == NULL)
        continue;
      find_end (bytes, first, &end);
      return end.entries == head->entries && g_str_equal (end.sha256, head->sha256);
    }
  return FALSE;
}

/* Whether the file in DEPOT/log is served as well, the very same. */
static gboolean
is_served (SutureDepot *depot, gint64 first, SutureChainHead *end)
{
  g_autoptr (GBytes) kept = read_file (depot, KEPT, first, NULL);
  g_autoptr (GBytes) served = kept != NULL ? read_file (depot, SERVED, first, NULL) : NULL;

  if (served == NULL || !g_bytes_equal (kept, served))
    return FALSE;
  find_end (kept, first, end);
  return TRUE;
}

/* Whether all that the published timestamp counts is served, and all of DEPOT/log is part of it. What is not kept is copied. */
static gboolean
take_served (SutureRepository *repository, GArray *firsts, const SutureChainHead *head, GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  SutureChainHead end = { 0 };

  for (guint i = 0; i < firsts->len; i++)
    if (!is_served (repository->depot, g_array_index (firsts, gint64, i), &end) || end.entries > head->entries)
      return FALSE;
  entries = suture_chain_read (repository, FALSE, NULL);
  if (entries == NULL)
    return FALSE;
  for (end.entries = 0; end.entries < head->entries;)
    {
      gint64 first = end.entries + 1;
      g_autoptr (GBytes) bytes = read_file (repository->depot, SERVED, first, error);

      if (bytes == NULL || !keep (repository->depot, first, bytes, error))
        return FALSE;
      find_end (bytes, first, &end);
    }
  return TRUE;
}

/* Behind the last file that DEPOT/log and the served folder have alike: one that was never published is kept alone. */
static gboolean
resume (SutureDepot *depot, GArray *firsts, SutureChainHead *head)
{
  for (guint i = firsts->len; i > 0; i--)
    if (is_served (depot, g_array_index (firsts, gint64, i - 1), head))
      return TRUE;
  return FALSE;
}

gboolean
suture_chain_find_head (
    SutureRepository *repository, gboolean replaced, SutureChainHead *head, SutureChainStart *start, GError **error)
{
  SutureDepot *depot = repository->depot;
  const SutureMetadata *timestamp = suture_repository_latest (repository, "timestamp");
  gboolean counts = timestamp != NULL && suture_chain_read_head (timestamp->envelope->body, head);
  g_autoptr (GArray) firsts = list_kept (depot, error);
  g_autofree char *first = suture_depot_path (depot, SERVED, "1.log.jsonl", NULL);
  g_autoptr (GError) why = NULL;

  if (firsts == NULL)
    return FALSE;
  *start = timestamp == NULL ? SUTURE_CHAIN_NEW : SUTURE_CHAIN_BEGINS;
  if (!counts)
    begin (head);
  if (timestamp == NULL || (!counts && firsts->len == 0 && !g_file_test (first, G_FILE_TEST_EXISTS)))
    return TRUE;
  *start = SUTURE_CHAIN_GOES_ON;
  if (counts && (is_kept (depot, firsts, head) || take_served (repository, firsts, head, &why)))
    return TRUE;
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  *start = SUTURE_CHAIN_RESUMED;
  if (replaced && resume (depot, firsts, head))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH,
               "the timestamp %s the public log, and that is not what %s/log has: if somebody else signed it, replace its key "
               "(suture-publish key rotate %s timestamp) and the log goes on from %s/log and what is served of it; if the "
               "folder came from a backup, bring %s/log back as well, or remove it and have the whole log served",
               counts ? "counts other entries of" : "says nothing of", depot->path, depot->path, depot->path, depot->path);
  return FALSE;
}

gboolean
suture_chain_restore (SutureRepository *repository, GError **error)
{
  g_autoptr (GPtrArray) there = suture_chain_read (repository, FALSE, NULL);
  g_autoptr (GPtrArray) entries = there == NULL ? suture_chain_read (repository, TRUE, error) : NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (there != NULL || entries == NULL)
    return there != NULL;
  names = suture_depot_list (repository->depot, KEPT, error);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (KEPT, g_ptr_array_index (names, i), NULL);
      g_autoptr (GBytes) bytes = suture_within_read (repository->depot, path, FILE_BYTES, error);

      /* one that is not counted yet is written again before it is */
      if (bytes == NULL
          || !suture_within_write (repository->depot, SERVED, g_ptr_array_index (names, i), g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes), error))
        return FALSE;
    }
  return names != NULL;
}
