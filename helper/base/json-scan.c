/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json-scan.h"

#include "base/error.h"

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  guint values;
  GError **error;
} Scan;

static gboolean scan_value (Scan *scan);

static gboolean
refuse (Scan *scan, const char *what)
{
  g_set_error (scan->error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "JSON, byte %zu: %s", (gsize) (scan->at - scan->start),
               what);
  return FALSE;
}

static void
skip_blanks (Scan *scan)
{
  while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
    scan->at++;
}

static gboolean
take (Scan *scan, char c)
{
  if (scan->at == scan->end || *scan->at != c)
    return FALSE;
  scan->at++;
  return TRUE;
}

/* Four hex digits; -1 when there are none. */
static int
take_hex4 (Scan *scan)
{
  int value = 0;

  if (scan->end - scan->at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (scan->at[i]);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }
  scan->at += 4;
  return value;
}

/* What follows "\u". */
static gboolean
scan_unicode_escape (Scan *scan, GString *text)
{
  int unit = take_hex4 (scan);
  gunichar c = (gunichar) unit;

  if (unit < 0)
    return refuse (scan, "an escape without four hex digits");
  if (unit == 0)
    return refuse (scan, "a NUL in a string");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return refuse (scan, "half a character");
  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      int low = take (scan, '\\') && take (scan, 'u') ? take_hex4 (scan) : -1;

      if (low < 0xdc00 || low > 0xdfff)
        return refuse (scan, "half a character");
      c = 0x10000 + ((gunichar) (unit - 0xd800) << 10) + (gunichar) (low - 0xdc00);
    }
  g_string_append_unichar (text, c);
  return TRUE;
}

/* A string, its opening quote already taken; its value goes to @text. */
static gboolean
scan_string (Scan *scan, GString *text)
{
  const char *short_escapes = "\"\\/bfnrt";
  const char *meanings = "\"\\/\b\f\n\r\t";

  while (scan->at < scan->end)
    {
      char c = *scan->at;
      const char *found;

      if ((guchar) c < 0x20)
        return refuse (scan, "a control character in a string");
      scan->at++;
      if (c == '"')
        return TRUE;
      if (c != '\\')
        {
          g_string_append_c (text, c);
          continue;
        }
      if (take (scan, 'u'))
        {
          if (!scan_unicode_escape (scan, text))
            return FALSE;
          continue;
        }
      found = scan->at < scan->end ? strchr (short_escapes, *scan->at) : NULL;
      if (found == NULL)
        return refuse (scan, "an unknown escape");
      g_string_append_c (text, meanings[found - short_escapes]);
      scan->at++;
    }
  return refuse (scan, "a string without an end");
}

static gboolean
scan_number (Scan *scan)
{
  gboolean negative = take (scan, '-');
  const char *digits = scan->at;
  guint64 limit = negative ? (guint64) G_MAXINT64 + 1 : (guint64) G_MAXINT64;
  guint64 value = 0;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    {
      guint64 digit = (guint64) (*scan->at - '0');

      if (value > (limit - digit) / 10)
        return refuse (scan, "a number beyond 64 bits");
      value = value * 10 + digit;
      scan->at++;
    }
  if (scan->at == digits || (*digits == '0' && (negative || scan->at - digits > 1)))
    return refuse (scan, "not a number");
  if (scan->at < scan->end && strchr (".eE", *scan->at) != NULL)
    return refuse (scan, "not a whole number");
  return TRUE;
}

static gboolean
scan_word (Scan *scan)
{
  const char *const words[] = { "true", "false", "null" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize) (scan->end - scan->at) >= length && memcmp (scan->at, words[i], length) == 0)
        {
          scan->at += length;
          return TRUE;
        }
    }
  return refuse (scan, "not a value");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *first = *(const char *const *) a;
  const char *second = *(const char *const *) b;
  guint first_hash = g_str_hash (first);
  guint second_hash = g_str_hash (second);

  return first_hash != second_hash ? (first_hash < second_hash ? -1 : 1) : strcmp (first, second);
}

/* Sorted, not hashed: a table's time is what names can be chosen to spoil. */
static gboolean
check_names (Scan *scan, GPtrArray *names)
{
  guint alike = 1;

  g_ptr_array_sort (names, compare_names);
  for (guint i = 1; i < names->len; i++)
    {
      const char *before = g_ptr_array_index (names, i - 1);
      const char *name = g_ptr_array_index (names, i);

      alike = g_str_hash (before) == g_str_hash (name) ? alike + 1 : 1;
      if (g_str_equal (before, name))
        return refuse (scan, "an object with a member twice");
      if (alike > SUTURE_JSON_ALIKE_MAX)
        return refuse (scan, "an object whose members are named to be alike");
    }
  return TRUE;
}

static gboolean
scan_members (Scan *scan)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  skip_blanks (scan);
  if (take (scan, '}'))
    return TRUE;
  for (;;)
    {
      g_autoptr (GString) name = g_string_new (NULL);

      skip_blanks (scan);
      if (!take (scan, '"'))
        return refuse (scan, "a member without a name");
      if (!scan_string (scan, name))
        return FALSE;
      if (names->len == SUTURE_JSON_MEMBERS_MAX)
        return refuse (scan, "an object of too many members");
      g_ptr_array_add (names, g_strdup (name->str));
      skip_blanks (scan);
      if (!take (scan, ':'))
        return refuse (scan, "a member without a value");
      if (!scan_value (scan))
        return FALSE;
      skip_blanks (scan);
      if (take (scan, '}'))
        return check_names (scan, names);
      if (!take (scan, ','))
        return refuse (scan, "an object without an end");
    }
}

static gboolean
scan_elements (Scan *scan)
{
  skip_blanks (scan);
  if (take (scan, ']'))
    return TRUE;
  for (;;)
    {
      if (!scan_value (scan))
        return FALSE;
      skip_blanks (scan);
      if (take (scan, ']'))
        return TRUE;
      if (!take (scan, ','))
        return refuse (scan, "an array without an end");
    }
}

static gboolean
scan_value (Scan *scan)
{
  gboolean fine;

  skip_blanks (scan);
  if (scan->at == scan->end)
    return refuse (scan, "the end instead of a value");
  if (++scan->values > SUTURE_JSON_VALUES_MAX)
    return refuse (scan, "too many values");
  if (*scan->at == '-' || g_ascii_isdigit (*scan->at))
    return scan_number (scan);
  if (take (scan, '"'))
    {
      g_autoptr (GString) text = g_string_new (NULL);

      return scan_string (scan, text);
    }
  if (*scan->at != '{' && *scan->at != '[')
    return scan_word (scan);
  if (scan->depth == SUTURE_JSON_DEPTH_MAX)
    return refuse (scan, "nested too deep");
  scan->depth++;
  fine = *scan->at++ == '{' ? scan_members (scan) : scan_elements (scan);
  scan->depth--;
  return fine;
}

gboolean
suture_json_scan (const char *data, gsize length, GError **error)
{
  Scan scan = { data, data, data + length, 0, 0, error };

  if (!g_utf8_validate_len (data, length, &scan.at))
    return refuse (&scan, "not UTF-8");
  scan.at = data;
  if (!scan_value (&scan))
    return FALSE;
  skip_blanks (&scan);
  return scan.at == scan.end || refuse (&scan, "more than one value");
}
