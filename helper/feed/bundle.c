/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/bundle.h"

#include "base/error.h"

struct _SutureBundle
{
  SutureSource source; /* first, so that a source is its bundle */
  GHashTable *files;   /* name → GBytes (owned) */
  gsize length;        /* bytes in all */
};

static GBytes *
get_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  GBytes *bytes = suture_bundle_lookup ((SutureBundle *) source, name);

  if (bytes == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s was not handed over", name);
      return NULL;
    }
  if (g_bytes_get_size (bytes) > max_length)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s is longer than it may be", name);
      return NULL;
    }
  return g_bytes_ref (bytes);
}

static GBytes *
get_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "no targets were handed over");
  return NULL;
}

SutureBundle *
suture_bundle_new (void)
{
  SutureBundle *self = g_new0 (SutureBundle, 1);

  self->source.metadata = get_metadata;
  self->source.target = get_target;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

void
suture_bundle_free (SutureBundle *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->files);
  g_free (self);
}

gboolean
suture_bundle_add (const char *name, GBytes *bytes, gpointer user_data, GError **error)
{
  SutureBundle *self = user_data;
  gsize length = g_bytes_get_size (bytes);

  if (g_hash_table_size (self->files) == SUTURE_BUNDLE_FILES_MAX || length > SUTURE_BUNDLE_BYTES_MAX - self->length)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "more metadata than may be handed over");
      return FALSE;
    }
  if (g_hash_table_contains (self->files, name))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s was handed over twice", name);
      return FALSE;
    }
  g_hash_table_insert (self->files, g_strdup (name), g_bytes_ref (bytes));
  self->length += length;
  return TRUE;
}

SutureSource *
suture_bundle_source (SutureBundle *self)
{
  return &self->source;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
suture_bundle_names (SutureBundle *self)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

GBytes *
suture_bundle_lookup (SutureBundle *self, const char *name)
{
  return g_hash_table_lookup (self->files, name);
}
