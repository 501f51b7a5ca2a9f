/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Looking at mounts, and carrying those below a folder over to what is mounted there next. */

G_BEGIN_DECLS

/* Whether something is mounted exactly at @path (its last component not followed). FALSE too if there is no @path. */
gboolean suture_mounts_is_root (const char *path);

/* Takes the topmost mount at @path away, also while it is in use (it lives on for those who have it open). */
gboolean suture_mounts_detach (const char *path, GError **error);

/* Makes the folder @path with its parents, 0755 whatever the umask is. */
gboolean suture_mounts_make_folder (const char *path, GError **error);

/* Copies of all mounts that are visible below @folder and not at it, to be put back after @folder itself was mounted
 * over or bared. They are private: a shared copy would take the originals' own submounts away with it. */
typedef struct _SutureCarried SutureCarried;
SutureCarried *suture_carried_collect (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Puts those back that are no longer to be seen at their places. The mount points must exist there. */
gboolean suture_carried_restore (SutureCarried *self, GError **error);
void suture_carried_free (SutureCarried *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureCarried, suture_carried_free)

/* mountinfo's octal escapes (\040 …) undone. For the tests. */
char *suture_mounts_unescape (const char *field) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
