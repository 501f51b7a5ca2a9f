/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/store.h"

#include "base/error.h"
#include "base/file.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600

struct _SutureStore
{
  char *path;      /* for errors (owned) */
  SutureFd folder; /* (owned) */
  SutureFd roots;  /* (owned) */
};

SutureStore *
suture_store_open (const char *path, GError **error)
{
  g_autoptr (SutureStore) self = g_new0 (SutureStore, 1);
  g_autofree char *roots = g_build_filename (path, "roots", NULL);

  self->path = g_strdup (path);
  self->roots = -1;
  self->folder = suture_file_open_folder (path, FOLDER_MODE, error);
  if (self->folder < 0)
    return NULL;
  self->roots = suture_file_open_folder (roots, FOLDER_MODE, error);
  return self->roots >= 0 ? g_steal_pointer (&self) : NULL;
}

void
suture_store_free (SutureStore *self)
{
  if (self == NULL)
    return;
  suture_fd_clear (self->folder);
  suture_fd_clear (self->roots);
  g_free (self->path);
  g_free (self);
}

static gboolean
load (SutureStore *self, int folder, const char *name, SutureMetadataType type, GBytes **bytes, GError **error)
{
  g_autoptr (GError) why = NULL;

  *bytes = suture_file_read (folder, name, suture_metadata_max_length (type), &why);
  if (*bytes != NULL || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND)
      || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&why), "%s: ", self->path);
  return FALSE;
}

static gboolean
save (SutureStore *self, int folder, const char *name, GBytes *bytes, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  if (suture_file_replace (folder, name, data, length, FILE_MODE, error))
    return TRUE;
  g_prefix_error (error, "%s: ", self->path);
  return FALSE;
}

static char *
file_of_role (const char *role)
{
  g_autofree char *encoded = g_uri_escape_string (role, NULL, FALSE);

  return g_strconcat (encoded, ".json", NULL);
}

gboolean
suture_store_load (SutureStore *self, const char *role, SutureMetadataType type, GBytes **bytes, GError **error)
{
  g_autofree char *name = file_of_role (role);

  return load (self, self->folder, name, type, bytes, error);
}

gboolean
suture_store_save (SutureStore *self, const char *role, GBytes *bytes, GError **error)
{
  g_autofree char *name = file_of_role (role);

  return save (self, self->folder, name, bytes, error);
}

gboolean
suture_store_forget (SutureStore *self, const char *role, GError **error)
{
  g_autofree char *name = file_of_role (role);

  return suture_file_remove (self->folder, name, error);
}

static char *
file_of_version (gint64 version)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, version);
}

gboolean
suture_store_load_root (SutureStore *self, gint64 version, GBytes **bytes, GError **error)
{
  g_autofree char *name = file_of_version (version);

  return load (self, self->roots, name, SUTURE_METADATA_ROOT, bytes, error);
}

gboolean
suture_store_save_root (SutureStore *self, gint64 version, GBytes *bytes, GError **error)
{
  g_autofree char *name = file_of_version (version);

  return save (self, self->roots, name, bytes, error);
}

gboolean
suture_store_forget_root (SutureStore *self, gint64 version, GError **error)
{
  g_autofree char *name = file_of_version (version);

  return suture_file_remove (self->roots, name, error);
}
