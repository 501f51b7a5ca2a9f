/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/source.h"
#include "engine/work.h"

/* Checking: what do the feeds offer, what does root hold, what does this machine's content say about it. */

G_BEGIN_DECLS

/* Asks every feed, over the network, and then suture-local, and reads what that has prepared. One feed's failure leaves what was known of it, does not keep the others from being
 * asked, and is the error that is returned. work->facts is new in any case. */
gboolean suture_check_run (SutureWork *work, GError **error);

/* "Not found" of a file of a feed's server, as its client understands it: something is wrong with the server of @config. Changes the
 * code of @error (may be NULL) to SUTURE_ERROR_NETWORK; of the local feed, which has none, to SUTURE_ERROR_FAILED. */
void suture_check_blame_server (const SutureFeedConfig *config, GError *error);

/* What was known before, verified again from the trusted metadata on the disk, without network. */
void suture_check_restore (SutureWork *work);

/* A feed's metadata, verified up to now: from its server, unless this operation has been there already; or, when that can't
 * be reached, from what was trusted before and has not expired. *@source is what to list or find with. */
SutureTrust *suture_check_open_feed (const SutureWork *work,
                                     const SutureFeedConfig *config,
                                     SutureSource **source,
                                     GError **error);

G_END_DECLS
