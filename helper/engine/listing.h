/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/target.h"
#include "verify/manifest.h"

/* What a publisher says of an improvement in its target's "custom", so that nobody has to fetch the manifest for it:
 * { "component": "openssl", "number": 2 }. It is signed by the role that lists the target. Where it is missing (a feed that
 * was made by hand), the manifest has to tell. */

G_BEGIN_DECLS

/* The component of @target, part of it, and its number in *@number; NULL when it does not say both. */
const char *suture_listing_component (const SutureTarget *target, gint64 *number);

/* Sorts an array of SutureTarget: those that say nothing first, then component by component, the highest number first. */
void suture_listing_sort (GPtrArray *targets);

/* SUTURE_ERROR_MALFORMED when @target says something else than @manifest, which lies behind it. */
gboolean suture_listing_agrees (const SutureTarget *target, const SutureManifest *manifest, GError **error);

G_END_DECLS
