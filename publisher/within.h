/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"

/* The way to what lies below a publisher's folder. A web server, or whoever breaks into one, may write in DEPOT/repository: a link
 * there would have files read and written elsewhere. So all paths here start at the folder that @depot has locked, and no link is
 * followed on them, wherever it stands (openat2(2): RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS). @path is one below the folder, such as
 * "repository/metadata/timestamp.json". Errors name it whole. SUTURE_ERROR_NOT_FOUND: nothing is there; SUTURE_ERROR_MALFORMED: a
 * link, or something of another type. */

G_BEGIN_DECLS

/* Opens @path with the open(2) flags @flags, and never waits for a FIFO's other end. -1 with @error. */
int suture_within_open (SutureDepot *depot, const char *path, int flags, GError **error);

/* Opens the folder @path; with a @mode that is not 0, it and those above it are made. -1 with @error. */
int suture_within_folder (SutureDepot *depot, const char *path, guint mode, GError **error);

/* Reads a regular file of at most @max_length bytes. */
GBytes *suture_within_read (SutureDepot *depot, const char *path, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces the file @name of the folder @path, which is made (mode 0755), by @data. A folder that stands in its place is removed:
 * nobody but this program puts anything there. */
gboolean suture_within_write (SutureDepot *depot, const char *path, const char *name, const void *data, gsize length,
                              GError **error);

/* Removes whatever @name is in the folder @path; nothing is no error. Synced. */
gboolean suture_within_remove (SutureDepot *depot, const char *path, const char *name, GError **error);

G_END_DECLS
