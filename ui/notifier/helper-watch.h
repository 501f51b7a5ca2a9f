/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* What the helper says to somebody who never starts it: looked at when its name appears on the bus, and when it says that
 * something has changed or that work is done. No proxy, and none of its lists: this program runs as long as its session. */

G_BEGIN_DECLS

typedef struct _SutureHelperWatch SutureHelperWatch;

typedef struct
{
  gboolean automatic;
  gboolean announced;
  GPtrArray *records; /* of SutureRecord: the newest of history, newest first (owned) */
} SutureNews;

/* @told: called with what was found, which is valid until it returns. @system: the bus of the helper. */
SutureHelperWatch *suture_helper_watch_new (GDBusConnection *system, void (*told) (const SutureNews *news, gpointer user_data),
                                            gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void suture_helper_watch_free (SutureHelperWatch *self);

/* Tells the helper that a person was told that improvements are installed automatically: this starts it where it has left. Whether
 * that is permitted shows when it is looked at again. */
void suture_helper_watch_announce (SutureHelperWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureHelperWatch, suture_helper_watch_free)

G_END_DECLS
