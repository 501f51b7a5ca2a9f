/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/engine.h"

/* The object /org/suture/Helper1: takes calls, has them permitted, hands them to the engine, shows the engine's snapshot.
 * It decides nothing itself: bus/policy.c says what is needed, polkit says who may. */

G_BEGIN_DECLS

#define SUTURE_TYPE_MANAGER (suture_manager_get_type ())
G_DECLARE_FINAL_TYPE (SutureManager, suture_manager, SUTURE, MANAGER, GObject)

/* Exports everything on @connection and follows @engine. */
SutureManager *suture_manager_new (GDBusConnection *connection, SutureEngine *engine, GError **error);

/* Monotonic time (microseconds) of the last call or change. */
gint64 suture_manager_get_last_use (SutureManager *self);

/* No call waits for an answer. */
gboolean suture_manager_is_idle (SutureManager *self);

G_END_DECLS
