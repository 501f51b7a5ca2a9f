/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"

/* The unmerged /usr, kept reachable and read-only at SUTURE_PATH_BASE. It is the live one: what a package manager writes
 * shows there at once. */

G_BEGIN_DECLS

/* Keeps it unless it is kept already. Works while something of ours is merged below /usr. SUTURE_ERROR_UNAVAILABLE when
 * another overlay covers the whole of /usr and /usr is a file system of its own: then only a boot can. */
gboolean suture_unmerged_keep (GError **error);

/* Whether it is kept. */
gboolean suture_unmerged_is_kept (void);

/* A descriptor of its top folder. -1 with @error. */
int suture_unmerged_open (GError **error);

G_END_DECLS
