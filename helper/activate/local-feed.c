/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/local-feed.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/paths.h"
#include "feed/config.h"
#include "feed/folder.h"
#include "feed/trust.h"

#define FIRST_ROOT "metadata/1.root.json" /* the publisher keeps every root: what follows comes with the metadata */
#define CONFIG_NAME SUTURE_FEED_LOCAL ".conf"
#define ROOT_NAME SUTURE_FEED_LOCAL ".root.json"
#define CONFIG "# Written by suture: improvements that this computer prepares itself. `suturectl feed local off` takes it away.\n" \
               "[Feed]\nKind=local\n"
#define CONFIG_MAX 65536 /* bytes */
#define FILE_MODE 0644

/* One at a time, until it is closed. The folder is root's alone: nobody else can hold the lock. */
static int
lock (GError **error)
{
  g_auto (SutureFd) folder = suture_file_open_folder (suture_path (SUTURE_PATH_ROOT_STATE), 0700, error);

  if (folder >= 0 && TEMP_FAILURE_RETRY (flock (folder, LOCK_EX)) < 0)
    {
      suture_error_set_errno (error, errno, "could not lock %s", suture_path (SUTURE_PATH_ROOT_STATE));
      return -1;
    }
  return suture_fd_steal (&folder);
}

static gboolean
is_only_of (int fd, uid_t owner, const char *what, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && status.st_uid == owner && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is not suture-local’s alone", what);
  return FALSE;
}

/* The first root of @owner's repository, signed by its own keys as it says itself. */
static GBytes *
read_first_root (uid_t owner, GError **error)
{
  g_auto (SutureFd) state = suture_file_open_folder (suture_path (SUTURE_PATH_LOCAL_STATE), 0, NULL);
  g_auto (SutureFd) fd = suture_folder_open (FIRST_ROOT, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SutureMetadata) root = NULL;

  if (fd < 0 && error != NULL && g_error_matches (*error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    (*error)->code = SUTURE_ERROR_UNAVAILABLE;
  if (fd < 0 || !is_only_of (state, owner, suture_path (SUTURE_PATH_LOCAL_STATE), error)
      || !is_only_of (fd, owner, FIRST_ROOT, error))
    return NULL;
  bytes = suture_file_read_open (fd, FIRST_ROOT, suture_metadata_max_length (SUTURE_METADATA_ROOT), error);
  root = bytes != NULL ? suture_metadata_parse_root (bytes, error) : NULL;
  return root != NULL ? g_steal_pointer (&bytes) : NULL;
}

/* Whether what lies under the name is ours, or nothing. A vendor may not take it either: his file would be the feed once ours is gone. */
static gboolean
is_ours (int folder, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) bytes = suture_file_read (folder, CONFIG_NAME, CONFIG_MAX, &why);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *kind = NULL;

  if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return TRUE;
  if (bytes != NULL && g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, NULL))
    kind = g_key_file_get_string (file, "Feed", "Kind", NULL);
  if (g_strcmp0 (kind, SUTURE_FEED_LOCAL) == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s/%s is an administrator’s own, and was left as it is",
               suture_path (SUTURE_PATH_FEEDS_ADMIN), CONFIG_NAME);
  return FALSE;
}

static gboolean
holds (int folder, const char *name, const void *data, gsize length)
{
  g_autoptr (GBytes) there = suture_file_read (folder, name, length, NULL);
  g_autoptr (GBytes) wanted = g_bytes_new_static (data, length);

  return there != NULL && g_bytes_equal (there, wanted);
}

/* The root first: a .conf without one would be a feed that can't be used. */
static gboolean
write_files (int folder, GBytes *root, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (root, &length);
  g_autoptr (GBytes) config = suture_file_read (folder, CONFIG_NAME, CONFIG_MAX, NULL);

  if (!holds (folder, ROOT_NAME, data, length) && !suture_file_replace (folder, ROOT_NAME, data, length, FILE_MODE, error))
    return FALSE;
  /* one that says more (Components=) is an administrator's addition */
  return config != NULL || suture_file_replace (folder, CONFIG_NAME, CONFIG, strlen (CONFIG), FILE_MODE, error);
}

gboolean
suture_local_feed_set_on (uid_t owner, GError **error)
{
  g_auto (SutureFd) locked = lock (error);
  g_auto (SutureFd) folder = -1;
  g_autoptr (GBytes) root = NULL;

  if (locked < 0)
    return FALSE;
  folder = suture_file_open_folder (suture_path (SUTURE_PATH_FEEDS_ADMIN), 0, error);
  if (folder < 0 || !is_ours (folder, error))
    return FALSE;
  root = read_first_root (owner, error);
  return root != NULL && write_files (folder, root, error);
}

gboolean
suture_local_feed_set_off (GError **error)
{
  g_auto (SutureFd) locked = lock (error);
  g_auto (SutureFd) folder = -1;

  if (locked < 0)
    return FALSE;
  folder = suture_file_open_folder (suture_path (SUTURE_PATH_FEEDS_ADMIN), 0, error);
  return folder >= 0 && is_ours (folder, error) && suture_file_remove (folder, CONFIG_NAME, error)
         && suture_file_remove (folder, ROOT_NAME, error);
}
