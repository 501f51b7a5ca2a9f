/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The tools of others: dpkg-deb, mkfs.erofs, veritysetup, fsck.erofs, abidiff, apt-get. No shell, the C locale, absolute
 * results. */

G_BEGIN_DECLS

/* Runs @argv (NULL-terminated, found in PATH) and waits. What it wrote to standard output, owned by the caller; NULL with
 * an error that holds what it wrote to standard error when it could not start or failed. */
char *suture_run (const char *const *argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in the folder @folder and with @value in the environment variable @variable. */
char *suture_run_in (const char *const *argv, const char *folder, const char *variable, const char *value, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The same as suture_run () for a program whose exit status, *@status, says more than whether it failed, and that may compute for
 * @seconds. NULL when it did not run to its end. */
char *suture_run_status (const char *const *argv, guint seconds, int *status, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
