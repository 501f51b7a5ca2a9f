/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/describe.h"

#include <fnmatch.h>

#include "base/error.h"
#include "changelog.h"
#include "local/dpkg.h"
#include "local/urgency.h"
#include "verify/manifest.h"

char *
suture_describe_title (const char *synopsis)
{
  /* what only says which part of the source it is, or which version */
  g_autoptr (GRegex) rest = g_regex_new ("\\s*(?:--?\\s.*|\\([^()]*(?:librar|runtime|version|shared|binar|files)[^()]*\\))$",
                                         G_REGEX_CASELESS, 0, NULL);
  g_autofree char *title = g_regex_replace_literal (rest, synopsis, -1, 0, "", 0, NULL);

  if (title == NULL || *g_strstrip (title) == '\0')
    return g_strdup (synopsis);
  *title = g_ascii_toupper (*title);
  return g_steal_pointer (&title);
}

#define UPLOAD                                                                                                                \
  "^[-*+] (?:Non-maintainer|Team|QA|Source-only|No-change)[ -][a-z ]*(?:upload|rebuild)"                                      \
  "(?: (?:by|for|to|from|against) .*|[.,;:!].*)?$"

/* Whether the item @line is about the upload and not about what it brings. */
static gboolean
is_for_packagers (const char *line)
{
  static const char *const patterns[] = {
    UPLOAD,
    "^[-*+] (?:Re)?build for [a-z-]+\\.?$",
    "^\\[ .* \\]$",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++)
    if (g_regex_match_simple (patterns[i], line, G_REGEX_CASELESS, 0))
      return TRUE;
  return FALSE;
}

/* "(Closes: #1, #2)", and the same among other words. */
static char *
without_bugs (const char *text)
{
#define BUGS "(?:closes|lp):[ \\t]*(?:(?:bug|lp:)?[ \\t]*#?[0-9]+(?:,[ \\t]*(?=[#0-9bl])|))+"
  g_autoptr (GRegex) alone = g_regex_new ("[ \\t]*[(\\[]" BUGS "[)\\]]", G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GRegex) among = g_regex_new ("[,;][ \\t]*\\b" BUGS "|\\b" BUGS "[,;]?[ \\t]*", G_REGEX_CASELESS, 0, NULL);
  g_autofree char *some = g_regex_replace_literal (alone, text, -1, 0, "", 0, NULL);

  return g_regex_replace_literal (among, some, -1, 0, "", 0, NULL);
}

/* Items, which may go on in several lines, as one line each; with the two blanks less that all lines of an entry have. */
static char *
join_items (const char *entries)
{
  g_auto (GStrv) lines = g_strsplit (entries, "\n", -1);
  GString *joined = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchomp (lines[i]);
      const char *text = line + strspn (line, " ");
      gboolean begins = text == line || *text == '[' || g_regex_match_simple ("^[-*+] ", text, 0, 0);

      if (*text == '\0')
        g_string_append_c (joined, '\n');
      else if (!begins)
        g_string_append_printf (joined, " %s", text);
      else
        g_string_append_printf (joined, "\n%s", text == line ? line : line + MIN (2, text - line));
    }
  return g_string_free (joined, FALSE);
}

/* "source (version) suites; key=value" → version; NULL for another line. */
static char *
heading_version (const char *line)
{
  g_autoptr (GRegex) regex = g_regex_new ("^[a-z0-9][a-z0-9+.-]* \\(([^()]+)\\) [^;]*;", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, line, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

static guint
count_headings (GStrv lines)
{
  guint count = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *version = heading_version (lines[i]);

      count += version != NULL;
    }
  return count;
}

char *
suture_describe_clean (const char *entries)
{
  g_autofree char *joined = join_items (entries);
  g_autofree char *plain = without_bugs (joined);
  g_auto (GStrv) lines = g_strsplit (plain, "\n", -1);
  guint headings = count_headings (lines);
  GString *clean = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *version = heading_version (lines[i]);
      const char *text = lines[i] + strspn (lines[i], " ");

      if (version != NULL && headings > 1)
        g_string_append_printf (clean, "%s%s\n", clean->len > 0 ? "\n" : "", version);
      else if (version == NULL && *text != '\0' && !is_for_packagers (text))
        g_string_append_printf (clean, "%s\n", g_strchomp (lines[i]));
    }
  return g_strchomp (g_string_free (clean, FALSE));
}

/* How little the package tells of its component: that of the source's name tells most. */
static int
rank (const SutureUpgrade *upgrade)
{
  static const char *const parts[] = { "gir1.2-*", "*-common", "*-data", "*-dev", "*-doc", "*-l10n*" };

  if (g_str_equal (upgrade->name, upgrade->source))
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (fnmatch (parts[i], upgrade->name, 0) == 0)
      return 3;
  return g_str_has_prefix (upgrade->name, "lib") ? 1 : 2;
}

static const SutureUpgrade *
main_package (GPtrArray *upgrades)
{
  const SutureUpgrade *best = g_ptr_array_index (upgrades, 0);

  for (guint i = 1; i < upgrades->len; i++)
    if (rank (g_ptr_array_index (upgrades, i)) < rank (best))
      best = g_ptr_array_index (upgrades, i);
  return best;
}

static char *
read_title (const SutureUpgrade *upgrade, GError **error)
{
  g_autofree char *control = NULL;
  g_autofree char *synopsis = NULL;
  const char *field;

  if (!suture_dpkg_read_control (upgrade, "control", &control, error))
    return NULL;
  field = control != NULL ? strstr (control, "\nDescription: ") : NULL;
  if (field == NULL)
    return g_strdup (upgrade->source);
  field += strlen ("\nDescription: ");
  synopsis = g_strndup (field, MIN (strcspn (field, "\n"), SUTURE_MANIFEST_TITLE_MAX));
  return g_utf8_validate (synopsis, -1, NULL) ? suture_describe_title (synopsis) : g_strdup (upgrade->source);
}

/* At most SUTURE_MANIFEST_TEXT_MAX bytes of whole lines. */
static char *
shorten (const char *text)
{
  const char *const mark = "…";
  gsize length = SUTURE_MANIFEST_TEXT_MAX - strlen (mark);

  if (strlen (text) <= SUTURE_MANIFEST_TEXT_MAX)
    return g_strdup (text);
  while (length > 0 && text[length] != '\n')
    length--;
  return g_strdup_printf ("%.*s%s%s", (int) length, text, length > 0 ? "\n" : "", mark);
}

/* Takes over what the changelog of @upgrade says. *@found: whether it names the installed version. */
static gboolean
add_changelog (SutureNotes *notes,
               const char *dpkg,
               const SutureUpgrade *upgrade,
               const char *fixed,
               gboolean *found,
               GError **error)
{
  g_autofree char *old_version = suture_dpkg_read_source_version (dpkg, upgrade, error);
  const SuturePackage package = { .name = (char *) upgrade->name,
                                  .architecture = (char *) upgrade->architecture,
                                  .source = (char *) upgrade->source };
  const SuturePackage old = { .source_version = old_version };
  g_autoptr (GError) why = NULL;
  g_autofree char *entries = NULL;
  g_autofree char *clean = NULL;

  if (old_version == NULL)
    return FALSE;
  entries = suture_changelog_since (&package, &old, fixed, &why);
  *found = entries != NULL;
  if (!*found)
    return TRUE;
  clean = suture_describe_clean (entries);
  g_hash_table_replace (notes->description, g_strdup ("en"), shorten (clean));
  return suture_notes_add_changelog (notes, &package, &old, fixed, error);
}

static const char *
severity_of (const SutureNotes *notes, GHashTable *urgencies)
{
  const char *severity = NULL;

  for (guint i = 0; i < notes->vulnerabilities->len; i++)
    {
      GStrv texts = g_ptr_array_index (notes->vulnerabilities, i);

      severity = suture_urgency_max (severity, g_hash_table_lookup (urgencies, texts[0]));
    }
  return severity != NULL ? severity : "unknown";
}

gboolean
suture_describe_component (SutureNotes *notes,
                           const char *dpkg,
                           GPtrArray *upgrades,
                           const char *fixed,
                           GHashTable *urgencies,
                           GError **error)
{
  const SutureUpgrade *first = main_package (upgrades);
  char *title = read_title (first, error);
  gboolean found = FALSE;

  if (title == NULL)
    return FALSE;
  g_hash_table_replace (notes->title, g_strdup ("en"), title);
  for (guint i = 0; i < upgrades->len && !found; i++)
    if (!add_changelog (notes, dpkg, g_ptr_array_index (upgrades, i), fixed, &found, error))
      return FALSE;
  if (!found)
    g_hash_table_replace (notes->description, g_strdup ("en"),
                          g_strdup_printf ("Updates %s from version %s to %s.", first->source, first->old_version,
                                           first->new_version));
  g_free (notes->severity);
  notes->severity = g_strdup (severity_of (notes, urgencies));
  return TRUE;
}
