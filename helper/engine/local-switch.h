/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Turning the local feed on or off, as work->on says: suture-local makes its keys, root begins to trust them (or ends it), history
 * tells who did it, and a check follows. For the thread that runs it. */

G_BEGIN_DECLS

/* What it was on or off before is no error. SUTURE_ERROR_NOT_APPLICABLE, _UNAVAILABLE, _FAILED, those of suture_local_set_up (): nothing
 * was changed; then those of suture_check_run (). */
gboolean suture_local_switch_run (SutureWork *work, GError **error);

G_END_DECLS
