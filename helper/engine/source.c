/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/source.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "engine/vault.h"
#include "feed/folder.h"

#define HTTP_FORBIDDEN 403
#define CHUNK (256 * 1024) /* bytes of a copy between two looks at who cancelled it */

typedef struct
{
  SutureSource base;              /* first: it is what others see */
  const SutureFeedConfig *config; /* NULL: nothing is remote */
  SutureCredential *credential;   /* or NULL (owned) */
  GError *locked;                 /* why the credential can't be read: then nothing is asked without it (owned) */
  GCancellable *cancellable;      /* (owned) */
  gboolean local;
  gint64 deadline;                /* of g_get_monotonic_time (); 0: none */
} Source;

static gboolean
is_open (const Source *self, GError **error)
{
  if (self->locked == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->locked));
  return FALSE;
}

static GBytes *
fetch (Source *self, const char *folder, const char *name, gsize max_length, GError **error)
{
  g_autofree char *url = g_strconcat (self->config->url, folder, name, NULL);
  g_autoptr (GError) local = NULL;
  GBytes *bytes;
  guint http = 0;

  if (!is_open (self, error))
    return NULL;
  if (self->deadline != 0 && g_get_monotonic_time () >= self->deadline)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK, "its server takes too long: what was fetched is kept, and the next"
                   " check goes on from there");
      return NULL;
    }
  bytes = suture_download_bytes (url, self->credential, max_length, &http, self->cancellable, &local);
  if (bytes != NULL)
    return bytes;
  if (http == HTTP_FORBIDDEN && g_str_equal (name, "timestamp.json"))
    (void) suture_download_refused (url, self->credential, error);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static GBytes *
remote_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  return fetch ((Source *) source, "/metadata/", name, max_length, error);
}

static GBytes *
remote_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  return fetch ((Source *) source, "/targets/", place, max_length, error);
}

static gboolean
is_wanted (GCancellable *cancellable, GError **error)
{
  if (!g_cancellable_is_cancelled (cancellable))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "it was cancelled");
  return FALSE;
}

static GBytes *
read_below (Source *self, const char *folder, const char *name, gsize max_length, GError **error)
{
  g_autofree char *place = g_strconcat (folder, name, NULL);

  return is_wanted (self->cancellable, error) ? suture_folder_read (place, max_length, error) : NULL;
}

static GBytes *
local_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  return read_below ((Source *) source, "metadata/", name, max_length, error);
}

static GBytes *
local_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  return read_below ((Source *) source, "targets/", place, max_length, error);
}

static GBytes *
nothing (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no file %s", name);
  return NULL;
}

SutureSource *
suture_source_new_remote (const SutureFeedConfig *config, GCancellable *cancellable)
{
  Source *self = g_new0 (Source, 1);

  self->base.metadata = remote_metadata;
  self->base.target = remote_target;
  self->config = config;
  self->credential = suture_vault_load (config, &self->locked);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  return &self->base;
}

SutureSource *
suture_source_new_local (GCancellable *cancellable)
{
  Source *self = g_new0 (Source, 1);

  self->base.metadata = local_metadata;
  self->base.target = local_target;
  self->local = TRUE;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  return &self->base;
}

SutureSource *
suture_source_new (const SutureFeedConfig *config, GCancellable *cancellable)
{
  return config->local ? suture_source_new_local (cancellable) : suture_source_new_remote (config, cancellable);
}

void
suture_source_set_deadline (SutureSource *source, guint seconds)
{
  ((Source *) source)->deadline = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
}

SutureSource *
suture_source_new_nothing (void)
{
  Source *self = g_new0 (Source, 1);

  self->base.metadata = nothing;
  self->base.target = nothing;
  return &self->base;
}

void
suture_source_free (SutureSource *source)
{
  Source *self = (Source *) source;

  if (self == NULL)
    return;
  suture_credential_free (self->credential);
  g_clear_error (&self->locked);
  g_clear_object (&self->cancellable);
  g_free (self);
}

/* Piece by piece, and never more than was signed: the file is its owner's, and may grow or shrink meanwhile. */
static gboolean
copy_payload (Source *self, const char *place, guint64 length, int fd, SutureDownloadProgress progress, gpointer user_data,
              GError **error)
{
  g_auto (SutureFd) from = suture_folder_open (place, error);
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  guint64 done = 0;

  if (from < 0)
    return FALSE;
  if (ftruncate (fd, 0) < 0 || lseek (fd, 0, SEEK_SET) < 0)
    return suture_error_set_errno (error, errno, "could not begin the copy");
  while (done < length)
    {
      ssize_t n = TEMP_FAILURE_RETRY (pread (from, buffer, (gsize) MIN (CHUNK, length - done), (off_t) done));

      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read %s", place);
      if (n == 0)
        break;
      if (!suture_file_write_all (fd, buffer, (gsize) n, error) || !is_wanted (self->cancellable, error))
        return FALSE;
      done += (guint64) n;
      if (progress != NULL)
        progress (done, length, user_data);
    }
  if (done == length && pread (from, buffer, 1, (off_t) done) == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s has another length than the signed one", place);
  return FALSE;
}

gboolean
suture_source_fetch_payload (SutureSource *source,
                             const char *sha256,
                             guint64 length,
                             int fd,
                             SutureDownloadProgress progress,
                             gpointer user_data,
                             GError **error)
{
  Source *self = (Source *) source;
  g_autofree char *place = g_strconcat ("targets/payloads/", sha256, NULL);
  g_autofree char *url = NULL;

  if (self->local)
    return copy_payload (self, place, length, fd, progress, user_data, error);
  url = g_strconcat (self->config->url, "/", place, NULL);
  return is_open (self, error)
         && suture_download_file (url, self->credential, fd, length, progress, user_data, self->cancellable, error);
}
