/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/contents.h"

#include "base/error.h"
#include "run.h"

static void
entry_free (gpointer data)
{
  SutureEntry *self = data;

  g_free (self->path);
  g_free (self);
}

static mode_t
type_of (char letter)
{
  switch (letter)
    {
    case '-':
    case 'h': /* tar's word for a hard link */
      return S_IFREG;
    case 'd':
      return S_IFDIR;
    case 'l':
      return S_IFLNK;
    default:
      return 0;
    }
}

/* "rwxr-sr-t", as ls(1) shows permission bits */
static mode_t
bits_of (const char *text)
{
  mode_t bits = 0;

  for (gsize i = 0; i < 9; i++)
    if (text[i] != '-' && text[i] != 'S' && text[i] != 'T')
      bits |= (mode_t) 1 << (8 - i);
  if (text[2] == 's' || text[2] == 'S')
    bits |= S_ISUID;
  if (text[5] == 's' || text[5] == 'S')
    bits |= S_ISGID;
  if (text[8] == 't' || text[8] == 'T')
    bits |= S_ISVTX;
  return bits;
}

/* What follows a name in tar's list: of a link "NAME -> TARGET", of a hard link "NAME link to TARGET" */
static void
cut_target (char *name, char letter)
{
  char *arrow = letter == 'l' ? strstr (name, " -> ") : letter == 'h' ? strstr (name, " link to ") : NULL;

  if (arrow != NULL)
    *arrow = '\0';
}

GPtrArray *
suture_contents_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GRegex) regex = g_regex_new (
      "^([-a-zA-Z])([-rwxsStT]{9}) ([^ ]+) +[0-9,]+ [0-9-]{10} [0-9:]{5} \\.?(/[^\\n]*)$", G_REGEX_RAW, 0, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GMatchInfo) match = NULL;
      g_auto (GStrv) parts = NULL;
      SutureEntry *entry;
      gsize length;

      if (*lines[i] == '\0')
        continue;
      /* tar quotes what is no plain character: no package has such names, and what else they would mean is not guessed */
      if (g_regex_match (regex, lines[i], 0, &match) && strchr (lines[i], '\\') == NULL)
        parts = g_match_info_fetch_all (match);
      if (parts != NULL)
        cut_target (parts[4], *parts[1]);
      if (parts == NULL || strstr (parts[4], "/../") != NULL)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a package has an entry that can't be read");
          return NULL;
        }
      length = strlen (parts[4]);
      if (length > 1 && parts[4][length - 1] == '/')
        parts[4][length - 1] = '\0';
      entry = g_new0 (SutureEntry, 1);
      entry->path = g_strdup (parts[4]);
      entry->mode = type_of (*parts[1]) | bits_of (parts[2]);
      entry->is_roots = g_str_equal (parts[3], "root/root") || g_str_equal (parts[3], "0/0");
      g_ptr_array_add (entries, entry);
    }
  return g_steal_pointer (&entries);
}

GPtrArray *
suture_contents_read (const char *package, GError **error)
{
  const char *const argv[] = { "dpkg-deb", "--contents", package, NULL };
  g_autofree char *text = suture_run (argv, error);

  return text != NULL ? suture_contents_parse (text, error) : NULL;
}
