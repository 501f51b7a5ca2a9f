/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/obstacle.h"

/* What was fetched and looked at once, and can't be an improvement: remembered for some days, so that it is not fetched at each
 * check only to be refused again. */

G_BEGIN_DECLS

#define SUTURE_REFUSALS_DAYS 7 /* what else changes on the computer may let it qualify */

typedef struct _SutureRefusals SutureRefusals;

/* What the file @path says; one that can't be read, or is of another version of this program, says nothing. @now: seconds since the
 * epoch. */
SutureRefusals *suture_refusals_load (const char *path, gint64 now) G_GNUC_WARN_UNUSED_RESULT;
void suture_refusals_free (SutureRefusals *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureRefusals, suture_refusals_free)

/* Why what is called @key was refused, NULL where it was not; the caller's. It is kept for this time when the file is written. */
SutureObstacle *suture_refusals_find (SutureRefusals *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
void suture_refusals_add (SutureRefusals *self, const char *key, const SutureObstacle *obstacle);

/* Writes what was found or added; the rest is forgotten. */
gboolean suture_refusals_save (SutureRefusals *self, GError **error);

G_END_DECLS
