/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/refusals.h"

#include <json-glib/json-glib.h>

#define SECONDS (SUTURE_REFUSALS_DAYS * 24 * 60 * 60)

struct _SutureRefusals
{
  char *path;        /* (owned) */
  gint64 now;
  JsonObject *known; /* key → { why, detail, time } (owned) */
  JsonObject *kept;  /* the same (owned) */
};

/* The file's object "refused", of this version. */
static JsonObject *
read_known (const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = json_parser_load_from_file (parser, path, NULL) ? json_parser_get_root (parser) : NULL;
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *refused;

  if (object == NULL
      || g_strcmp0 (json_object_get_string_member_with_default (object, "version", ""), SUTURE_VERSION) != 0)
    return json_object_new ();
  refused = json_object_get_member (object, "refused");
  return refused != NULL && JSON_NODE_HOLDS_OBJECT (refused) ? json_node_dup_object (refused) : json_object_new ();
}

SutureRefusals *
suture_refusals_load (const char *path, gint64 now)
{
  SutureRefusals *self = g_new0 (SutureRefusals, 1);

  self->path = g_strdup (path);
  self->now = now;
  self->known = read_known (path);
  self->kept = json_object_new ();
  return self;
}

void
suture_refusals_free (SutureRefusals *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  json_object_unref (self->known);
  json_object_unref (self->kept);
  g_free (self);
}

SutureObstacle *
suture_refusals_find (SutureRefusals *self, const char *key)
{
  JsonNode *node = json_object_get_member (self->known, key);
  JsonObject *one = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  gint64 then = one != NULL ? json_object_get_int_member_with_default (one, "time", 0) : 0;
  const char *why = one != NULL ? json_object_get_string_member_with_default (one, "why", "") : "";

  if (*why == '\0' || then > self->now || then < self->now - SECONDS)
    return NULL;
  json_object_set_object_member (self->kept, key, json_object_ref (one));
  return suture_obstacle_new (g_intern_string (why), json_object_get_string_member_with_default (one, "detail", ""));
}

void
suture_refusals_add (SutureRefusals *self, const char *key, const SutureObstacle *obstacle)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "why", obstacle->why);
  json_object_set_string_member (one, "detail", obstacle->detail);
  json_object_set_int_member (one, "time", self->now);
  json_object_set_object_member (self->kept, key, one);
}

gboolean
suture_refusals_save (SutureRefusals *self, GError **error)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  JsonObject *object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "version", SUTURE_VERSION);
  json_object_set_object_member (object, "refused", json_object_ref (self->kept));
  json_node_init_object (node, object);
  json_object_unref (object);
  text = json_to_string (node, TRUE);
  return g_file_set_contents (self->path, text, -1, error);
}
