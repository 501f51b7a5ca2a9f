/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "depot.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/name.h"
#include "tree.h"

#define PUBLISHER_BYTES 256
#define CONFIG "publisher.conf"
#define CONFIG_MAX 65536 /* bytes */

static const struct
{
  const char *below;
  guint mode;
} folders[] = {
  { "keys", 0700 },
  { "client", 0700 },
  { "repository", 0755 },
  { "repository/metadata", 0755 },
  { "repository/targets", 0755 },
  { "repository/targets/payloads", 0755 },
  { "staging", 0700 },
  { "published", 0700 },
  { SUTURE_DEPOT_PENDING, 0700 },
  { "work", 0700 },
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

static SutureDepot *
new_depot (void)
{
  SutureDepot *self = g_new0 (SutureDepot, 1);

  self->lock = -1;
  return self;
}

/* Whether a new folder can be @path: nothing is there, or an empty folder. */
static gboolean
is_free (const char *path, GError **error)
{
  g_autofree char *config = g_build_filename (path, CONFIG, NULL);
  g_autoptr (GDir) folder = NULL;

  if (g_file_test (config, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is a publisher's folder already", path);
      return FALSE;
    }
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  folder = g_dir_open (path, 0, error);
  if (folder == NULL || g_dir_read_name (folder) == NULL)
    return folder != NULL;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is not empty: name a folder that is, or is not there yet",
               path);
  return FALSE;
}

static gboolean
write_config (SutureDepot *self, GError **error)
{
  g_autoptr (GKeyFile) config = g_key_file_new ();
  g_autofree char *text = NULL;
  g_auto (SutureFd) folder = suture_file_open_folder (self->path, 0, error);
  gsize length;

  g_key_file_set_string (config, "Publisher", "Name", self->name);
  g_key_file_set_string (config, "Publisher", "Title", self->publisher);
  text = g_key_file_to_data (config, &length, NULL);
  return folder >= 0 && suture_file_replace (folder, CONFIG, text, length, 0644, error);
}

static gboolean
make_folders (SutureDepot *self, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = suture_depot_path (self, folders[i].below, NULL);
      g_auto (SutureFd) fd = suture_file_open_folder (folder, folders[i].mode, error);

      if (fd < 0)
        return FALSE;
    }
  return TRUE;
}

#define UNFINISHED ".suture-init-"

/* What an init that was killed left in @parent: keys that nobody uses. One that is at work holds its folder's lock. */
static void
remove_unfinished (const char *parent)
{
  g_autoptr (GDir) folder = g_dir_open (parent, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (parent, name, NULL);
      g_auto (SutureFd) fd = -1;

      if (!g_str_has_prefix (name, UNFINISHED))
        continue;
      fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
        suture_tree_remove (path);
    }
}

static char *
make_unfinished (const char *parent, GError **error)
{
  g_autofree char *path = g_build_filename (parent, UNFINISHED "XXXXXX", NULL);

  if (g_mkdtemp (path) != NULL)
    return g_steal_pointer (&path);
  suture_error_set_errno (error, errno, "could not make a folder below %s", parent);
  return NULL;
}

SutureDepot *
suture_depot_create (const char *path, const char *name, const char *publisher, GError **error)
{
  g_autoptr (SutureDepot) self = new_depot ();
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *parent = g_path_get_dirname (absolute);

  self->name = g_strdup (name);
  self->publisher = suture_name_clean_text (publisher, PUBLISHER_BYTES, FALSE);
  if (!suture_name_is_valid (name) || *self->publisher == '\0')
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "--name has to be of a-z, 0-9, dots and dashes, and --publisher not empty");
      return NULL;
    }
  if (!is_free (absolute, error))
    return NULL;
  if (g_mkdir_with_parents (parent, 0755) < 0)
    {
      suture_error_set_errno (error, errno, "could not make the folder %s", parent);
      return NULL;
    }
  remove_unfinished (parent);
  self->path = make_unfinished (parent, error);
  if (self->path == NULL)
    return NULL;
  self->lock = suture_file_open_folder (self->path, 0, error);
  if (self->lock >= 0 && flock (self->lock, LOCK_EX | LOCK_NB) == 0 && make_folders (self, error) && write_config (self, error))
    return g_steal_pointer (&self);
  suture_tree_remove (self->path);
  return NULL;
}

gboolean
suture_depot_finish (SutureDepot *self, const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  if (chmod (self->path, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not set the mode of %s", self->path);
  if (!suture_depot_move (self->path, absolute, error))
    return FALSE;
  g_free (self->path);
  self->path = g_steal_pointer (&absolute);
  return TRUE;
}

static gboolean
read_config (SutureDepot *self, GError **error)
{
  g_autofree char *path = suture_depot_path (self, CONFIG, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, CONFIG_MAX, error);
  g_autoptr (GKeyFile) config = g_key_file_new ();

  if (bytes == NULL)
    {
      g_prefix_error (error, "%s is not a folder made by suture-publish init: ", self->path);
      return FALSE;
    }
  if (!g_key_file_load_from_bytes (config, bytes, G_KEY_FILE_NONE, error)
      || (self->name = g_key_file_get_string (config, "Publisher", "Name", error)) == NULL
      || (self->publisher = g_key_file_get_string (config, "Publisher", "Title", error)) == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_lock (SutureDepot *self, GError **error)
{
  self->lock = suture_file_open_folder (self->path, 0, error);
  if (self->lock < 0 || flock (self->lock, LOCK_EX | LOCK_NB) == 0)
    return self->lock >= 0;
  if (errno != EWOULDBLOCK)
    return suture_error_set_errno (error, errno, "could not lock %s", self->path);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY,
               "another suture-publish is at work in %s: try again when it is done", self->path);
  return FALSE;
}

/* Who was killed left things here. */
static gboolean
empty_work (SutureDepot *self, GError **error)
{
  g_autofree char *path = suture_depot_path (self, "work", NULL);
  g_auto (SutureFd) folder = -1;

  suture_tree_remove (path);
  folder = suture_file_open_folder (path, 0700, error);
  return folder >= 0;
}

SutureDepot *
suture_depot_open (const char *path, GError **error)
{
  g_autoptr (SutureDepot) self = new_depot ();

  self->path = g_canonicalize_filename (path, NULL);
  if (!read_config (self, error) || !take_lock (self, error) || !empty_work (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
suture_depot_free (SutureDepot *self)
{
  if (self == NULL)
    return;
  suture_fd_clear (self->lock);
  g_free (self->path);
  g_free (self->name);
  g_free (self->publisher);
  g_free (self);
}

char *
suture_depot_work (SutureDepot *self, GError **error)
{
  g_autofree char *path = suture_depot_path (self, "work", NULL);

  return suture_tree_make (path, error);
}

#define OWNERS "owners.conf"
#define OWNER_BYTES 128

static GKeyFile *
read_owners (SutureDepot *self)
{
  g_autofree char *path = suture_depot_path (self, OWNERS, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, CONFIG_MAX, NULL);
  GKeyFile *owners = g_key_file_new ();

  if (bytes != NULL)
    g_key_file_load_from_bytes (owners, bytes, G_KEY_FILE_KEEP_COMMENTS, NULL);
  return owners;
}

char *
suture_depot_owner (SutureDepot *self, const char *id)
{
  g_autoptr (GKeyFile) owners = read_owners (self);
  g_autofree char *text = g_key_file_get_string (owners, "Owners", id, NULL);

  return text != NULL ? suture_name_clean_text (text, OWNER_BYTES, FALSE) : NULL;
}

gboolean
suture_depot_set_owner (SutureDepot *self, const char *id, const char *owner, GError **error)
{
  g_autoptr (GKeyFile) owners = read_owners (self);
  g_auto (SutureFd) folder = suture_file_open_folder (self->path, 0, error);
  g_autofree char *clean = suture_name_clean_text (owner, OWNER_BYTES, FALSE);
  g_autofree char *text = NULL;
  gsize length;

  g_key_file_set_string (owners, "Owners", id, clean);
  text = g_key_file_to_data (owners, &length, NULL);
  return folder >= 0 && suture_file_replace (folder, OWNERS, text, length, 0600, error);
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
  g_autoptr (GError) why = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &why);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL && !g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (suture_name_is_valid (name))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static gboolean
sync_folder (const char *path, GError **error)
{
  g_auto (SutureFd) folder = suture_file_open_folder (path, 0, error);

  return folder >= 0
         && (fsync (folder) == 0
             || suture_error_set_errno (error, errno, "could not write the folder %s to disk", path));
}

gboolean
suture_depot_move (const char *from, const char *to, GError **error)
{
  g_autofree char *from_parent = g_path_get_dirname (from);
  g_autofree char *to_parent = g_path_get_dirname (to);
  g_autofree char *to_grandparent = g_path_get_dirname (to_parent);

  if (g_mkdir_with_parents (to_parent, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make the folder %s", to_parent);
  if (g_rename (from, to) < 0)
    {
      if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
        return suture_error_set_errno (error, errno, "could not move %s to %s", from, to);
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "there is something at %s already", to);
      return FALSE;
    }
  return sync_folder (to_grandparent, error) && sync_folder (to_parent, error) && sync_folder (from_parent, error);
}
