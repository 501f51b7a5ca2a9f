/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* Where suture-local works, and how it has a part of its work done by a process of its own:
 *   feed/        a publisher's folder (depot.h); feed/repository is what the helper reads
 *   report.json  what is left to the system update (outcome.h)
 *   number       the last number that an improvement had
 *   lock         held by whoever works here
 *   work/        scratch; emptied by the next one
 * all of it below /var/lib/suture-local. */

G_BEGIN_DECLS

/* The paths; the caller's. */
char *suture_place_path (const char *name) G_GNUC_WARN_UNUSED_RESULT;
char *suture_place_feed (void) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the lock. A descriptor, which holds it; SUTURE_ERROR_BUSY: another one is at work. */
int suture_place_lock (GError **error);

/* work/, empty. The caller's. */
char *suture_place_work (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fails with SUTURE_ERROR_NO_SPACE, which says how much is needed, where fewer than @bytes are free here. */
gboolean suture_place_has_room (guint64 bytes, GError **error);

/* The highest number ever used; and notes that it is at least @number. */
guint suture_place_number (void);
gboolean suture_place_set_number (guint number, GError **error);

/* Sets "error" (a short error name, or "") and "message" of @object to how a work ended, @error or NULL for well; and the JSON of such an
 * end alone, with what @object (taken over, or NULL) has besides. The caller's. */
void suture_place_set_end (JsonObject *object, const GError *error);
char *suture_place_write_end (JsonObject *object, const GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* Runs this program with @word and @argument, and reads what it says in the end; NULL with the error that stands there. */
JsonNode *suture_place_run (const char *word, const char *argument, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
