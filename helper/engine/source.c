/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/source.h"

#include "base/error.h"
#include "engine/vault.h"

#define HTTP_FORBIDDEN 403

typedef struct
{
  SutureSource base;              /* first: it is what others see */
  const SutureFeedConfig *config; /* NULL: nothing is remote */
  SutureCredential *credential;   /* or NULL (owned) */
  GError *locked;                 /* why the credential can't be read: then nothing is asked without it (owned) */
  GCancellable *cancellable;      /* (owned) */
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
  g_autofree char *url = g_strconcat (self->config->url, "/targets/payloads/", sha256, NULL);

  return is_open (self, error)
         && suture_download_file (url, self->credential, fd, length, progress, user_data, self->cancellable, error);
}
