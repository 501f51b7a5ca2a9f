/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* Whether this computer's clock can be right. Desktops keep the time of issue of the newest timestamp as a floor: one that was issued in
 * the future would have them refuse all that is signed with the right time later, until the timestamp's keys are replaced. */

G_BEGIN_DECLS

/* Compares @now (seconds since the epoch) with what was published: it can't be before, and whoever was away for so long that everything
 * ended months ago has to say so. SUTURE_ERROR_FAILED, with what to do. */
gboolean suture_clock_check_now (SutureRepository *repository, gint64 now, GError **error);

G_END_DECLS
