/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/watch.h"

/* What the service manager says about units, over the system bus: read, and nothing else. Calls block: use a thread. */

G_BEGIN_DECLS

/* How each of @units is now: array of SutureUnitState. One that is not loaded is "inactive". Empty where there is no service
 * manager: it then has nothing to say. */
GPtrArray *suture_unit_states_read (const char *const *units) G_GNUC_WARN_UNUSED_RESULT;

/* Which services have failed now, wait to be started again after a failure, or were within the last minute: names, a line each. "" where there is none, or
 * no service manager. */
char *suture_unit_states_failing (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
