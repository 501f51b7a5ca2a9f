/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The service manager over the system bus. */

G_BEGIN_DECLS

typedef struct _SutureSystemd SutureSystemd;

/* SUTURE_ERROR_UNAVAILABLE where there is no bus or no systemd. */
SutureSystemd *suture_systemd_connect (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_systemd_free (SutureSystemd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSystemd, suture_systemd_free)

/* The name that @unit has of its own: of logind that of logind, when an alias was asked for. NULL when nobody knows it. */
char *suture_systemd_resolve (SutureSystemd *self, const char *unit) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @unit is a service that runs once and ends by itself (a oneshot, or a transient one of systemd-run): restarting
 * it would break off its work, and begin it again. */
gboolean suture_systemd_is_oneshot (SutureSystemd *self, const char *unit);

/* Restarts each of @units (char *) that is running, all at once, and waits at most @seconds for all of them. Returns
 * unit → "" when it was restarted and runs, else a sentence. */
GHashTable *suture_systemd_restart (SutureSystemd *self, GPtrArray *units, guint seconds) G_GNUC_WARN_UNUSED_RESULT;

/* Starts each of @units (char *) that has failed, all at once, and waits at most @seconds for all of them. */
void suture_systemd_start_failed (SutureSystemd *self, GPtrArray *units, guint seconds);

G_END_DECLS
