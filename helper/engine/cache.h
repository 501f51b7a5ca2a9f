/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/known.h"
#include "history/database.h"

/* Manifests on the disk, STATE/manifests/SHA256.json: what a start without network shows, and what is left to say about an
 * installed improvement that its feed no longer lists. A file is believed when its bytes have the digest it is named by. */

G_BEGIN_DECLS

/* NULL when it is not there, or not what its name says. */
GBytes *suture_cache_load (const char *sha256);

/* A failure is only logged: the next check fetches it again. */
void suture_cache_save (const char *sha256, GBytes *bytes);

/* Removes all files but those whose digests are in the set @read (char *), and what is kept. */
void suture_cache_sweep (SutureDatabase *database, GHashTable *read);

/* Remembers the manifest of an improvement that is being installed for as long as it is, and how that came to be. */
void suture_cache_keep (SutureDatabase *database, const SutureKnown *known);

/* What was kept for @id; NULL when there is nothing. No target: no feed lists it. */
SutureKnown *suture_cache_find_kept (SutureDatabase *database, const char *feed, const char *id);

G_END_DECLS
