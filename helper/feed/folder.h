/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"

/* What suture-local, another system user, has below SUTURE_PATH_LOCAL_STATE, read as if it were anybody's: nothing is followed out of
 * the folder or over a link, no mount is crossed, nothing but a regular file is read, and no more of it than was agreed. Root reads
 * it as well. What it says is worth nothing before its signatures were looked at. */

G_BEGIN_DECLS

/* Opens the regular file @place ("metadata/timestamp.json") below the repository. -1 with SUTURE_ERROR_NOT_FOUND,
 * SUTURE_ERROR_MALFORMED (no regular file, or a way that leads elsewhere), SUTURE_ERROR_FAILED. */
int suture_folder_open (const char *place, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same below SUTURE_PATH_LOCAL_STATE itself: "report.json". */
int suture_folder_open_state (const char *place, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes of @place below the repository, at most @max_length: SUTURE_ERROR_MALFORMED when there are more. */
GBytes *suture_folder_read (const char *place, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
