/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Removing: nothing is fetched and nothing rebuilt, so that it works without network and on a full disk. */

G_BEGIN_DECLS

/* Runs @plan. On error the improvement is as it was; the sentence says so. */
gboolean suture_remove_run (SutureWork *work, const SuturePlan *plan, GError **error);

G_END_DECLS
