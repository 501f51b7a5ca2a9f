/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/watch.h"

/* What systemd-coredump has written to the journal. Where it is not installed, or the journal can't be read, nothing ever
 * crashes. Calls read files: use a thread. */

G_BEGIN_DECLS

#define SUTURE_CRASHES_MAX 256 /* entries of one call */

/* The first entries behind *@position (microseconds since the epoch), oldest first, and of the files that each program had
 * mapped those in the set @files (char *). Array of SutureCrash. *@position is then that of the last one. Only what
 * systemd-coredump itself, or root, has written is taken. A crash counts when it was one of the system's programs, or of a
 * person who sits at the computer: nobody else may have an improvement taken out by ending programs of their own. */
GPtrArray *suture_crashes_read (gint64 *position, GHashTable *files) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
