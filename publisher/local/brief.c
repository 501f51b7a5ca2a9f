/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/brief.h"

#include "base/error.h"

#define FILE_NAME "brief.json"

SutureBrief *
suture_brief_new (const char *folder)
{
  SutureBrief *self = g_new0 (SutureBrief, 1);

  self->folder = g_strdup (folder);
  self->called = g_ptr_array_new_with_free_func (g_free);
  self->old = g_ptr_array_new_with_free_func (g_free);
  self->fixed = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
suture_brief_free (SutureBrief *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->component);
  g_free (self->publisher);
  g_free (self->architecture);
  g_free (self->suite);
  g_ptr_array_unref (self->called);
  g_ptr_array_unref (self->old);
  g_ptr_array_unref (self->fixed);
  g_clear_pointer (&self->archive, json_object_unref);
  g_free (self);
}

char *
suture_brief_package (const SutureBrief *self, guint index)
{
  return g_strdup_printf ("%s/packages/%u.deb", self->folder, index);
}

char *
suture_brief_ground (const SutureBrief *self)
{
  return g_build_filename (self->folder, "ground", NULL);
}

gboolean
suture_brief_save (SutureBrief *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, FILE_NAME, NULL);
  g_autoptr (JsonNode) node = json_node_alloc ();
  JsonObject *object = json_object_new ();
  JsonArray *packages = json_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->called->len; i++)
    {
      JsonObject *package = json_object_new ();

      json_object_set_string_member (package, "called", g_ptr_array_index (self->called, i));
      json_object_set_string_member (package, "old", g_ptr_array_index (self->old, i));
      json_object_set_string_member (package, "fixed", g_ptr_array_index (self->fixed, i));
      json_array_add_object_element (packages, package);
    }
  json_object_set_string_member (object, "component", self->component);
  json_object_set_string_member (object, "publisher", self->publisher);
  json_object_set_string_member (object, "architecture", self->architecture);
  json_object_set_string_member (object, "suite", self->suite);
  json_object_set_int_member (object, "after", self->after);
  json_object_set_array_member (object, "packages", packages);
  json_object_set_object_member (object, "archive", json_object_ref (self->archive));
  json_node_init_object (node, object);
  json_object_unref (object);
  text = json_to_string (node, FALSE);
  return g_file_set_contents (path, text, -1, error);
}

static char *
take (JsonObject *object, const char *name)
{
  return g_strdup (json_object_get_string_member_with_default (object, name, ""));
}

/* It is this program's own file, of this user alone: that it is there whole is all that is looked at. */
SutureBrief *
suture_brief_load (const char *folder, GError **error)
{
  g_autoptr (SutureBrief) self = suture_brief_new (folder);
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root = json_parser_load_from_file (parser, path, error) ? json_parser_get_root (parser) : NULL;
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonArray *packages;

  if (object == NULL || !json_object_has_member (object, "packages") || !json_object_has_member (object, "archive"))
    {
      if (error == NULL || *error == NULL)
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s does not say what is to be prepared", path);
      return NULL;
    }
  self->component = take (object, "component");
  self->publisher = take (object, "publisher");
  self->architecture = take (object, "architecture");
  self->suite = take (object, "suite");
  self->after = (guint) json_object_get_int_member_with_default (object, "after", 0);
  self->archive = json_object_ref (json_object_get_object_member (object, "archive"));
  packages = json_object_get_array_member (object, "packages");
  for (guint i = 0; i < json_array_get_length (packages); i++)
    {
      JsonObject *package = json_array_get_object_element (packages, i);

      g_ptr_array_add (self->called, take (package, "called"));
      g_ptr_array_add (self->old, take (package, "old"));
      g_ptr_array_add (self->fixed, take (package, "fixed"));
    }
  return g_steal_pointer (&self);
}
