/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* The window "Privacy & Security". Its actions (suture.check, install, …) are the only way from a button to the client;
 * it says how they ended. */

G_BEGIN_DECLS

#define SUTURE_TYPE_WINDOW (suture_window_get_type ())
G_DECLARE_FINAL_TYPE (SutureWindow, suture_window, SUTURE, WINDOW, AdwApplicationWindow)

SutureWindow *suture_window_new (GtkApplication *application, SutureClient *client);

G_END_DECLS
