/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notes.h"

#include "base/error.h"
#include "changelog.h"
#include "verify/manifest.h"

#define CVE "CVE-[0-9]{4}-[0-9]{4,}" /* what such numbers look like since 2014 */

static const char *const improvement_keys[]
    = { "Title", "Description", "Component", "Kind", "Severity", "Exploited", NULL };
static const char *const vulnerability_keys[] = { "Title", "Credit", NULL };
static const char *const translated_keys[] = { "Title", "Description", NULL };
static const char *const effects_keys[] = { "Restart", "NeverRestart", "Reopen", "Reboot", "Health", NULL };

SutureNotes *
suture_notes_new (void)
{
  SutureNotes *self = g_new0 (SutureNotes, 1);

  self->title = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->description = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->vulnerabilities = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->kind = g_strdup ("security");
  self->severity = g_strdup ("unknown");
  self->restart = g_new0 (char *, 1);
  self->never_restart = g_new0 (char *, 1);
  self->reopen = g_new0 (char *, 1);
  self->health = g_new0 (char *, 1);
  return self;
}

void
suture_notes_free (SutureNotes *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->title);
  g_hash_table_unref (self->description);
  g_ptr_array_unref (self->vulnerabilities);
  g_free (self->component);
  g_free (self->kind);
  g_free (self->severity);
  g_strfreev (self->restart);
  g_strfreev (self->never_restart);
  g_strfreev (self->reopen);
  g_strfreev (self->health);
  g_free (self);
}

static void
add_vulnerability (SutureNotes *self, const char *id, const char *title, const char *credit)
{
  GStrv texts;

  for (guint i = 0; i < self->vulnerabilities->len; i++)
    {
      GStrv known = g_ptr_array_index (self->vulnerabilities, i);

      if (g_str_equal (known[0], id))
        return;
    }
  texts = g_new0 (char *, 4);
  texts[0] = g_strdup (id);
  texts[1] = g_strdup (title != NULL ? title : "");
  texts[2] = g_strdup (credit != NULL ? credit : "");
  g_ptr_array_add (self->vulnerabilities, texts);
}

static gboolean
is_test (const SutureNotes *self)
{
  return g_str_equal (self->kind, "test");
}

/* "Title[de]" → "de", "Title" → "en". */
static char *
language_of (const char *key)
{
  const char *bracket = strchr (key, '[');

  if (bracket == NULL || !g_str_has_suffix (key, "]"))
    return g_strdup ("en");
  return g_strndup (bracket + 1, strlen (bracket) - 2);
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *const *known, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (keys[i], "[", 2);

      /* a manifest has other languages for these alone; elsewhere they would be lost */
      if (parts[1] != NULL && !(known == improvement_keys && g_strv_contains (translated_keys, parts[0])))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "[%s] has %s, but only Title and Description of [Improvement] can be in several languages", group,
                       keys[i]);
          return FALSE;
        }
      if (g_strv_contains (known, parts[0]))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "[%s] has the unknown key %s", group, keys[i]);
      return FALSE;
    }
  return keys != NULL;
}

/* GKeyFile has a value even where it says why that is wrong. */
static gboolean
check (GError *why, GError **error)
{
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, why);
  return FALSE;
}

static gboolean
take_string (GKeyFile *file, const char *group, const char *key, char **value, GError **error)
{
  GError *why = NULL;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  g_free (*value);
  *value = g_key_file_get_string (file, group, key, &why);
  return check (why, error);
}

/* All languages of @key. What would be cut where it is read is refused. */
static gboolean
take_texts (GKeyFile *file, const char *key, gsize max, GHashTable *texts, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, "Improvement", NULL, NULL);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (keys[i], "[", 2);
      g_autofree char *text = NULL;

      if (!g_str_equal (parts[0], key))
        continue;
      if (!take_string (file, "Improvement", keys[i], &text, error))
        return FALSE;
      if (strlen (text) > max)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s has more than %zu bytes", keys[i], max);
          return FALSE;
        }
      g_hash_table_replace (texts, language_of (keys[i]), g_steal_pointer (&text));
    }
  return TRUE;
}

static gboolean
take_list (GKeyFile *file, const char *key, GStrv *value, GError **error)
{
  GError *why = NULL;

  if (!g_key_file_has_key (file, "Effects", key, NULL))
    return TRUE;
  g_strfreev (*value);
  *value = g_key_file_get_string_list (file, "Effects", key, NULL, &why);
  return check (why, error);
}

static gboolean
take_boolean (GKeyFile *file, const char *group, const char *key, gboolean *value, GError **error)
{
  GError *why = NULL;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  *value = g_key_file_get_boolean (file, group, key, &why);
  return check (why, error);
}

static gboolean
take_improvement (SutureNotes *self, GKeyFile *file, const char *group, GError **error)
{
  return check_keys (file, group, improvement_keys, error)
         && take_texts (file, "Title", SUTURE_MANIFEST_TITLE_MAX, self->title, error)
         && take_texts (file, "Description", SUTURE_MANIFEST_TEXT_MAX, self->description, error)
         && take_string (file, group, "Component", &self->component, error)
         && take_string (file, group, "Kind", &self->kind, error)
         && take_string (file, group, "Severity", &self->severity, error)
         && take_boolean (file, group, "Exploited", &self->exploited, error);
}

/* Each is "NAME.service SECONDS" or "/usr/bin/PROGRAM SECONDS". What else a manifest asks of the name is found where it is read back. */
static gboolean
check_health (GStrv health, GError **error)
{
  for (char **at = health; *at != NULL; at++)
    {
      g_auto (GStrv) words = g_strsplit (*at, " ", 3);
      guint64 seconds;

      if (g_strv_length (words) == 2 && (g_str_has_suffix (words[0], ".service") || suture_manifest_is_program (words[0]))
          && g_ascii_string_to_unsigned (words[1], 10, 1, SUTURE_MANIFEST_HEALTH_SECONDS_MAX, &seconds, NULL))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "Health has \"%s\", which is neither \"NAME.service SECONDS\" nor \"PROGRAM SECONDS\", with a program below /usr/bin,"
                   " /usr/sbin or /usr/libexec and at most %d seconds", *at, SUTURE_MANIFEST_HEALTH_SECONDS_MAX);
      return FALSE;
    }
  if (g_strv_length (health) <= SUTURE_MANIFEST_HEALTH_MAX)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "Health has more than %d checks", SUTURE_MANIFEST_HEALTH_MAX);
  return FALSE;
}

static gboolean
take_effects (SutureNotes *self, GKeyFile *file, const char *group, GError **error)
{
  return check_keys (file, group, effects_keys, error) && take_list (file, "Restart", &self->restart, error)
         && take_list (file, "NeverRestart", &self->never_restart, error)
         && take_list (file, "Reopen", &self->reopen, error)
         && take_list (file, "Health", &self->health, error) && check_health (self->health, error)
         && take_boolean (file, group, "Reboot", &self->reboot, error);
}

static gboolean
take_vulnerability (SutureNotes *self, GKeyFile *file, const char *group, GError **error)
{
  g_autofree char *title = NULL;
  g_autofree char *credit = NULL;

  if (!g_regex_match_simple ("^" CVE "\\z", group, 0, 0))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "[%s] is neither [Improvement], nor [Effects], nor a number like [CVE-2026-0001]", group);
      return FALSE;
    }
  if (!check_keys (file, group, vulnerability_keys, error) || !take_string (file, group, "Title", &title, error)
      || !take_string (file, group, "Credit", &credit, error))
    return FALSE;
  if (MAX (title != NULL ? strlen (title) : 0, credit != NULL ? strlen (credit) : 0) > SUTURE_MANIFEST_TITLE_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "[%s] has a Title or Credit of more than %d bytes",
                   group, SUTURE_MANIFEST_TITLE_MAX);
      return FALSE;
    }
  add_vulnerability (self, group, title, credit);
  return TRUE;
}

static gboolean
take_group (SutureNotes *self, GKeyFile *file, const char *group, GError **error)
{
  if (g_str_equal (group, "Improvement"))
    return take_improvement (self, file, group, error);
  if (g_str_equal (group, "Effects"))
    return take_effects (self, file, group, error);
  return take_vulnerability (self, file, group, error);
}

/* All of the file, which is the publisher's own and may come through a pipe. */
static gboolean
take_file (SutureNotes *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) groups = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  if (!g_utf8_validate_len (text, length, NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the text is not in UTF-8");
      return FALSE;
    }
  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, error))
    return FALSE;
  groups = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; groups[i] != NULL; i++)
    if (!take_group (self, file, groups[i], error))
      return FALSE;
  if (!is_test (self) || self->vulnerabilities->len == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
               "Kind=test is for what fixes nothing, and a vulnerability is named");
  return FALSE;
}

gboolean
suture_notes_add_file (SutureNotes *self, const char *path, GError **error)
{
  if (take_file (self, path, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* A copy of @text that says so where it was cut, between words, to have at most @max bytes. */
static char *
shorten (const char *text, gsize max)
{
  const char *const mark = "…";
  const char *end;

  if (strlen (text) <= max)
    return g_strdup (text);
  g_utf8_validate_len (text, max - strlen (mark), &end);
  for (const char *at = end; at > text; at--)
    if (g_ascii_isspace (*at))
      return g_strdup_printf ("%.*s%s", (int) (at - text), text, mark);
  return g_strdup_printf ("%.*s%s", (int) (end - text), text, mark);
}

/* Where @pattern matches @entries: its second parentheses are a number, the third ones the words that head it. */
static void
add_headed (SutureNotes *self, const char *pattern, const char *entries)
{
  g_autoptr (GRegex) head = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GRegex) blanks = g_regex_new ("\\s+", 0, 0, NULL);
  g_autoptr (GRegex) bugs = g_regex_new ("\\s*\\((?:closes|lp):[^()]*\\)", G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) heads = NULL;

  g_regex_match (head, entries, 0, &heads);
  for (; g_match_info_matches (heads); g_match_info_next (heads, NULL))
    {
      g_autofree char *id = g_match_info_fetch (heads, 2);
      g_autofree char *text = g_match_info_fetch (heads, 3);
      g_autofree char *line = g_regex_replace_literal (blanks, text, -1, 0, " ", 0, NULL);
      g_autofree char *plain = g_regex_replace_literal (bugs, line, -1, 0, "", 0, NULL);
      g_autofree char *title = shorten (plain, SUTURE_MANIFEST_TITLE_MAX);

      add_vulnerability (self, id, title, NULL);
    }
}

/* Every CVE number in @entries; with the text after it as title where it heads an item, "- CVE-2026-0001: text" or "- Fix
 * CVE-2026-0001: text", which may go on in lines that are indented further and begin no item of their own, and where that is
 * in parentheses and quotes. */
static void
add_named (SutureNotes *self, const char *entries)
{
  g_autoptr (GRegex) any = g_regex_new ("\\b" CVE "\\b", 0, 0, NULL);
  g_autoptr (GMatchInfo) anywhere = NULL;

  add_headed (self, "^( *)[-*+] (?:Fix(?:es|ed)?:? )?(" CVE "): (.+(?:\\n\\1 +[^-*+ \\n].*)*)$", entries);
  add_headed (self, "^( *)[-*+] (?:Fix(?:es|ed)?:? )?(" CVE ")\\s+\\(\"([^\"\\n]+(?:\\n\\1 +[^-*+ \\n\"][^\"\\n]*)*)\"\\)", entries);
  g_regex_match (any, entries, 0, &anywhere);
  for (; g_match_info_matches (anywhere); g_match_info_next (anywhere, NULL))
    {
      g_autofree char *id = g_match_info_fetch (anywhere, 0);

      add_vulnerability (self, id, NULL, NULL);
    }
}

gboolean
suture_notes_add_changelog (
    SutureNotes *self, const SuturePackage *fixed, const SuturePackage *old, const char *tree, GError **error)
{
  g_autofree char *newer = suture_changelog_since (fixed, old, tree, error);

  if (newer == NULL)
    return FALSE;
  if (!is_test (self))
    add_named (self, newer);
  if (!g_hash_table_contains (self->title, "en"))
    g_hash_table_insert (self->title, g_strdup ("en"), g_strdup (fixed->source));
  if (!g_hash_table_contains (self->description, "en"))
    g_hash_table_insert (self->description, g_strdup ("en"), shorten (newer, SUTURE_MANIFEST_TEXT_MAX));
  return TRUE;
}
