/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* What is merged below /usr, as a whole. The caller holds the lock and has kept the unmerged /usr. */

G_BEGIN_DECLS

/* Merges exactly the placed extensions @names (sorted, NULL-terminated) of ours, and no other of ours. Only trees that an
 * extension really has are covered; those that already are as wanted are left alone, unless @again (an image behind one of
 * the names is another one now). All overlays are made before the first is switched. Then looks whether the markers say
 * what was wanted. SUTURE_ERROR_NOT_APPLICABLE, and nothing is switched, when something else is mounted at such a tree. On
 * another error some trees may be switched: merge the old set again. */
gboolean suture_merge_apply (const char *const *names, gboolean again, GError **error);

/* Takes every merge of ours away, needing nothing: the way out when a merge can't be made. */
gboolean suture_merge_bare (GError **error);

G_END_DECLS
