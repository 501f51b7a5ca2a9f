/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Looking at mounts, and taking them away. */

G_BEGIN_DECLS

/* Whether something is mounted exactly at @path (its last component not followed). FALSE too if there is no @path. */
gboolean suture_mounts_is_root (const char *path);

/* Takes the topmost mount at @path away, also while it is in use (it lives on for those who have it open). */
gboolean suture_mounts_detach (const char *path, GError **error);

/* Makes the folder @path with its parents, 0755 whatever the umask is. */
gboolean suture_mounts_make_folder (const char *path, GError **error);

G_END_DECLS
