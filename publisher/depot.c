/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "depot.h"

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"

#define PUBLISHER_BYTES 256

static const struct
{
  const char *below;
  guint mode;
} folders[] = {
  { "", 0755 },
  { "keys", 0700 },
  { "repository", 0755 },
  { "repository/metadata", 0755 },
  { "repository/targets", 0755 },
  { "repository/targets/payloads", 0755 },
  { "staging", 0700 },
  { "published", 0700 },
};

char *
suture_depot_path (SutureDepot *self, const char *first, ...)
{
  GString *path = g_string_new (self->path);
  va_list args;

  va_start (args, first);
  for (const char *part = first; part != NULL; part = va_arg (args, const char *))
    g_string_append_printf (path, "/%s", part);
  va_end (args);
  return g_string_free (path, FALSE);
}

SutureDepot *
suture_depot_create (const char *path, const char *name, const char *publisher, GError **error)
{
  g_autoptr (SutureDepot) self = g_new0 (SutureDepot, 1);
  g_autoptr (GKeyFile) config = g_key_file_new ();
  g_autofree char *config_path = NULL;

  self->path = g_canonicalize_filename (path, NULL);
  self->name = g_strdup (name);
  self->publisher = suture_name_clean_text (publisher, PUBLISHER_BYTES, FALSE);
  if (!suture_name_is_valid (name) || *self->publisher == '\0')
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "--name has to be of a-z, 0-9, dots and dashes, and --publisher not empty");
      return NULL;
    }
  config_path = suture_depot_path (self, "publisher.conf", NULL);
  if (g_file_test (config_path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is a publisher's folder already", self->path);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = suture_depot_path (self, folders[i].below, NULL);
      g_auto (SutureFd) fd = suture_file_open_folder (folder, folders[i].mode, error);

      if (fd < 0)
        return NULL;
    }
  g_key_file_set_string (config, "Publisher", "Name", self->name);
  g_key_file_set_string (config, "Publisher", "Title", self->publisher);
  if (!g_key_file_save_to_file (config, config_path, error))
    return NULL;
  return g_steal_pointer (&self);
}

SutureDepot *
suture_depot_open (const char *path, GError **error)
{
  g_autoptr (SutureDepot) self = g_new0 (SutureDepot, 1);
  g_autoptr (GKeyFile) config = g_key_file_new ();
  g_autofree char *config_path = NULL;

  self->path = g_canonicalize_filename (path, NULL);
  config_path = suture_depot_path (self, "publisher.conf", NULL);
  if (!g_key_file_load_from_file (config, config_path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s is not a folder made by suture-publish init: ", self->path);
      return NULL;
    }
  self->name = g_key_file_get_string (config, "Publisher", "Name", error);
  self->publisher = self->name != NULL ? g_key_file_get_string (config, "Publisher", "Title", error) : NULL;
  return self->publisher != NULL ? g_steal_pointer (&self) : NULL;
}

void
suture_depot_free (SutureDepot *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->name);
  g_free (self->publisher);
  g_free (self);
}

SutureSigner *
suture_depot_signer (SutureDepot *self, const char *role, gboolean make, GError **error)
{
  g_autofree char *file = g_strconcat (role, ".pem", NULL);
  g_autofree char *path = suture_depot_path (self, "keys", file, NULL);

  if (make && !g_file_test (path, G_FILE_TEST_EXISTS))
    return suture_signer_create (path, error);
  return suture_signer_load (path, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
suture_depot_list (SutureDepot *self, const char *which, GError **error)
{
  g_autofree char *path = suture_depot_path (self, which, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL)
    return NULL;
  while ((name = g_dir_read_name (folder)) != NULL)
    if (suture_name_is_valid (name))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}
