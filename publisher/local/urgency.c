/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/urgency.h"

#include <fcntl.h>
#include <gio/gio.h>

#include "base/error.h"
#include "base/file.h"
#include "run.h"

#define CONFIG_MAX (64 * 1024) /* bytes; debsecan's own has one screen */

static const char *const urgencies[] = { "low", "medium", "high" };

static int
rank (const char *urgency)
{
  for (gsize i = 0; i < G_N_ELEMENTS (urgencies); i++)
    if (g_strcmp0 (urgencies[i], urgency) == 0)
      return (int) i;
  return -1;
}

const char *
suture_urgency_max (const char *a, const char *b)
{
  return rank (b) > rank (a) ? b : a;
}

/* SOURCE of the settings: KEY=VALUE lines, maybe in quotes. NULL where there is none. */
static char *
read_source (const char *config)
{
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, config, CONFIG_MAX, NULL);
  g_autofree char *text
      = bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : g_strdup ("");
  g_autoptr (GRegex) regex
      = g_regex_new ("^\\s*SOURCE=\"?(.*?)\"?\\s*$", G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  char *source = NULL;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_free (source);
      source = g_match_info_fetch (match, 1);
    }
  return source;
}

/* Whether the data for @suite lies on this computer. */
static gboolean
is_here (const char *config, const char *suite)
{
  g_autofree char *source = read_source (config);
  g_autofree char *folder
      = source != NULL && g_str_has_prefix (source, "file://") ? g_filename_from_uri (source, NULL, NULL) : NULL;
  g_autofree char *file = folder != NULL ? g_build_filename (folder, suite, NULL) : NULL;

  return file != NULL && g_file_test (file, G_FILE_TEST_IS_REGULAR);
}

/* --format summary: "CVE-2026-0001 package (fixed, remotely exploitable, high urgency)" */
static GHashTable *
parse (const char *output)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^(CVE-[0-9]{4}-[0-9]{4,}) \\S+ \\((?:.*, )?(low|medium|high) urgency\\b",
                                          G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (regex, output, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *id = g_match_info_fetch (match, 1);
      g_autofree char *urgency = g_match_info_fetch (match, 2);
      const char *higher = suture_urgency_max (g_hash_table_lookup (found, id), urgencies[rank (urgency)]);

      g_hash_table_replace (found, g_steal_pointer (&id), (gpointer) higher);
    }
  return found;
}

GHashTable *
suture_urgency_ask (const char *program, const char *config, const char *status, const char *suite, GError **error)
{
  const char *const argv[] = { program, "--config", config, "--status", status,   "--suite",
                               suite,   "--format", "summary", "--whitelist", "", NULL };
  g_autofree char *path = g_find_program_in_path (program);
  g_autofree char *output = NULL;

  if (path == NULL || !is_here (config, suite))
    return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  output = suture_run (argv, error);
  return output != NULL ? parse (output) : NULL;
}

GHashTable *
suture_urgency_load (const char *suite, GError **error)
{
  return suture_urgency_ask ("debsecan", "/etc/default/debsecan", "/var/lib/dpkg/status", suite, error);
}
