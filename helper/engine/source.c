/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/source.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "download/download.h"

typedef struct
{
  SutureSource base;              /* first: it is what others see */
  const SutureFeedConfig *config; /* NULL: nothing is remote */
  GCancellable *cancellable;      /* (owned) */
  char *file;                     /* in the folder of timestamps (owned) */
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

static int
open_folder (void)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_STATE), "timestamps", NULL);

  return suture_file_open_folder (path, 0700, NULL);
}

static GBytes *
not_there (const char *name, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no file %s", name);
  return NULL;
}

static GBytes *
remembered_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  Source *self = (Source *) source;
  g_auto (SutureFd) folder = open_folder ();

  if (folder < 0 || !g_str_equal (name, "timestamp.json"))
    return not_there (name, error);
  return suture_file_read (folder, self->file, max_length, error);
}

static GBytes *
remembered_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  return not_there (place, error);
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
suture_source_new_remembered (const char *feed)
{
  Source *self = g_new0 (Source, 1);

  self->base.metadata = remembered_metadata;
  self->base.target = remembered_target;
  self->file = g_strconcat (feed, ".json", NULL);
  return &self->base;
}

/* A SutureTrustAdd. */
static gboolean
keep_timestamp (const char *name, GBytes *bytes, gpointer user_data, GError **error)
{
  const char *file = user_data;
  g_auto (SutureFd) folder = -1;

  if (!g_str_equal (name, "timestamp.json"))
    return TRUE;
  folder = open_folder ();
  return folder >= 0
         && suture_file_replace (folder, file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0600, error);
}

void
suture_source_remember (SutureTrust *trust, const char *role, const char *feed)
{
  g_autofree char *file = g_strconcat (feed, ".json", NULL);
  g_autoptr (GError) error = NULL;

  if (!suture_trust_export (trust, role, keep_timestamp, file, &error))
    g_info ("feed %s: its timestamp is not kept: %s", feed, error != NULL ? error->message : "there is no folder for it");
}

void
suture_source_free (SutureSource *source)
{
  Source *self = (Source *) source;

  if (self == NULL)
    return;
  g_clear_object (&self->cancellable);
  g_free (self->file);
  g_free (self);
}

char *
suture_source_payload_url (const SutureFeedConfig *config, const char *sha256)
{
  return g_strconcat (config->url, "/targets/payloads/", sha256, NULL);
}
