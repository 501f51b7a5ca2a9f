/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/name.h"

gboolean
suture_name_is_valid (const char *name)
{
  const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";

  return name != NULL && g_ascii_isalnum (name[0]) && !g_ascii_isupper (name[0]) && strlen (name) <= SUTURE_NAME_MAX
         && strspn (name, allowed) == strlen (name);
}

/* Unicode's Bidi_Control property: ALM, LRM, RLM, the embeddings, overrides and isolates. */
static gboolean
is_bidi_control (gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
suture_name_clean_text (const char *text, gsize max_length, gboolean keep_lines)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *clean = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gsize width = (gsize) (g_utf8_next_char (at) - at);

      if (c == '\n' && !keep_lines)
        c = ' ';
      if ((c < 0x20 && c != '\n') || (c >= 0x7f && c <= 0x9f) || is_bidi_control (c))
        continue;
      if (clean->len + width > max_length)
        break;
      g_string_append_unichar (clean, c);
    }
  return g_string_free (clean, FALSE);
}

char *
suture_name_without_markup (const char *text)
{
  GString *plain = g_string_new (text);

  g_string_replace (plain, "&", "+", 0);
  g_string_replace (plain, "<", "‹", 0);
  g_string_replace (plain, ">", "›", 0);
  return g_string_free (plain, FALSE);
}

char *
suture_name_letter (guint number)
{
  GString *letter = g_string_new (NULL);

  for (; number > 0; number = (number - 1) / 26)
    g_string_prepend_c (letter, (char) ('a' + (number - 1) % 26));
  return g_string_free (letter, FALSE);
}
