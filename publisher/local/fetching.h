/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/candidates.h"

/* The client of suture-deb: apt fetches a package there, and what comes back is held against apt's signed list here. */

G_BEGIN_DECLS

/* @done: bytes of this package. */
typedef void (*SutureFetchingProgress) (guint64 done, gpointer user_data);

/* Fetches the package of @candidate into the new file @to. SUTURE_ERROR_UNAVAILABLE: nobody fetches; SUTURE_ERROR_NETWORK: apt could not
 * fetch it, which the journal explains; SUTURE_ERROR_HASH: it is not what the list says; SUTURE_ERROR_NO_SPACE. Nothing is
 * left at @to after an error. */
gboolean suture_fetching_run (const SutureCandidate *candidate,
                              const char *to,
                              SutureFetchingProgress progress,
                              gpointer user_data,
                              GError **error);

G_END_DECLS
