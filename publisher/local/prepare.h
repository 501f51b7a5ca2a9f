/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/obstacle.h"

/* One component, from packages and what lies on the disk to what is staged: in a process of its own, since it becomes root in a user
 * namespace, and since what goes wrong with one must not end the others. */

G_BEGIN_DECLS

/* Does it, of the brief in @work, and stages the result in the publisher's folder @feed. *@obstacle: why it can't be. */
gboolean suture_prepare_run (const char *feed, const char *work, SutureObstacle **obstacle, GError **error);

/* Has a process of this program do it. The same. */
gboolean suture_prepare_spawn (const char *work, SutureObstacle **obstacle, GError **error);

/* The command line word, with @work behind it, that main () hands to suture_prepare_main (), and its exit status. */
#define SUTURE_PREPARE_WORD "--prepare"
int suture_prepare_main (const char *work);

G_END_DECLS
