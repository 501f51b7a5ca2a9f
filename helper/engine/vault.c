/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600

/* Locked until it is closed: who reads a file while another thread overwrites what it was before would take it for damaged. */
static int
open_folder (GError **error)
{
  int folder = suture_file_open_folder (suture_path (SUTURE_PATH_CREDENTIALS), FOLDER_MODE, error);

  if (folder >= 0 && TEMP_FAILURE_RETRY (flock (folder, LOCK_EX)) < 0)
    {
      suture_error_set_errno (error, errno, "could not lock the folder of credentials");
      suture_fd_clear (folder);
      return -1;
    }
  return folder;
}

static gboolean
is_unused (void)
{
  return !g_file_test (suture_path (SUTURE_PATH_CREDENTIALS), G_FILE_TEST_EXISTS);
}

/* The old bytes, under whatever name they had. A file that has become somebody else's too is left to them. */
static void
overwrite (int fd)
{
  const guint8 zeroes[SUTURE_CREDENTIAL_MAX] = { 0 };
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode))
    return;
  if (pwrite (fd, zeroes, (gsize) MIN (status.st_size, SUTURE_CREDENTIAL_MAX), 0) < 0 || fsync (fd) < 0)
    g_message ("what was kept for a feed could not be overwritten: %s", g_strerror (errno));
}

static int
open_old (int folder, const char *name)
{
  return openat (folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

static gboolean
erase_file (int folder, const char *name, GError **error)
{
  g_auto (SutureFd) old = open_old (folder, name);

  overwrite (old);
  return suture_file_remove (folder, name, error);
}

/* What a faulty file says of its address is not believed, so nothing is erased for it. */
static gboolean
is_for (const SutureCredential *credential, const SutureFeedConfig *config)
{
  g_autofree char *origin = config->url != NULL ? suture_credential_origin (config->url) : NULL;

  return config->fault != NULL || g_strcmp0 (credential->origin, origin) == 0;
}

static SutureCredential *
load (int folder, const SutureFeedConfig *config, GError **error)
{
  g_autoptr (SutureCredential) credential = NULL;
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) bytes = NULL;

  bytes = suture_file_read (folder, config->name, SUTURE_CREDENTIAL_MAX, &why);
  if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return NULL;
  if (bytes == NULL && !g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&why), "the credential of the feed: ");
      return NULL;
    }
  credential = bytes != NULL ? suture_credential_unpack (bytes) : NULL;
  if (credential != NULL && is_for (credential, config))
    return g_steal_pointer (&credential);
  g_message ("feed %s: what was kept to sign in is forgotten: %s", config->name,
             credential != NULL ? "the feed has another address now" : "it is damaged");
  if (!erase_file (folder, config->name, &why))
    g_message ("feed %s: %s", config->name, why->message);
  return NULL;
}

SutureCredential *
suture_vault_load (const SutureFeedConfig *config, GError **error)
{
  g_auto (SutureFd) folder = is_unused () ? -1 : open_folder (error);

  return folder >= 0 ? load (folder, config, error) : NULL;
}

gboolean
suture_vault_save (const char *feed, const SutureCredential *credential, GError **error)
{
  g_auto (SutureFd) folder = open_folder (error);
  g_autoptr (GBytes) bytes = NULL;
  g_auto (SutureFd) old = -1;

  g_return_val_if_fail (suture_name_is_valid (feed), FALSE);
  if (folder < 0)
    return FALSE;
  bytes = suture_credential_pack (credential);
  old = open_old (folder, feed);
  if (!suture_file_replace (folder, feed, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), FILE_MODE, error))
    return FALSE;
  overwrite (old);
  return TRUE;
}

gboolean
suture_vault_erase (const char *feed, GError **error)
{
  gboolean unused = is_unused ();
  g_auto (SutureFd) folder = unused ? -1 : open_folder (error);

  g_return_val_if_fail (suture_name_is_valid (feed), FALSE);
  return unused || (folder >= 0 && erase_file (folder, feed, error));
}

/* Whether "there is no such feed" can be believed. */
static gboolean
can_list_feeds (void)
{
  const SuturePath folders[] = { SUTURE_PATH_FEEDS_VENDOR, SUTURE_PATH_FEEDS_ADMIN };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    if (access (suture_path (folders[i]), R_OK | X_OK) < 0 && errno != ENOENT)
      return FALSE;
  return TRUE;
}

/* A name that no feed can have is what a kill left of a file that was being written. */
static gboolean
is_orphan (int folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFeedConfig) config = suture_feed_config_find (name, &error);
  g_autoptr (SutureCredential) kept = NULL;

  if (config == NULL)
    return g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  kept = load (folder, config, NULL); /* which also erases one of another origin */
  return FALSE;
}

void
suture_vault_sweep (void)
{
  g_auto (SutureFd) folder = is_unused () ? -1 : open_folder (NULL);
  g_autoptr (GDir) files = g_dir_open (suture_path (SUTURE_PATH_CREDENTIALS), 0, NULL);

  if (folder < 0 || files == NULL || !can_list_feeds ())
    return;
  for (const char *name = g_dir_read_name (files); name != NULL; name = g_dir_read_name (files))
    {
      g_autoptr (GError) error = NULL;

      if (!is_orphan (folder, name))
        continue;
      g_message ("what was kept to sign in to the feed %s is forgotten: the feed is gone", name);
      if (!erase_file (folder, name, &error))
        g_message ("%s", error->message);
    }
}
