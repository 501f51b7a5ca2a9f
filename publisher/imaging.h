/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "description.h"
#include "origin.h"

/* What a desktop fetches of an improvement, and what that is checked with later. */

G_BEGIN_DECLS

/* @lean: one payload alone, made quickly: for a feed that nobody fetches from afar.
 * Makes the folder @stage with the image of @changes, one payload for everyone, one for each base from whose files it can be
 * made of fewer bytes, and the old files of every base (stage.h); in the folder @work, and says in @description what came
 * out. */
gboolean suture_imaging_run (const SutureOrigin *origin,
                             const SutureChanges *changes,
                             SutureDescription *description,
                             const char *work,
                             const char *stage,
                             gboolean lean,
                             GError **error);

G_END_DECLS
