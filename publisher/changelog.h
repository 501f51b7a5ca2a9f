/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "package.h"

/* The changelog that Debian has in every package. */

G_BEGIN_DECLS

/* What the changelog of @fixed, unpacked in the tree @tree, says about the versions after that of @old, the newest first.
 * The caller's; NULL with @error, also where the old version is not named. */
char *suture_changelog_since (const SuturePackage *fixed, const SuturePackage *old, const char *tree, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
