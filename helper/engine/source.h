/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "download/download.h"
#include "feed/config.h"
#include "feed/trust.h"

/* Where the engine has a feed's files from. */

G_BEGIN_DECLS

/* Where the files of @config are: suture_source_new_remote () of a publisher's feed, suture_source_new_local () of the local one. */
SutureSource *suture_source_new (const SutureFeedConfig *config, GCancellable *cancellable);

/* The folder that suture-local prepares: feed/folder.h. What is missing there is SUTURE_ERROR_NOT_FOUND. */
SutureSource *suture_source_new_local (GCancellable *cancellable);

/* The server of @config, over suture-fetch, with the credential that is kept for it. @config must outlive it. What it says of
 * a file is that of download/download.h; and where even timestamp.json, which every repository has, is forbidden (403), it is
 * SUTURE_ERROR_NOT_SIGNED_IN: of all other files that can mean that there is none. */
SutureSource *suture_source_new_remote (const SutureFeedConfig *config, GCancellable *cancellable);

/* From @seconds from now on no other file of metadata and no manifest is begun: SUTURE_ERROR_NETWORK. (One file alone has
 * the limits of download/download.h.) */
void suture_source_set_deadline (SutureSource *self, guint seconds);

/* Nothing at all: SUTURE_ERROR_NOT_FOUND for everything. For what must do with the trusted copies alone. */
SutureSource *suture_source_new_nothing (void);

void suture_source_free (SutureSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSource, suture_source_free)

/* Fetches the payload that is named by @sha256 and has @length bytes into @fd, as suture_download_file () does; of the local feed it
 * is copied, and one of another length is SUTURE_ERROR_HASH. */
gboolean suture_source_fetch_payload (SutureSource *self,
                                      const char *sha256,
                                      guint64 length,
                                      int fd,
                                      SutureDownloadProgress progress,
                                      gpointer user_data,
                                      GError **error);

G_END_DECLS
