/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/credential.h"
#include "feed/config.h"

/* The credentials that unattended checks need: a file a feed below SUTURE_PATH_CREDENTIALS (the helper's, 0700), 0600. Each is
 * bound to the origin it was entered for: a feed whose address was changed does not get it. Blocks; any thread. */

G_BEGIN_DECLS

/* The one for @config, or NULL: there is none, or it was for another origin or is damaged, and then it is erased. With a feed
 * that is faulty, whatever is kept under its name: to be told of, and sent to nobody. NULL with @error: it can't be read; that
 * does not mean that there is none. */
SutureCredential *suture_vault_load (const SutureFeedConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps @credential for the feed @feed in place of an older one, on the disk when it returns. On error the older one stays. */
gboolean suture_vault_save (const char *feed, const SutureCredential *credential, GError **error);

/* Overwrites and removes what is kept for @feed; that there is nothing is no error. What a file system or a disk keeps of old
 * blocks by itself is out of reach: a server's own list of what it accepts is what ends a credential. */
gboolean suture_vault_erase (const char *feed, GError **error);

/* Erases what belongs to no feed that is configured, and to an origin that is none of its feed's. A feed whose files can't be
 * used keeps its credential, and so do all when the folders of feeds can't be read. */
void suture_vault_sweep (void);

G_END_DECLS
