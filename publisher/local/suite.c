/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/suite.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "run.h"

#define RELEASE_MAX (8 * 1024 * 1024) /* bytes; Debian's own have 200 KiB */
#define WORD_MAX 64                   /* bytes of a name that is shown */
#define GPGV_SECONDS 60

SutureSuite *
suture_suite_ref (SutureSuite *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_suite_unref (SutureSuite *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_free (self->origin);
  g_free (self->codename);
  g_free (self->date);
  g_free (self->key);
  g_free (self->sha256);
  g_hash_table_unref (self->files);
  g_free (self);
}

/* Debian's repository format: "Sat, 28 Nov 2026 02:53:00 UTC", the date of RFC 2822 in UTC alone. */
static GDateTime *
parse_date (const char *text)
{
  static const char *const months[]
      = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GRegex) regex = g_regex_new (
      "^[A-Z][a-z]{2}, +(\\d{1,2}) ([A-Z][a-z]{2}) (\\d{4}) +(\\d{1,2}):(\\d{2}):(\\d{2}) (UTC|GMT|Z|\\+0000)\\z", G_REGEX_RAW,
      0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_regex_match (regex, text, 0, &match))
    return NULL;
  parts = g_match_info_fetch_all (match);
  for (gsize i = 0; i < G_N_ELEMENTS (months); i++)
    if (g_str_equal (months[i], parts[2]))
      return g_date_time_new_utc (atoi (parts[3]), (int) i + 1, atoi (parts[1]), atoi (parts[4]), atoi (parts[5]),
                                  atoi (parts[6]));
  return NULL;
}

/* Seconds since the epoch of the date in @text, 0 without one; *@iso is the same for people. */
static gboolean
take_date (const char *text, gint64 *seconds, char **iso, GError **error)
{
  g_autoptr (GDateTime) date = text != NULL ? parse_date (text) : NULL;

  if (text != NULL && date == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the release file has a date that is none: %s", text);
      return FALSE;
    }
  *seconds = date != NULL ? g_date_time_to_unix (date) : 0;
  if (iso != NULL)
    *iso = date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
  return TRUE;
}

static void
take_file (SutureSuite *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  const char *found[3] = { NULL };
  gsize n = 0;

  for (gsize i = 0; words[i] != NULL && n < G_N_ELEMENTS (found); i++)
    if (*words[i] != '\0')
      found[n++] = words[i];
  if (n == G_N_ELEMENTS (found) && suture_digest_is_valid (found[0]))
    g_hash_table_replace (self->files, g_strdup (found[2]), g_strdup (found[0]));
}

static char *
take_word (GHashTable *fields, const char *first, const char *second)
{
  const char *text = g_hash_table_lookup (fields, first);

  if (text == NULL && second != NULL)
    text = g_hash_table_lookup (fields, second);
  return suture_name_clean_text (text != NULL ? text : "", WORD_MAX, FALSE);
}

SutureSuite *
suture_suite_parse (const char *text, GError **error)
{
  g_autoptr (SutureSuite) self = g_new0 (SutureSuite, 1);
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean in_digests = FALSE;

  g_atomic_ref_count_init (&self->count);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *colon = strchr (lines[i], ':');

      if (g_ascii_isspace (*lines[i]))
        {
          if (in_digests)
            take_file (self, lines[i]);
          continue;
        }
      in_digests = g_str_has_prefix (lines[i], "SHA256:");
      if (colon != NULL)
        g_hash_table_replace (fields, g_strndup (lines[i], (gsize) (colon - lines[i])), g_strstrip (g_strdup (colon + 1)));
    }
  self->origin = take_word (fields, "Origin", NULL);
  self->codename = take_word (fields, "Codename", "Suite");
  if (!take_date (g_hash_table_lookup (fields, "Date"), &self->made, &self->date, error)
      || !take_date (g_hash_table_lookup (fields, "Valid-Until"), &self->valid_until, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* The fingerprint in gpgv's status lines (GnuPG's doc/DETAILS) of a signature that is good and made with SHA-256 or longer; NULL
 * where no key of the keyrings has made one, or one has not signed this. VALIDSIG alone is told of expired and revoked keys as
 * well. That there are further signatures, of keys that are not here or do not count any more, is no fault. */
static char *
find_signer (const char *status)
{
  /* VALIDSIG FINGERPRINT DATE TIME EXPIRY VERSION RESERVED KEY-ALGORITHM HASH-ALGORITHM …; RFC 4880, 9.4: 8 to 10 are SHA-2 */
  g_autoptr (GRegex) regex = g_regex_new ("^\\[GNUPG:\\] GOODSIG .*\\n(?:\\[GNUPG:\\] (?!NEWSIG|GOODSIG|VALIDSIG|EXP|REV|ERR).*\\n)*"
                                          "\\[GNUPG:\\] VALIDSIG ([0-9A-F]{40,64}) (?:\\S+ ){6}(?:8|9|10) ",
                                          G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (g_regex_match_simple ("^\\[GNUPG:\\] BADSIG ", status, G_REGEX_RAW | G_REGEX_MULTILINE, 0)
      || !g_regex_match (regex, status, 0, &match))
    return NULL;
  return g_match_info_fetch (match, 1);
}

/* Runs gpgv. @signature: NULL where it stands in the file itself. What is signed goes to @output then. */
static char *
verify (const char *file, const char *signature, const char *output, GPtrArray *keyrings, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *status = NULL;
  char *key;
  int code;

  g_ptr_array_add (argv, (gpointer) "gpgv");
  g_ptr_array_add (argv, (gpointer) "--status-fd=1");
  for (guint i = 0; i < keyrings->len; i++)
    {
      g_ptr_array_add (argv, (gpointer) "--keyring");
      g_ptr_array_add (argv, g_ptr_array_index (keyrings, i));
    }
  if (signature == NULL)
    {
      g_ptr_array_add (argv, (gpointer) "--output");
      g_ptr_array_add (argv, (gpointer) output);
    }
  else
    g_ptr_array_add (argv, (gpointer) signature);
  g_ptr_array_add (argv, (gpointer) file);
  g_ptr_array_add (argv, NULL);
  status = suture_run_status ((const char *const *) argv->pdata, GPGV_SECONDS, &code, error);
  if (status == NULL)
    return NULL;
  key = find_signer (status);
  if (key == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE,
                 "%s is not signed by a key that this computer's apt believes, or not as it is", file);
  return key;
}

static char *
read_text (const char *path, char **sha256, GError **error)
{
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, RELEASE_MAX, error);

  if (bytes == NULL)
    return NULL;
  if (sha256 != NULL)
    *sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

SutureSuite *
suture_suite_open (const char *prefix, GPtrArray *keyrings, const char *work, GError **error)
{
  g_autofree char *clear_signed = g_strconcat (prefix, "InRelease", NULL);
  g_autofree char *detached = g_strconcat (prefix, "Release", NULL);
  g_autofree char *signature = g_strconcat (prefix, "Release.gpg", NULL);
  g_autofree char *verified = g_build_filename (work, "Release", NULL);
  gboolean is_clear_signed = g_file_test (clear_signed, G_FILE_TEST_EXISTS);
  const char *file = is_clear_signed ? clear_signed : detached;
  g_autofree char *sha256 = NULL;
  g_autofree char *before = NULL;
  g_autofree char *key = NULL;
  g_autofree char *text = NULL;
  SutureSuite *self;

  if (!is_clear_signed && !g_file_test (detached, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "apt has no release file %s", clear_signed);
      return NULL;
    }
  if (!is_clear_signed && !g_file_test (signature, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE, "%s is not signed", detached);
      return NULL;
    }
  (void) g_remove (verified); /* gpgv does not write over what is there */
  before = read_text (file, &sha256, error);
  key = before != NULL ? verify (file, is_clear_signed ? NULL : signature, verified, keyrings, error) : NULL;
  /* a detached signature is of the file as gpgv has read it, which root alone could have changed since */
  text = key == NULL ? NULL : is_clear_signed ? read_text (verified, NULL, error) : g_steal_pointer (&before);
  self = text != NULL ? suture_suite_parse (text, error) : NULL;
  if (self == NULL)
    return NULL;
  self->key = g_steal_pointer (&key);
  self->sha256 = g_steal_pointer (&sha256);
  return self;
}
