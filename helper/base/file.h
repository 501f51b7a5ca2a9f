/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Files that survive a power cut: written whole, synced, renamed, folder synced. Names are single path
 * components below a folder descriptor; nothing here follows a symbolic link in the last component. */

G_BEGIN_DECLS

/* A descriptor, closed at the end of its scope: g_auto (SutureFd) fd = …; -1 is none. */
typedef int SutureFd;
void suture_fd_clear (SutureFd fd);   /* closes it unless it is -1 */
int suture_fd_steal (SutureFd *fd);   /* takes it out of its variable, which becomes -1 */
void suture_fd_close (SutureFd *fd);  /* closes it before the end of its scope */
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (SutureFd, suture_fd_clear, -1)

/* Opens the folder @path (created with @mode, parents too, when @mode is not 0). -1 with @error. */
int suture_file_open_folder (const char *path, guint mode, GError **error);

/* openat2(2) of @path below @folder, with O_CLOEXEC and @resolve (RESOLVE_…). -1 with errno. */
int suture_file_open_resolved (int folder, const char *path, int flags, guint64 resolve);

/* Reads @name below @folder (AT_FDCWD and an absolute path work too): a regular file of at most
 * @max_length bytes. SUTURE_ERROR_NOT_FOUND when it does not exist, SUTURE_ERROR_MALFORMED when it is no
 * regular file or longer. */
GBytes *suture_file_read (int folder, const char *name, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of the file that is open as @fd, at its start; @name is what errors call it. */
GBytes *suture_file_read_open (int fd, const char *name, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces @name below @folder by @data: temporary dot file, fsync, rename, fsync of the folder. On error
 * the old file is untouched. */
gboolean suture_file_replace (int folder, const char *name, const void *data, gsize length, guint mode, GError **error);

/* An unnamed file below @folder (O_TMPFILE), read-write, close-on-exec; gone unless linked. -1 with @error. */
int suture_file_unnamed (int folder, guint mode, GError **error);

/* Gives the unnamed file @fd the name @name below @folder, atomically in place of an older file of that
 * name: fsync, link under a dot name, rename, fsync of the folder. */
gboolean suture_file_link (int fd, int folder, const char *name, GError **error);

/* Removes @name below @folder and syncs the folder; a file that is not there is no error. */
gboolean suture_file_remove (int folder, const char *name, GError **error);

/* Writes all of @data to @fd at its position. */
gboolean suture_file_write_all (int fd, const void *data, gsize length, GError **error);

G_END_DECLS
