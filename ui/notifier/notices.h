/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Notifications of the desktop (org.freedesktop.Notifications). A click on one opens the window, as its button does. */

G_BEGIN_DECLS

#define SUTURE_TYPE_NOTICES (suture_notices_get_type ())
G_DECLARE_FINAL_TYPE (SutureNotices, suture_notices, SUTURE, NOTICES, GObject)

/* Signal "available": there is somebody who shows notifications, perhaps again. */
SutureNotices *suture_notices_new (GDBusConnection *session) G_GNUC_WARN_UNUSED_RESULT;

/* Shows @title, @body (plain text) and a button; ends when the desktop has taken it, and fails where there is nobody to. */
void suture_notices_show_async (SutureNotices *self, const char *title, const char *body, const char *button,
                                GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_notices_show_finish (SutureNotices *self, GAsyncResult *result, GError **error);

G_END_DECLS
