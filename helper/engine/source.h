/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "feed/config.h"
#include "feed/trust.h"

/* Where the engine has a feed's files from. */

G_BEGIN_DECLS

/* The server of @config, over suture-fetch. @config and @cancellable must outlive it. */
SutureSource *suture_source_new_remote (const SutureFeedConfig *config, GCancellable *cancellable);

/* Nothing at all: SUTURE_ERROR_NOT_FOUND for everything. For what must do with the trusted copies alone. */
SutureSource *suture_source_new_nothing (void);

void suture_source_free (SutureSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSource, suture_source_free)

/* The address of the payload that is named by @sha256. */
char *suture_source_payload_url (const SutureFeedConfig *config, const char *sha256) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
