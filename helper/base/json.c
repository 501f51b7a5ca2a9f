/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include "base/error.h"

JsonNode *
suture_json_parse (GBytes *bytes, gsize max_length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) why = NULL;
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  if (length == 0 || length > max_length)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "JSON of %zu bytes where 1 to %zu are allowed", length,
                   max_length);
      return NULL;
    }
  if (!suture_json_scan (data, length, error))
    return NULL;
  if (!json_parser_load_from_data (parser, data, (gssize) length, &why))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "JSON: %s", why->message);
      return NULL;
    }
  return json_node_ref (json_parser_get_root (parser));
}

JsonNode *
suture_json_parse_object (GBytes *bytes, gsize max_length, GError **error)
{
  g_autoptr (JsonNode) node = suture_json_parse (bytes, max_length, error);

  if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "JSON: not an object");
      return NULL;
    }
  return g_steal_pointer (&node);
}

static gboolean
is_of_type (JsonNode *node, JsonNodeType type, GType value_type)
{
  return json_node_get_node_type (node) == type
         && (type != JSON_NODE_VALUE || json_node_get_value_type (node) == value_type);
}

/* FALSE: an error. TRUE with *@node NULL: an optional member that is not there. */
static gboolean
find_member (JsonObject *object,
             const char *name,
             SutureJsonNeed need,
             JsonNodeType type,
             GType value_type,
             JsonNode **node,
             GError **error)
{
  *node = json_object_get_member (object, name);
  if (*node == NULL && need == SUTURE_JSON_OPTIONAL)
    return TRUE;
  if (*node == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the member \"%s\" is missing", name);
      return FALSE;
    }
  if (!is_of_type (*node, type, value_type))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the member \"%s\" is of a wrong type", name);
      return FALSE;
    }
  return TRUE;
}

gboolean
suture_json_read_string (JsonObject *object, const char *name, SutureJsonNeed need, const char **value, GError **error)
{
  JsonNode *node;

  if (!find_member (object, name, need, JSON_NODE_VALUE, G_TYPE_STRING, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_string (node);
  return TRUE;
}

gboolean
suture_json_read_boolean (JsonObject *object, const char *name, SutureJsonNeed need, gboolean *value, GError **error)
{
  JsonNode *node;

  if (!find_member (object, name, need, JSON_NODE_VALUE, G_TYPE_BOOLEAN, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
suture_json_read_object (
    JsonObject *object, const char *name, SutureJsonNeed need, JsonObject **value, GError **error)
{
  JsonNode *node;

  if (!find_member (object, name, need, JSON_NODE_OBJECT, G_TYPE_NONE, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_object (node);
  return TRUE;
}

gboolean
suture_json_read_array (JsonObject *object, const char *name, SutureJsonNeed need, JsonArray **value, GError **error)
{
  JsonNode *node;

  if (!find_member (object, name, need, JSON_NODE_ARRAY, G_TYPE_NONE, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_array (node);
  return TRUE;
}

gboolean
suture_json_read_integer (JsonObject *object,
                          const char *name,
                          SutureJsonNeed need,
                          gint64 minimum,
                          gint64 maximum,
                          gint64 *value,
                          GError **error)
{
  JsonNode *node;
  gint64 found;

  if (!find_member (object, name, need, JSON_NODE_VALUE, G_TYPE_INT64, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  found = json_node_get_int (node);
  if (found < minimum || found > maximum)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
                   "the member \"%s\" is not from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name, minimum, maximum);
      return FALSE;
    }
  *value = found;
  return TRUE;
}

static JsonNode *
find_element (JsonArray *array, guint index, const char *name, JsonNodeType type, GType value_type, GError **error)
{
  JsonNode *node = index < json_array_get_length (array) ? json_array_get_element (array, index) : NULL;

  if (node != NULL && is_of_type (node, type, value_type))
    return node;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the element %u of \"%s\" is missing or of a wrong type",
               index, name);
  return NULL;
}

gboolean
suture_json_read_time (JsonObject *object, const char *name, SutureJsonNeed need, gint64 *seconds, GError **error)
{
  const char *text = NULL;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *again = NULL;

  if (!suture_json_read_string (object, name, need, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (strlen (text) == strlen ("YYYY-MM-DDTHH:MM:SSZ"))
    time = g_date_time_new_from_iso8601 (text, NULL);
  if (time != NULL)
    again = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
  if (g_strcmp0 (text, again) != 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "\"%s\" is no time", name);
      return FALSE;
    }
  *seconds = g_date_time_to_unix (time);
  return TRUE;
}

const char *
suture_json_element_string (JsonArray *array, guint index, const char *name, GError **error)
{
  JsonNode *node = find_element (array, index, name, JSON_NODE_VALUE, G_TYPE_STRING, error);

  return node != NULL ? json_node_get_string (node) : NULL;
}

JsonObject *
suture_json_element_object (JsonArray *array, guint index, const char *name, GError **error)
{
  JsonNode *node = find_element (array, index, name, JSON_NODE_OBJECT, G_TYPE_NONE, error);

  return node != NULL ? json_node_get_object (node) : NULL;
}

gboolean
suture_json_check_members (JsonObject *object, const char *const *known, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (known, name))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the member \"%s\" is not known", name);
        return FALSE;
      }
  return TRUE;
}

static void
append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static gboolean append_canonical (GString *out, JsonNode *node);

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static gboolean
append_object (GString *out, JsonObject *object)
{
  g_autoptr (GList) names = g_list_sort (json_object_get_members (object), compare_names);

  g_string_append_c (out, '{');
  for (GList *l = names; l != NULL; l = l->next)
    {
      if (l != names)
        g_string_append_c (out, ',');
      append_string (out, l->data);
      g_string_append_c (out, ':');
      if (!append_canonical (out, json_object_get_member (object, l->data)))
        return FALSE;
    }
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
append_array (GString *out, JsonArray *array)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      if (!append_canonical (out, json_array_get_element (array, i)))
        return FALSE;
    }
  g_string_append_c (out, ']');
  return TRUE;
}

static gboolean
append_canonical (GString *out, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      return append_object (out, json_node_get_object (node));
    case JSON_NODE_ARRAY:
      return append_array (out, json_node_get_array (node));
    case JSON_NODE_NULL:
      g_string_append (out, "null");
      return TRUE;
    case JSON_NODE_VALUE:
    default:
      break;
    }
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      append_string (out, json_node_get_string (node));
      return TRUE;
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      return TRUE;
    case G_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
      return TRUE;
    default:
      return FALSE;
    }
}

GBytes *
suture_json_canonical (JsonNode *node)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!append_canonical (out, node))
    {
      g_critical ("only whole numbers have a canonical form");
      return NULL;
    }
  return g_string_free_to_bytes (g_steal_pointer (&out));
}
