/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "verify/manifest.h"

/* Which payloads were hashed already, so that a publisher of thousands does not hash all of them each time. A file counts as
 * seen while its size, its inode and the time of its last change (ctime) are those of the moment at which its bytes were
 * hashed. Whoever can write into the served folder can set a file's mtime, but not its ctime, without setting the clock.
 * It is kept in DEPOT/client/payloads, private like the rest there; without it everything is hashed once more. */

G_BEGIN_DECLS

typedef struct _SutureSeen SutureSeen;

/* What was seen before; nothing when there is no such file, or it can't be read. Never NULL. */
SutureSeen *suture_seen_load (SutureDepot *depot) G_GNUC_WARN_UNUSED_RESULT;
void suture_seen_free (SutureSeen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSeen, suture_seen_free)

/* Whether @payload is served as it is. One of another size is not even read: it may be without an end. SUTURE_ERROR_NOT_FOUND, _MALFORMED
 * (no regular file) or _HASH. */
gboolean suture_seen_check (SutureSeen *self, const SuturePayload *payload, GError **error);

/* Keeps what suture_seen_check () found good; what it was not asked for is forgotten. */
gboolean suture_seen_save (SutureSeen *self, GError **error);

G_END_DECLS
