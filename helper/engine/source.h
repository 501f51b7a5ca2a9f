/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "feed/config.h"
#include "feed/trust.h"

/* The two places that the engine has for a feed's files: its server, and what was trusted before. */

G_BEGIN_DECLS

/* The server of @config, over suture-fetch. @config and @cancellable must outlive it. */
SutureSource *suture_source_new_remote (const SutureFeedConfig *config, GCancellable *cancellable);

/* The timestamp that suture_source_remember () kept of @feed, without any network: with it, a SutureTrust finds the rest
 * among its own trusted copies, and verifies all of it again. SUTURE_ERROR_NOT_FOUND for all else. */
SutureSource *suture_source_new_remembered (const char *feed);

/* Keeps the timestamp of @trust, after a list of @role, in STATE/timestamps/FEED.json. A failure is only logged: a start
 * without network will know less. */
void suture_source_remember (SutureTrust *trust, const char *role, const char *feed);

void suture_source_free (SutureSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSource, suture_source_free)

/* The address of the payload that is named by @sha256. */
char *suture_source_payload_url (const SutureFeedConfig *config, const char *sha256) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
