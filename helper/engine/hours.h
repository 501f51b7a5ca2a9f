/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* An administrator's maintenance hours, in this computer's local time: "Mon..Fri 02:00-05:00; Sat,Sun 00:00-24:00". Spans have a ';'
 * between them; days (Mon, Tue, Wed, Thu, Fri, Sat, Sun; single, A..B, with ',' between) may be left out, which means each day; a span
 * whose end is not after its beginning passes midnight, and belongs to the day on which it begins. */

G_BEGIN_DECLS

typedef struct _SutureHours SutureHours;

/* SUTURE_ERROR_MALFORMED with what is wrong. */
SutureHours *suture_hours_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_hours_free (SutureHours *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureHours, suture_hours_free)

/* Whether @now (seconds since the epoch) lies in one of them. */
gboolean suture_hours_contain (const SutureHours *self, gint64 now);

/* When the next of them begins after @now; seconds since the epoch. */
gint64 suture_hours_next (const SutureHours *self, gint64 now);

G_END_DECLS
