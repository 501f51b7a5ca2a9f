/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "restart/scan.h"

G_BEGIN_DECLS

#define SUTURE_RESTART_SECONDS 60 /* for all restarts together */
#define SUTURE_SCAN_SECONDS 20    /* for one look at all processes */

/* Looks who runs other bytes than those that are there now for @improvements (SutureScanned), for @seconds at most. With
 * @restart, restarts the units among them that may be, and those that the manifest of @changed (an id, or NULL) names, and
 * looks again as long: a unit that could not be looked at again has failed. Returns the array "units" of a result
 * (helper/README.md); each object also has "reason": why it is owed, as a sentence. */
JsonArray *suture_restart_run (GPtrArray *improvements, guint seconds, gboolean restart, const char *changed)
  G_GNUC_WARN_UNUSED_RESULT;

/* Starts those of @units that have failed, at most SUTURE_RESTART_SECONDS for all, but none that is never restarted. What does not
 * start is said in the log. */
void suture_restart_start_failed (const char *const *units);

G_END_DECLS
