/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "findings.h"

SutureFindings *
suture_findings_new (void)
{
  SutureFindings *self = g_new0 (SutureFindings, 1);

  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->restart = g_ptr_array_new_with_free_func (g_free);
  self->reopen = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
suture_findings_free (SutureFindings *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->warnings);
  g_ptr_array_unref (self->restart);
  g_ptr_array_unref (self->reopen);
  g_free (self);
}

void
suture_findings_warn (SutureFindings *self, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_utf8_make_valid (raw, -1);
  /* names of files and symbols are whatever a package says, and this is for a terminal */
  for (char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = '?';
  if (!g_ptr_array_find_with_equal_func (self->warnings, text, g_str_equal, NULL))
    g_ptr_array_add (self->warnings, g_steal_pointer (&text));
}

static JsonArray *
to_array (GPtrArray *strings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < strings->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (strings, i));
  return array;
}

static JsonObject *
suggested_to_json (const SutureFindings *self)
{
  JsonObject *suggested = json_object_new ();

  json_object_set_array_member (suggested, "restart", to_array (self->restart));
  json_object_set_array_member (suggested, "reopen", to_array (self->reopen));
  return suggested;
}

JsonObject *
suture_findings_to_json (const SutureFindings *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "automatic", self->automatic);
  json_object_set_array_member (object, "warnings", to_array (self->warnings));
  json_object_set_object_member (object, "suggested", suggested_to_json (self));
  return object;
}

static void
take_array (GPtrArray *strings, JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_ptr_array_add (strings, json_node_dup_string (element));
    }
}

SutureFindings *
suture_findings_from_json (JsonObject *object)
{
  SutureFindings *self = suture_findings_new ();
  JsonNode *node = json_object_get_member (object, "suggested");
  JsonObject *suggested = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  self->automatic = json_object_get_boolean_member_with_default (object, "automatic", FALSE);
  take_array (self->warnings, object, "warnings");
  take_array (self->restart, suggested, "restart");
  take_array (self->reopen, suggested, "reopen");
  return self;
}

/* Takes those of @names out of @found. */
static void
drop (GPtrArray *found, char **names)
{
  guint at;

  for (gsize i = 0; names[i] != NULL; i++)
    if (g_ptr_array_find_with_equal_func (found, names[i], g_str_equal, &at))
      g_ptr_array_remove_index (found, at);
}

void
suture_findings_drop (SutureFindings *self, char **restart, char **never_restart, char **reopen)
{
  drop (self->restart, restart);
  drop (self->restart, never_restart);
  drop (self->reopen, reopen);
}

static void
append (GPtrArray *found, GStrv *names)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) *names);
  for (guint i = 0; i < found->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (found, i));
  g_strfreev (*names);
  *names = g_strv_builder_end (builder);
  g_ptr_array_set_size (found, 0);
}

void
suture_findings_take (SutureFindings *self, GStrv *restart, GStrv *reopen)
{
  append (self->restart, restart);
  append (self->reopen, reopen);
}

char *
suture_findings_to_text (const SutureFindings *self)
{
  g_autoptr (JsonObject) object = suture_findings_to_json (self);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, TRUE);
}

static void
say_list (SutureReport *report, const char *key, GPtrArray *names)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (line, "%s;", (char *) g_ptr_array_index (names, i));
  if (names->len > 0)
    suture_report_say (report, "  %s=%s", key, line->str);
  g_string_free (line, TRUE);
}

void
suture_findings_tell (const SutureFindings *self, SutureReport *report)
{
  for (guint i = 0; i < self->warnings->len; i++)
    suture_report_warn (report, "%s", (char *) g_ptr_array_index (self->warnings, i));
  json_object_set_object_member (suture_report_object (report), "suggested", suggested_to_json (self));
  if (self->restart->len + self->reopen->len == 0)
    return;
  suture_report_say (report, "these run what changes; write them below [Effects] of the notes, or give --take-effects:");
  say_list (report, "Restart", self->restart);
  say_list (report, "Reopen", self->reopen);
}
