/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include "base/error.h"

static JsonNode *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return suture_json_parse (bytes, 65536, error);
}

static void
assert_refused (const char *data, gsize length)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = suture_json_parse (bytes, 65536, &error);

  if (node != NULL)
    g_test_message ("accepted: %.*s", (int) length, data);
  g_assert_null (node);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
}

/* What json-glib alone would accept, or what two readers could understand differently. */
static void
test_hostile (void)
{
  const char *rows[] = {
    "", " ", "{", "}", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}",
    "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"a\":1,\"a\":1}}", "{\"a\":1} {}", "{}x", "{}}", "1 2",
    "/* c */{}", "{}// c", "// c\n{}", "{\"a\":1 /* c */}", "\xef\xbb\xbf{}", "{\"a\":\"\xff\"}", "\"\xed\xa0\x80\"",
    "\"\xc0\x80\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"\\u12\"",
    "\"\\u12g4\"", "\"\\x41\"", "\"\\'\"", "\"a", "\"a\\", "\"a\nb\"", "\"a\tb\"", "01", "-01", "-0", "-", "+1", "1.0",
    "1e3", "1E3", ".5", "1.", "0x10", "NaN", "Infinity", "-Infinity", "9223372036854775808", "-9223372036854775809",
    "99999999999999999999999999999999999999999999", "True", "nul", "nullx", "undefined", "var x = {}", "\v1", "\f{}",
  };
  g_autofree char *deep = g_strnfill (SUTURE_JSON_DEPTH_MAX + 1, '[');
  g_autofree char *deeper = g_strnfill (60000, '[');
  g_autofree char *objects = NULL;
  g_autoptr (GString) nested = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_refused (rows[i], strlen (rows[i]));
  assert_refused ("{\"a\":1}\0", 8);
  assert_refused ("{\"a\0b\":1}", 9);
  assert_refused ("\"a\0b\"", 5);
  assert_refused ("1\0", 2);
  assert_refused (deep, strlen (deep));
  assert_refused (deeper, strlen (deeper));
  for (int i = 0; i <= SUTURE_JSON_DEPTH_MAX; i++)
    g_string_append (nested, "{\"a\":");
  g_string_append_c (nested, '1');
  objects = g_strnfill (SUTURE_JSON_DEPTH_MAX + 1, '}');
  g_string_append (nested, objects);
  assert_refused (nested->str, nested->len);
}

static void
test_length (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("[1, 2]", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) fits = suture_json_parse (bytes, 6, &error);
  g_autoptr (JsonNode) over = NULL;
  g_autoptr (JsonNode) no_object = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (fits);
  over = suture_json_parse (bytes, 5, &error);
  g_assert_null (over);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_clear_error (&error);
  no_object = suture_json_parse_object (bytes, 6, &error);
  g_assert_null (no_object);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
}

static gboolean
reads (const GString *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text->str, text->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = suture_json_parse (bytes, 8 * 1024 * 1024, &error);

  if (node == NULL)
    g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  return node != NULL;
}

/* An array of @count numbers. */
static GString *
array_of (guint count)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < count; i++)
    g_string_append (text, i > 0 ? ",0" : "0");
  return g_string_append_c (text, ']');
}

/* An object of @count members. */
static GString *
object_of (guint count)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text, "%s\"%u\":0", i > 0 ? "," : "", i);
  return g_string_append_c (text, '}');
}

/* An object of @count members whose names all have the same hash for a table: 33 * 'a' + 'B' is 33 * 'b' + '!'. */
static GString *
alike (guint count)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < count; i++)
    {
      g_string_append (text, i > 0 ? ",\"" : "\"");
      for (guint bit = 0; bit < 10; bit++)
        g_string_append (text, i & 1u << bit ? "aB" : "b!");
      g_string_append (text, "\":0");
    }
  return g_string_append_c (text, '}');
}

/* What is small to send and large to keep, or quick to write and slow to look up. */
static void
test_amounts (void)
{
  const struct
  {
    GString *(*make) (guint count);
    guint most;
  } rows[] = {
    { array_of, SUTURE_JSON_VALUES_MAX - 1 },
    { object_of, SUTURE_JSON_MEMBERS_MAX },
    { alike, SUTURE_JSON_ALIKE_MAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) fits = rows[i].make (rows[i].most);
      g_autoptr (GString) over = rows[i].make (rows[i].most + 1);

      g_assert_true (reads (fits));
      g_assert_false (reads (over));
    }
}

/* Any prefix and any flipped byte: an answer, never a crash (the sanitizers watch), and what is accepted can be written. */
static void
test_mutations (void)
{
  const char *seed = "{\"a\":[1,-2,true,null,\"x\\\"\\u00e9\\ud83d\\ude00\"],\"\\n\":{\"b\":{}}}";
  gsize length = strlen (seed);

  for (gsize cut = 0; cut < length; cut++)
    assert_refused (seed, cut);
  for (gsize i = 0; i < length; i++)
    for (int value = 0; value < 256; value++)
      {
        g_autofree char *copy = g_strdup (seed);
        g_autoptr (GBytes) bytes = NULL;
        g_autoptr (JsonNode) node = NULL;

        copy[i] = (char) value;
        bytes = g_bytes_new_static (copy, length);
        node = suture_json_parse (bytes, 65536, NULL);
        if (node != NULL)
          {
            g_autoptr (GBytes) canonical = suture_json_canonical (node);

            g_assert_nonnull (canonical);
          }
      }
}

static void
test_canonical (void)
{
  const struct
  {
    const char *text;
    const char *canonical;
  } rows[] = {
    { " { } ", "{}" },
    { "[ ]", "[]" },
    { "{\"b\": 1, \"a\": [true, false, null], \"aa\": -5, \"A\": {}}", "{\"A\":{},\"a\":[true,false,null],\"aa\":-5,\"b\":1}" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\"", "\"\\\"\\\\/\b\f\n\r\t\x01\x7f\"" },
    { "\"\\u00e9\\u20ac\\ud83d\\ude00\"", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
    { "\"\xc3\xa9\"", "\"\xc3\xa9\"" },
    { "{\"\\ud83d\\ude00\": 1, \"\\uffee\": 2, \"z\": 3, \"\": 4}",
      "{\"\":4,\"z\":3,\"\xef\xbf\xae\":2,\"\xf0\x9f\x98\x80\":1}" },
    { "[9223372036854775807, -9223372036854775808, 0, 10]", "[9223372036854775807,-9223372036854775808,0,10]" },
    { "\"-----BEGIN PUBLIC KEY-----\\nAA==\\n\"", "\"-----BEGIN PUBLIC KEY-----\nAA==\n\"" },
    { "\"\\\\u0041\\\\\"", "\"\\\\u0041\\\\\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = parse (rows[i].text, &error);
      g_autoptr (GBytes) canonical = NULL;
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      canonical = suture_json_canonical (node);
      text = g_strndup (g_bytes_get_data (canonical, NULL), g_bytes_get_size (canonical));
      g_assert_cmpstr (text, ==, rows[i].canonical);
    }
}

static void
test_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = parse ("{\"s\":\"x\",\"i\":7,\"b\":true,\"o\":{},\"a\":[\"y\",{},3],\"n\":null}", &error);
  JsonObject *root = json_node_get_object (node);
  const char *known[] = { "s", "i", "b", "o", "a", NULL };
  const char *text = "unchanged";
  gint64 number = 0;
  gboolean flag = FALSE;
  JsonObject *object = NULL;
  JsonArray *array = NULL;

  g_assert_true (suture_json_read_string (root, "s", SUTURE_JSON_REQUIRED, &text, &error));
  g_assert_cmpstr (text, ==, "x");
  g_assert_true (suture_json_read_integer (root, "i", SUTURE_JSON_REQUIRED, 7, 7, &number, &error));
  g_assert_cmpint (number, ==, 7);
  g_assert_true (suture_json_read_boolean (root, "b", SUTURE_JSON_REQUIRED, &flag, &error));
  g_assert_true (flag);
  g_assert_true (suture_json_read_object (root, "o", SUTURE_JSON_REQUIRED, &object, &error));
  g_assert_nonnull (object);
  g_assert_true (suture_json_read_array (root, "a", SUTURE_JSON_REQUIRED, &array, &error));
  g_assert_cmpstr (suture_json_element_string (array, 0, "a", &error), ==, "y");
  g_assert_nonnull (suture_json_element_object (array, 1, "a", &error));
  g_assert_true (suture_json_read_string (root, "missing", SUTURE_JSON_OPTIONAL, &text, &error));
  g_assert_cmpstr (text, ==, "x");
  g_assert_no_error (error);

#define REFUSED(call)                                                                                                  \
  g_assert_false (call);                                                                                               \
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);                                                        \
  g_assert_nonnull (strchr (error->message, '"'));                                                                     \
  g_clear_error (&error)
  REFUSED (suture_json_read_string (root, "missing", SUTURE_JSON_REQUIRED, &text, &error));
  REFUSED (suture_json_read_string (root, "n", SUTURE_JSON_OPTIONAL, &text, &error));
  REFUSED (suture_json_read_string (root, "i", SUTURE_JSON_REQUIRED, &text, &error));
  REFUSED (suture_json_read_integer (root, "s", SUTURE_JSON_REQUIRED, 0, 9, &number, &error));
  REFUSED (suture_json_read_integer (root, "b", SUTURE_JSON_REQUIRED, 0, 9, &number, &error));
  REFUSED (suture_json_read_integer (root, "i", SUTURE_JSON_REQUIRED, 8, 9, &number, &error));
  REFUSED (suture_json_read_integer (root, "i", SUTURE_JSON_OPTIONAL, 0, 6, &number, &error));
  REFUSED (suture_json_read_boolean (root, "i", SUTURE_JSON_REQUIRED, &flag, &error));
  REFUSED (suture_json_read_object (root, "a", SUTURE_JSON_REQUIRED, &object, &error));
  REFUSED (suture_json_read_array (root, "o", SUTURE_JSON_REQUIRED, &array, &error));
  REFUSED (suture_json_element_string (array, 1, "a", &error) != NULL);
  REFUSED (suture_json_element_string (array, 2, "a", &error) != NULL);
  REFUSED (suture_json_element_string (array, 3, "a", &error) != NULL);
  REFUSED (suture_json_element_object (array, 0, "a", &error) != NULL);
  REFUSED (suture_json_check_members (root, known, &error));
#undef REFUSED
  g_assert_true (suture_json_check_members (object, known, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/hostile", test_hostile);
  g_test_add_func ("/json/length", test_length);
  g_test_add_func ("/json/amounts", test_amounts);
  g_test_add_func ("/json/mutations", test_mutations);
  g_test_add_func ("/json/canonical", test_canonical);
  g_test_add_func ("/json/members", test_members);
  return g_test_run ();
}
