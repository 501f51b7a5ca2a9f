/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"

/* Signed files on their way into the served folder. All of them are on disk in DEPOT/edition before the first is served, so whoever comes
 * after a run that was killed in between finishes what it began: a root that replaces keys is no good without the timestamp
 * that the new keys have signed. */

G_BEGIN_DECLS

/* Writes @files (name → GBytes) into the served folder's metadata/; "timestamp.json" comes last and roots just before it. Who is killed
 * before all are in DEPOT/edition has done nothing. */
gboolean suture_handover_write (SutureDepot *depot, GHashTable *files, GError **error);

/* Does the rest of one that was begun; nothing when none was. */
gboolean suture_handover_finish (SutureDepot *depot, GError **error);

G_END_DECLS
