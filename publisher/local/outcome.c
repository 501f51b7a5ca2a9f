/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/outcome.h"

#include "local/place.h"

struct _SutureOutcome
{
  JsonObject *archive; /* NULL: none yet (owned) */
  gint64 made;         /* of it */
  JsonArray *left;     /* (owned) */
};

SutureOutcome *
suture_outcome_new (void)
{
  SutureOutcome *self = g_new0 (SutureOutcome, 1);

  self->left = json_array_new ();
  return self;
}

void
suture_outcome_free (SutureOutcome *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->archive, json_object_unref);
  json_array_unref (self->left);
  g_free (self);
}

void
suture_outcome_add_suite (SutureOutcome *self, const SutureSuite *suite)
{
  if (self->archive != NULL && suite->made >= self->made)
    return;
  g_clear_pointer (&self->archive, json_object_unref);
  self->made = suite->made;
  self->archive = json_object_new ();
  json_object_set_string_member (self->archive, "origin", suite->origin);
  json_object_set_string_member (self->archive, "suite", suite->codename);
  json_object_set_int_member (self->archive, "date", suite->made);
}

void
suture_outcome_add_left (SutureOutcome *self, const SutureCandidates *candidates, const SutureObstacle *obstacle)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "component", candidates->component);
  json_object_set_string_member (one, "installed", suture_candidates_old_version (candidates));
  json_object_set_string_member (one, "fixed", suture_candidates_new_version (candidates));
  json_object_set_string_member (one, "why", obstacle->why);
  json_object_set_string_member (one, "detail", obstacle->detail);
  json_array_add_object_element (self->left, one);
}

/* What the file at @path says; an empty object where it says nothing that can be read. */
static JsonObject *
read_old (const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = json_parser_load_from_file (parser, path, NULL) ? json_parser_get_root (parser) : NULL;

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : json_object_new ();
}

gboolean
suture_outcome_write (SutureOutcome *self, const char *path, gboolean begun, const GError *end, gint64 now, GError **error)
{
  g_autoptr (JsonObject) object = begun ? json_object_new () : read_old (path);
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;

  json_object_set_int_member (object, "time", now);
  suture_place_set_end (object, end);
  if (begun)
    {
      json_object_set_array_member (object, "left", json_array_ref (self->left));
      if (self->archive != NULL)
        json_object_set_object_member (object, "archive", json_object_ref (self->archive));
    }
  json_node_init_object (node, object);
  text = json_to_string (node, TRUE);
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, error);
}
