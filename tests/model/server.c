/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server.h"

#include "base/error.h"

static GBytes *
serve (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  ModelServer *self = (ModelServer *) source;
  const ModelFile *file = model_server_get (self, name);

  g_string_append_printf (self->requests, "%s ", name);
  if (file == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no %s", name);
  else if (g_bytes_get_size (file->bytes) > max_length)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s is longer", name);
  else
    return g_bytes_ref (file->bytes);
  return NULL;
}

ModelServer *
model_server_new (void)
{
  ModelServer *self = g_new0 (ModelServer, 1);

  self->source.metadata = serve;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->requests = g_string_new (NULL);
  return self;
}

ModelServer *
model_server_copy (const ModelServer *self)
{
  ModelServer *copy = model_server_new ();
  GHashTableIter iter;
  gpointer name, file;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &name, &file))
    model_server_put (copy, name, file);
  return copy;
}

void
model_server_free (ModelServer *self)
{
  g_hash_table_unref (self->files);
  g_string_free (self->requests, TRUE);
  g_free (self);
}

char *
model_server_name (ModelRole role, gint64 version, gboolean consistent)
{
  if (role == MODEL_TIMESTAMP || (role != MODEL_ROOT && !consistent))
    return g_strconcat (model_role_name (role), ".json", NULL);
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, model_role_name (role));
}

const ModelFile *
model_server_get (const ModelServer *self, const char *name)
{
  if (self->every_root != NULL && g_str_has_suffix (name, ".root.json"))
    return self->every_root;
  return g_hash_table_lookup (self->files, name);
}

void
model_server_put (ModelServer *self, const char *name, const ModelFile *file)
{
  if (file == NULL)
    g_hash_table_remove (self->files, name);
  else
    g_hash_table_insert (self->files, g_strdup (name), (gpointer) file);
}
