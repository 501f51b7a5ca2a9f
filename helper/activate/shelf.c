/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "activate/mounts.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/name.h"
#include "base/paths.h"

#define PREFIX "suture-"
#define REMOVED "removed" /* beside the lock, below /run/suture: forgotten at the next start */
#define CHUNK (256 * 1024) /* bytes */

struct _SutureShelf
{
  SutureFd folder; /* (owned) */
};

static void
installed_free (SutureInstalled *self)
{
  g_free (self->id);
  g_free (self->feed);
  g_clear_pointer (&self->manifest, suture_manifest_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureInstalled, installed_free)

static char *
file_name (const char *id, const char *suffix)
{
  return g_strconcat (PREFIX, id, suffix, NULL);
}

SutureShelf *
suture_shelf_open (GError **error)
{
  g_autoptr (SutureShelf) self = g_new0 (SutureShelf, 1);

  self->folder = suture_file_open_folder (suture_path (SUTURE_PATH_ROOT_IMAGES), 0700, error);
  return self->folder < 0 ? NULL : g_steal_pointer (&self);
}

void
suture_shelf_free (SutureShelf *self)
{
  if (self == NULL)
    return;
  suture_fd_clear (self->folder);
  g_free (self);
}

static SutureInstalled *
load (int folder, const char *id, GError **error)
{
  g_autoptr (SutureInstalled) self = g_new0 (SutureInstalled, 1);
  g_autofree char *feed_name = file_name (id, ".feed");
  g_autofree char *manifest_name = file_name (id, ".json");
  g_autoptr (GBytes) feed = suture_file_read (folder, feed_name, SUTURE_NAME_MAX, error);
  g_autoptr (GBytes) json = feed == NULL ? NULL : suture_file_read (folder, manifest_name, SUTURE_MANIFEST_MAX, error);

  if (json == NULL)
    return NULL;
  self->id = g_strdup (id);
  self->feed = g_strndup (g_bytes_get_data (feed, NULL), g_bytes_get_size (feed));
  self->manifest = suture_manifest_parse (json, error);
  if (self->manifest == NULL)
    return NULL;
  if (!suture_name_is_valid (self->feed) || !g_str_equal (self->manifest->id, id))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "its files do not belong together");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* The id of a file named "suture-ID@suffix", or NULL. */
static char *
id_of (const char *name, const char *suffix)
{
  g_autofree char *id = NULL;

  if (!g_str_has_prefix (name, PREFIX) || !g_str_has_suffix (name, suffix)
      || strlen (name) <= strlen (PREFIX) + strlen (suffix))
    return NULL;
  id = g_strndup (name + strlen (PREFIX), strlen (name) - strlen (PREFIX) - strlen (suffix));
  return suture_name_is_valid (id) ? g_steal_pointer (&id) : NULL;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(SutureInstalled *const *) a)->id, (*(SutureInstalled *const *) b)->id);
}

GPtrArray *
suture_shelf_list (SutureShelf *self, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (suture_path (SUTURE_PATH_ROOT_IMAGES), 0, error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) installed_free);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = id_of (name, ".feed");
      g_autoptr (GError) broken = NULL;
      SutureInstalled *installed;

      if (id == NULL)
        continue;
      installed = load (self->folder, id, &broken);
      if (installed != NULL)
        g_ptr_array_add (list, installed);
      else
        g_warning ("improvement %s can't be used: %s", id, broken->message);
    }
  g_ptr_array_sort (list, compare_ids);
  return g_steal_pointer (&list);
}

SutureInstalled *
suture_shelf_find (GPtrArray *installed, const char *id)
{
  for (guint i = 0; i < installed->len; i++)
    if (g_str_equal (((SutureInstalled *) installed->pdata[i])->id, id))
      return installed->pdata[i];
  return NULL;
}

SutureInstalled *
suture_shelf_find_component (GPtrArray *installed, const char *component)
{
  for (guint i = 0; i < installed->len; i++)
    if (g_str_equal (((SutureInstalled *) installed->pdata[i])->manifest->component, component))
      return installed->pdata[i];
  return NULL;
}

gboolean
suture_shelf_has (SutureShelf *self, const char *id)
{
  g_autofree char *name = file_name (id, ".feed");
  struct stat status;

  return fstatat (self->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
copy_bytes (int from, int to, guint64 size, SutureDigest *digest, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK);

  for (guint64 offset = 0; offset < size;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (pread (from, buffer, MIN (CHUNK, size - offset), (off_t) offset));

      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read the image that was handed over");
      if (n == 0)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the image that was handed over is too short");
          return FALSE;
        }
      suture_digest_update (digest, buffer, (gsize) n);
      if (!suture_file_write_all (to, buffer, (gsize) n, error))
        return FALSE;
      offset += (guint64) n;
    }
  return TRUE;
}

int
suture_shelf_copy (SutureShelf *self, const SutureManifest *manifest, int from, GError **error)
{
  g_autoptr (SutureDigest) digest = suture_digest_new ();
  g_autofree char *sha256 = NULL;
  g_auto (SutureFd) copy = -1;
  struct stat status;

  if (fstat (from, &status) < 0 || !S_ISREG (status.st_mode))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the image that was handed over is no file");
      return -1;
    }
  if ((guint64) status.st_size != manifest->image_size)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the image that was handed over has another size than the signed one");
      return -1;
    }
  copy = suture_file_unnamed (self->folder, 0600, error);
  if (copy < 0 || !copy_bytes (from, copy, manifest->image_size, digest, error))
    return -1;
  sha256 = suture_digest_finish (digest);
  if (!g_str_equal (sha256, manifest->image_sha256))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the image that was handed over is not the signed one");
      return -1;
    }
  if (fsync (copy) < 0) /* a full disk shows here at the latest */
    {
      suture_error_set_errno (error, errno, "could not write the image to disk");
      return -1;
    }
  return suture_fd_steal (&copy);
}

int
suture_shelf_open_image (SutureShelf *self, const SutureManifest *manifest, GError **error)
{
  g_autofree char *name = file_name (manifest->id, ".erofs");
  g_auto (SutureFd) fd = openat (self->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *sha256 = NULL;
  guint64 size;

  if (fd < 0)
    {
      suture_error_set_errno (error, errno, "could not open %s", name);
      return -1;
    }
  sha256 = suture_digest_fd (fd, &size, error);
  if (sha256 == NULL)
    return -1;
  if (size != manifest->image_size || !g_str_equal (sha256, manifest->image_sha256))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s on disk is not the signed image any more", name);
      return -1;
    }
  return suture_fd_steal (&fd);
}

gboolean
suture_shelf_put (SutureShelf *self, const SutureManifest *manifest, int image, GBytes *manifest_bytes, GError **error)
{
  g_autofree char *image_name = file_name (manifest->id, ".erofs");
  g_autofree char *manifest_name = file_name (manifest->id, ".json");

  return suture_file_link (image, self->folder, image_name, error)
         && suture_file_replace (self->folder, manifest_name, g_bytes_get_data (manifest_bytes, NULL),
                                 g_bytes_get_size (manifest_bytes), 0600, error);
}

static char *
removed_folder (void)
{
  g_autofree char *run = g_path_get_dirname (suture_path (SUTURE_PATH_LOCK));

  return g_build_filename (run, REMOVED, NULL);
}

/* Best effort, on /run: who maps removed bytes is only shown, and nothing depends on it. */
static void
remember (int folder, const char *id)
{
  g_autofree char *name = file_name (id, ".json");
  g_autoptr (GBytes) json = suture_file_read (folder, name, SUTURE_MANIFEST_MAX, NULL);
  g_autofree char *path = removed_folder ();
  g_auto (SutureFd) removed = suture_file_open_folder (path, 0700, NULL);

  if (json == NULL || removed < 0
      || !suture_file_replace (removed, name, g_bytes_get_data (json, NULL), g_bytes_get_size (json), 0600, NULL))
    g_warning ("could not remember that %s was removed", id);
}

gboolean
suture_shelf_commit (SutureShelf *self, const char *id, const char *feed, const char *replaced, GError **error)
{
  g_autofree char *name = file_name (id, ".feed");
  g_autofree char *old = replaced != NULL ? file_name (replaced, ".feed") : NULL;

  if (old == NULL)
    return suture_file_replace (self->folder, name, feed, strlen (feed), 0600, error);
  remember (self->folder, replaced);
  if (renameat (self->folder, old, self->folder, name) < 0 || fsync (self->folder) < 0)
    return suture_error_set_errno (error, errno, "could not record %s in place of %s", id, replaced);
  return TRUE;
}

gboolean
suture_shelf_withdraw (SutureShelf *self, const char *id, GError **error)
{
  g_autofree char *name = file_name (id, ".feed");

  remember (self->folder, id);
  return suture_file_remove (self->folder, name, error);
}

GPtrArray *
suture_shelf_removed (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_manifest_unref);
  g_autofree char *path = removed_folder ();
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_auto (SutureFd) folder = dir != NULL ? suture_file_open_folder (path, 0, NULL) : -1;
  const char *name;

  while (folder >= 0 && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = id_of (name, ".json");
      g_autoptr (GBytes) json = id != NULL ? suture_file_read (folder, name, SUTURE_MANIFEST_MAX, NULL) : NULL;
      SutureManifest *manifest = json != NULL ? suture_manifest_parse (json, NULL) : NULL;

      if (manifest != NULL)
        g_ptr_array_add (list, manifest);
    }
  return list;
}

void
suture_shelf_clean (SutureShelf *self)
{
  const char *const suffixes[] = { ".erofs", ".json", ".verity" };
  g_autoptr (GDir) dir = g_dir_open (suture_path (SUTURE_PATH_ROOT_IMAGES), 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      gboolean orphan = *name == '.';

      for (gsize i = 0; !orphan && i < G_N_ELEMENTS (suffixes); i++)
        {
          g_autofree char *id = id_of (name, suffixes[i]);
          g_autofree char *feed = id != NULL ? file_name (id, ".feed") : NULL;
          struct stat status;

          orphan = feed != NULL && fstatat (self->folder, feed, &status, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
        }
      if (orphan && unlinkat (self->folder, name, 0) < 0)
        g_warning ("could not remove %s: %s", name, g_strerror (errno));
    }
  (void) fsync (self->folder);
}
