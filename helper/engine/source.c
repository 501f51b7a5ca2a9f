/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/source.h"

#include "base/error.h"
#include "download/download.h"

typedef struct
{
  SutureSource base;              /* first: it is what others see */
  const SutureFeedConfig *config; /* NULL: nothing is remote */
  GCancellable *cancellable;      /* (owned) */
} Source;

static GBytes *
fetch (Source *self, const char *folder, const char *name, gsize max_length, GError **error)
{
  g_autofree char *url = g_strconcat (self->config->url, folder, name, NULL);

  return suture_download_bytes (url, max_length, self->cancellable, error);
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
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  return &self->base;
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
  g_clear_object (&self->cancellable);
  g_free (self);
}

char *
suture_source_payload_url (const SutureFeedConfig *config, const char *sha256)
{
  return g_strconcat (config->url, "/targets/payloads/", sha256, NULL);
}
