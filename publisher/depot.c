/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "depot.h"

#include <dirent.h>
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
#include "within.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, closedir)

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
      g_auto (SutureFd) fd = suture_within_folder (self, folders[i].below, folders[i].mode, error);

      if (fd < 0)
        return FALSE;
    }
  return TRUE;
}

#define UNFINISHED ".suture-init-"
#define UNIQUE "XXXXXX" /* mkdtemp(3) */
#define TRIES 100

static gboolean
lock (int folder)
{
  return folder >= 0 && flock (folder, LOCK_EX | LOCK_NB) == 0;
}

/* Whether @folder is what lies at @path, a folder that make_unfinished () of this user has made. */
static gboolean
is_unfinished (int folder, const char *path)
{
  struct stat here, there;

  return fstat (folder, &here) == 0 && lstat (path, &there) == 0 && here.st_ino == there.st_ino && here.st_dev == there.st_dev
         && here.st_uid == geteuid () && (here.st_mode & 07777) == 0700;
}

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

      if (!g_str_has_prefix (name, UNFINISHED) || strlen (name) != strlen (UNFINISHED UNIQUE))
        continue;
      fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (lock (fd) && is_unfinished (fd, path))
        suture_tree_remove (path);
    }
}

/* A new folder in @parent, locked as *@folder. Another init may take it for left over until it is, and remove it. */
static char *
make_unfinished (const char *parent, SutureFd *folder, GError **error)
{
  for (guint i = 0; i < TRIES; i++)
    {
      g_autofree char *path = g_build_filename (parent, UNFINISHED UNIQUE, NULL);

      if (g_mkdtemp (path) == NULL)
        break;
      *folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (lock (*folder) && is_unfinished (*folder, path))
        return g_steal_pointer (&path);
      suture_fd_close (folder);
    }
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
  self->path = make_unfinished (parent, &self->lock, error);
  if (self->path == NULL)
    return NULL;
  if (make_folders (self, error) && write_config (self, error))
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
  if (g_key_file_load_from_bytes (config, bytes, G_KEY_FILE_NONE, NULL)
      && (self->name = g_key_file_get_string (config, "Publisher", "Name", NULL)) != NULL
      && (self->publisher = g_key_file_get_string (config, "Publisher", "Title", NULL)) != NULL)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
               "%s: it has no [Publisher] with Name= and Title=: bring it back from a backup", path);
  return FALSE;
}

static gboolean
take_lock (SutureDepot *self, GError **error)
{
  self->lock = suture_file_open_folder (self->path, 0, error);
  if (self->lock < 0 || lock (self->lock))
    return self->lock >= 0;
  if (errno != EWOULDBLOCK)
    return suture_error_set_errno (error, errno, "could not lock %s", self->path);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY,
               "another suture-publish is at work in %s: try again when it is done", self->path);
  return FALSE;
}

/* What is private is opened by its path as well: so nothing may stand in a folder's place. */
static gboolean
check_folders (SutureDepot *self, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GError) why = NULL;
      g_auto (SutureFd) fd = suture_within_folder (self, folders[i].below, 0, &why);

      if (fd >= 0 || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
        continue;
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return TRUE;
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
  if (!read_config (self, error) || !take_lock (self, error) || !check_folders (self, error) || !empty_work (self, error))
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

/* Empty without a file; NULL with @error for one that can't be read. */
static GKeyFile *
read_owners (SutureDepot *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) bytes = suture_within_read (self, OWNERS, CONFIG_MAX, &why);
  g_autoptr (GKeyFile) owners = g_key_file_new ();

  if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND)
      || (bytes != NULL && g_key_file_load_from_bytes (owners, bytes, G_KEY_FILE_KEEP_COMMENTS, NULL)))
    return g_steal_pointer (&owners);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
               "%s/%s, which says who has which key, is damaged: bring it back from a backup, or remove it", self->path, OWNERS);
  return NULL;
}

char *
suture_depot_owner (SutureDepot *self, const char *id)
{
  g_autoptr (GKeyFile) owners = read_owners (self, NULL);
  g_autofree char *text = owners != NULL ? g_key_file_get_string (owners, "Owners", id, NULL) : NULL;

  return text != NULL ? suture_name_clean_text (text, OWNER_BYTES, FALSE) : NULL;
}

gboolean
suture_depot_set_owner (SutureDepot *self, const char *id, const char *owner, GError **error)
{
  g_autoptr (GKeyFile) owners = read_owners (self, error);
  g_auto (SutureFd) folder = owners != NULL ? suture_file_open_folder (self->path, 0, error) : -1;
  g_autofree char *clean = suture_name_clean_text (owner, OWNER_BYTES, FALSE);
  g_autofree char *text = NULL;
  gsize length;

  if (folder < 0)
    return FALSE;
  g_key_file_set_string (owners, "Owners", id, clean);
  text = g_key_file_to_data (owners, &length, NULL);
  return suture_file_replace (folder, OWNERS, text, length, 0600, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
suture_depot_list (SutureDepot *self, const char *which, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_auto (SutureFd) fd = suture_within_folder (self, which, 0, &why);
  g_autoptr (DIR) folder = fd >= 0 ? fdopendir (fd) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const struct dirent *entry;

  if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return g_steal_pointer (&names);
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  suture_fd_steal (&fd); /* closedir () closes it */
  while (folder != NULL && (errno = 0, entry = readdir (folder)) != NULL)
    if (suture_name_is_valid (entry->d_name))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (folder == NULL || errno != 0)
    {
      suture_error_set_errno (error, errno, "could not read the folder %s/%s", self->path, which);
      return NULL;
    }
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
