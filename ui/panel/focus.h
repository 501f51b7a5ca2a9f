/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* As gtk_widget_set_sensitive (); the focus, which an insensitive widget loses, comes back to where it was inside of @widget when
 * it is sensitive again and nothing else has the focus meanwhile. */
void suture_focus_set_sensitive (GtkWidget *widget, gboolean sensitive);

/* Hides @old and shows @new, which takes its place and its focus. */
void suture_focus_swap (GtkWidget *old, GtkWidget *new);

G_END_DECLS
