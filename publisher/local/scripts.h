/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a maintainer script (deb-postinst(5)) would do in an upgrade, as far as its text tells; nothing is run. */

G_BEGIN_DECLS

/* The lines of the script @text that do something, without blanks around them: no comments, and none of the sections of
 * debhelper's that only restart units, byte-compile, or make what tmpfiles.d and sysusers.d say (files of theirs that
 * change are refused by helper/verify/image.c). "" for NULL. The caller's. */
char *suture_scripts_strip (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @stripped does something only when it comes from a version before one that it names, and @old_version is such a
 * one: then it would do it now, although its text has not changed. */
gboolean suture_scripts_reach (const char *stripped, const char *old_version, gboolean *reach, GError **error);

/* A word of @stripped that makes something out of other files each time it is run, whatever has changed; static, NULL for
 * none. */
const char *suture_scripts_find_always (const char *stripped);

/* The names of the triggers that @stripped activates with dpkg-trigger(1): a set. The caller's. */
GHashTable *suture_scripts_list_triggers (const char *stripped) G_GNUC_WARN_UNUSED_RESULT;

/* A word of @stripped that makes a cache of files like @path; static, NULL for none. @is_new: whether there was none of
 * that name before. */
const char *suture_scripts_find_cache (const char *stripped, const char *path, gboolean is_new);

/* Whether what is made out of the files like @path stays right although @path changes, or, with @is_new, comes: it holds
 * their names and what they can do, and no bytes of them, or is not used where it is out of date. */
gboolean suture_scripts_cache_stays (const char *path, gboolean is_new);

G_END_DECLS
