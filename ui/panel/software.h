/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

/* The program with which people update the whole system: the software centre of their desktop, where there is one. */

G_BEGIN_DECLS

/* Its name, "Software"; NULL where none is installed. */
char *suture_software_name (void) G_GNUC_WARN_UNUSED_RESULT;

/* Starts it, where its updates are as far as it can be told that. @widget: what asked. Fails with an error of GIO's own, and with
 * G_IO_ERROR_NOT_FOUND where none is installed. */
gboolean suture_software_open (GtkWidget *widget, GError **error);

G_END_DECLS
