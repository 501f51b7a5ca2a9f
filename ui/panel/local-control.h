/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/client.h"

/* Turns the local feed on and off, for all places of the window that can: one at a time, after a question where it is new to a
 * person. Says how it ended; what is then is LocalFeed of the client, whatever was wished.
 *
 * Signal "changed": it began or ended. Signal "ended" (const char *sentence, gboolean well). */

G_BEGIN_DECLS

#define SUTURE_TYPE_LOCAL_CONTROL (suture_local_control_get_type ())
G_DECLARE_FINAL_TYPE (SutureLocalControl, suture_local_control, SUTURE, LOCAL_CONTROL, GObject)

SutureLocalControl *suture_local_control_new (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the helper has not answered yet, or is at work on it. */
gboolean suture_local_control_is_busy (SutureLocalControl *self);

/* Asks in a dialog of @parent, and turns it on for a yes. */
void suture_local_control_ask (SutureLocalControl *self, GtkWindow *parent);

/* Does nothing while it is busy. */
void suture_local_control_turn (SutureLocalControl *self, gboolean on);

G_END_DECLS
