/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"

/* One tree's overlay: systemd-sysext's layers and marker files, built by ourselves, so that no other program's exit code
 * has to be believed and the new one can take the old one's place without a moment in between. */

G_BEGIN_DECLS

/* The kernel cuts mount options at a page: what lowerdir= may hold, in bytes. */
#define SUTURE_OVERLAY_OPTIONS_MAX 4000

/* Whether extensions of these @names fit into the options of one overlay, for us and for systemd-sysext alike.
 * SUTURE_ERROR_NOT_APPLICABLE. */
gboolean suture_overlay_fits (const char *const *names, GError **error);

/* Takes away what a step that was killed while building left mounted. Before the first build. */
gboolean suture_overlay_clean (GError **error);

/* Builds the overlay of tree @i (activate/hierarchy.h) with the placed extensions @names, the last one on top, over the
 * unmerged tree. Read-only and nodev. Nothing is changed yet: the mount returned hangs nowhere. -1 with @error. */
int suture_overlay_build (guint i, const char *const *names, GError **error);

/* Puts @mount (-1: nothing) in the place of what is merged at @path now. Where the kernel can (6.5), the new one slides
 * beneath the old one and the old one is lifted off: whoever looks sees one or the other. Elsewhere the bare tree shows
 * for some microseconds. */
gboolean suture_overlay_switch (const char *path, int mount, GError **error);

/* Whether an overlay of ours is mounted at @path, for a caller that does not see it there: something else is mounted over it,
 * and it can't be reached. */
gboolean suture_overlay_is_hidden (const char *path);

G_END_DECLS
