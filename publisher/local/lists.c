/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/lists.h"

#include "base/digest.h"
#include "base/error.h"
#include "local/keyrings.h"
#include "run.h"

#define APT_HELPER "/usr/lib/apt/apt-helper"
#define NAME "[a-z0-9][a-z0-9+.-]+"                       /* deb-control(5) */
#define VERSION "[0-9][A-Za-z0-9.+~:-]*"                  /* deb-version(7) */
#define PACKAGE_MAX (G_GUINT64_CONSTANT (2) << 30)        /* bytes of a .deb file */

/* apt-get(8), indextargets: what a list is, one to a line; a vertical bar is in none of them. */
#define FORMAT "$(FILENAME)|$(METAKEY)|$(TRUSTED)|$(SUITE)|$(CODENAME)"
enum { FILENAME, METAKEY, TRUSTED, SUITE, CODENAME, N_FIELDS };

static void
listed_free (gpointer data)
{
  SutureListed *self = data;

  suture_suite_unref (self->suite);
  g_free (self->index);
  g_free (self->version);
  g_free (self->source);
  g_free (self->sha256);
  g_free (self);
}

SutureLists *
suture_lists_new (void)
{
  SutureLists *self = g_new0 (SutureLists, 1);

  self->suites = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_suite_unref);
  self->packages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

void
suture_lists_free (SutureLists *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->suites);
  g_hash_table_unref (self->packages);
  g_free (self);
}

gboolean
suture_lists_is_security (const char *suite)
{
  return g_str_has_suffix (suite, "-security") || g_str_has_suffix (suite, "/updates");
}

GPtrArray *
suture_lists_find (const SutureLists *self, const char *name, const char *architecture)
{
  g_autofree char *own = g_strdup_printf ("%s:%s", name, architecture);
  GPtrArray *found = g_hash_table_lookup (self->packages, own);
  g_autofree char *all = g_strdup_printf ("%s:all", name);

  return found != NULL ? found : g_hash_table_lookup (self->packages, all);
}

/* A field of a paragraph where it stands alone on its line: "Name: value"; NULL without one. The caller's. */
static char *
field (const char *paragraph, const char *name)
{
  g_autofree char *pattern = g_strdup_printf ("^%s: *(.*?) *$", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW | G_REGEX_MULTILINE | G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, paragraph, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

static gboolean
is (const char *text, const char *pattern)
{
  return text != NULL && g_regex_match_simple (pattern, text, G_REGEX_RAW, 0);
}

/* "openssl (3.0.22-1)" → "openssl" */
static char *
source_name (char *source, const char *package)
{
  if (source == NULL)
    return g_strdup (package);
  source[strcspn (source, " (")] = '\0';
  return source;
}

static gboolean
add_paragraph (SutureLists *self, SutureSuite *suite, const char *index, const char *paragraph, GError **error)
{
  g_autofree char *package = field (paragraph, "Package");
  g_autofree char *architecture = field (paragraph, "Architecture");
  g_autofree char *version = field (paragraph, "Version");
  g_autofree char *sha256 = field (paragraph, "SHA256");
  g_autofree char *size = field (paragraph, "Size");
  g_autofree char *source = source_name (field (paragraph, "Source"), package);
  guint64 bytes = 0;
  GPtrArray *versions;
  SutureListed *listed;
  char *name;

  if (!is (package, "^" NAME "\\z") || !is (architecture, "^[a-z0-9-]+\\z") || !is (version, "^" VERSION "\\z")
      || !is (source, "^" NAME "\\z") || sha256 == NULL || !suture_digest_is_valid (sha256)
      || !g_ascii_string_to_unsigned (size != NULL ? size : "", 10, 1, PACKAGE_MAX, &bytes, NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the list of %s has a package without a valid name, version, "
                   "size or SHA-256: %s", suite->codename, package != NULL && is (package, "^" NAME "\\z") ? package : "?");
      return FALSE;
    }
  name = g_strdup_printf ("%s:%s", package, architecture);
  versions = g_hash_table_lookup (self->packages, name);
  if (versions == NULL)
    {
      versions = g_ptr_array_new_with_free_func (listed_free);
      g_hash_table_insert (self->packages, g_strdup (name), versions);
    }
  g_free (name);
  listed = g_new0 (SutureListed, 1);
  listed->suite = suture_suite_ref (suite);
  listed->index = g_strdup (index);
  listed->version = g_steal_pointer (&version);
  listed->source = g_steal_pointer (&source);
  listed->sha256 = g_steal_pointer (&sha256);
  listed->size = bytes;
  g_ptr_array_add (versions, listed);
  return TRUE;
}

gboolean
suture_lists_add (SutureLists *self, SutureSuite *suite, const char *index, const char *text, GError **error)
{
  for (const char *at = text; *at != '\0';)
    {
      const char *end = strstr (at, "\n\n");
      gsize length = end != NULL ? (gsize) (end - at) : strlen (at);
      g_autofree char *paragraph = g_strndup (at, length);

      g_strstrip (paragraph);
      if (*paragraph != '\0' && !add_paragraph (self, suite, index, paragraph, error))
        return FALSE;
      at += length;
      at += strspn (at, "\n");
    }
  return TRUE;
}

/* What stands before @metakey in the name of apt's file, with the folder: the suite's part of it. */
static char *
find_prefix (const char *filename, const char *metakey)
{
  g_autofree char *tail = g_strdelimit (g_strdup (metakey), "/", '_');
  const char *at = g_strrstr (filename, tail);

  return at != NULL && at > filename ? g_strndup (filename, (gsize) (at - filename)) : NULL;
}

/* apt.conf(5): whether an archive's lists may be used after the time that they give themselves. */
static gboolean
may_be_old (void)
{
  const char *const argv[] = { "apt-config", "shell", "V", "Acquire::Check-Valid-Until/b", NULL };
  g_autofree char *output = suture_run (argv, NULL);

  return output != NULL && strstr (output, "V='false'") != NULL;
}

static gboolean
check_age (const SutureSuite *suite, gint64 now, GError **error)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (suite->valid_until);
  g_autofree char *day = NULL;

  if (suite->valid_until == 0 || suite->valid_until >= now || may_be_old ())
    return TRUE;
  day = g_date_time_format (end, "%F %R UTC");
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_STALE,
               "the list of %s held until %s, and apt has fetched no later one: nothing new was prepared. Is there a network? "
               "\"apt update\" says what is wrong", suite->codename, day);
  return FALSE;
}

/* The suite at @prefix, verified once for all its lists. */
static SutureSuite *
find_suite (SutureLists *self, GHashTable *opened, const char *prefix, GPtrArray *keyrings, const char *work, gint64 now,
            GError **error)
{
  SutureSuite *suite = g_hash_table_lookup (opened, prefix);

  if (suite != NULL)
    return suite;
  suite = suture_suite_open (prefix, keyrings, work, error);
  if (suite == NULL)
    return NULL;
  g_ptr_array_add (self->suites, suite);
  g_hash_table_insert (opened, g_strdup (prefix), suite);
  return check_age (suite, now, error) ? suite : NULL;
}

static gboolean
add_list (SutureLists *self, SutureSuite *suite, const char *filename, const char *metakey, GError **error)
{
  const char *const argv[] = { APT_HELPER, "cat-file", filename, NULL };
  const char *wanted = g_hash_table_lookup (suite->files, metakey);
  g_autofree char *text = suture_run (argv, error);
  g_autofree char *sha256 = text != NULL ? suture_digest_data (text, strlen (text)) : NULL;

  if (text == NULL)
    return FALSE;
  if (g_strcmp0 (wanted, sha256) != 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s is not the list that %s has signed: \"apt update\" fetches it "
                   "anew", filename, suite->codename);
      return FALSE;
    }
  return suture_lists_add (self, suite, sha256, text, error);
}

/* One line of apt's answer. */
static gboolean
take_line (SutureLists *self, GHashTable *opened, GPtrArray *keyrings, const char *line, const char *work, gint64 now,
           GError **error)
{
  g_auto (GStrv) parts = g_strsplit (line, "|", -1);
  g_autofree char *prefix = NULL;
  SutureSuite *suite;

  if (g_strv_length (parts) != N_FIELDS
      || (!suture_lists_is_security (parts[SUITE]) && !suture_lists_is_security (parts[CODENAME])))
    return TRUE;
  /* a list that apt was told to use and has not fetched yet, or that its archive does not have */
  if (!g_file_test (parts[FILENAME], G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_str_equal (parts[TRUSTED], "yes"))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE, "apt does not trust its list of %s, which is not signed as it "
                   "should be: nothing was prepared", parts[CODENAME]);
      return FALSE;
    }
  prefix = find_prefix (parts[FILENAME], parts[METAKEY]);
  suite = prefix != NULL ? find_suite (self, opened, prefix, keyrings, work, now, error) : NULL;
  return suite != NULL && add_list (self, suite, parts[FILENAME], parts[METAKEY], error);
}

SutureLists *
suture_lists_load (const char *work, gint64 now, GError **error)
{
  const char *const argv[] = { "apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages", NULL };
  g_autoptr (SutureLists) self = suture_lists_new ();
  g_autoptr (GHashTable) opened = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *output = suture_run (argv, error);
  g_auto (GStrv) lines = output != NULL ? g_strsplit (output, "\n", -1) : NULL;
  g_autoptr (GPtrArray) keyrings = lines != NULL ? suture_keyrings_find (work, error) : NULL;

  for (gsize i = 0; keyrings != NULL && lines[i] != NULL; i++)
    if (!take_line (self, opened, keyrings, lines[i], work, now, error))
      return NULL;
  if (keyrings == NULL)
    return NULL;
  if (self->suites->len > 0)
    return g_steal_pointer (&self);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND,
               "apt has no list of a security suite: none is in its sources, or \"apt update\" has never been run");
  return NULL;
}
