/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The client of suture-local: one request, one connection (publisher/local/README.md, "The local socket"). What comes back is
 * checked like anything from outside. Calls block: use a thread. */

G_BEGIN_DECLS

/* Called when it says where it is; @done of @total bytes, 0 of 0 where that is not known. */
typedef void (*SutureLocalProgress) (guint64 done, guint64 total, gpointer user_data);

/* Whether suture-local is installed: its socket is there. Does not block. */
gboolean suture_local_is_present (void);

/* Has it make its folder and keys where there are none. SUTURE_ERROR_UNAVAILABLE: nobody listens; _BUSY: it is at work for somebody
 * else, and stays so; _CANCELLED; _INTERRUPTED: it ended without a result, or was silent for too long; _MALFORMED: an answer that
 * makes no sense; _FAILED: it took too long; else its own word, out of those that the contract names for a check. */
gboolean suture_local_set_up (SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable, GError **error);

/* Has it prepare what is missing and drop what is of no more use. Errors as above. What could be prepared is there all the same. */
gboolean suture_local_check (SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
