/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/contents.h"
#include "local/obstacle.h"

/* The files as they lie on this computer's disk, below the unmerged /usr: what an improvement replaces is what is there, and not
 * what a package once brought. */

G_BEGIN_DECLS

/* Copies into the new folder @ground what lies at the paths @installed (char *, absolute) and @entries (SutureEntry, of the fixed
 * packages), where that is below /usr and no documentation. Paths below /bin, /sbin and /lib* are those below /usr. *@obstacle: why
 * this computer's files can't be the base of an improvement, or @entries not its content; what was copied is of no use then. */
gboolean suture_ground_copy (
    GPtrArray *installed, GPtrArray *entries, const char *ground, SutureObstacle **obstacle, GError **error);

G_END_DECLS
