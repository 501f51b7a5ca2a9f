/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What time it is, for the question whether something signed has expired. */

G_BEGIN_DECLS

/* Seconds since the epoch, by the computer's clock; by the day of this release where the clock is before that, because it
 * stopped or was set back. Ask once at the start of a cycle, and use that throughout: the clock may jump meanwhile. */
gint64 suture_clock_now (void);

/* The day of this release, seconds since the epoch: a constant of the build (meson.build), the same for everybody. */
gint64 suture_clock_release (void);

G_END_DECLS
