/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* suture-panel: the window. It has no right of its own and talks to nothing but the bus. */
#include <glib/gi18n.h>

#include "panel/window.h"

#define APPLICATION_ID "org.suture.PrivacySecurity"
#define PATIENCE_MS 600 /* a helper that starts is there by then, and nothing is seen to flicker */

/* Unless it was shown, or closed again, meanwhile. */
static gboolean
present (gpointer user_data)
{
  GtkWindow *window = user_data;

  if (gtk_window_get_application (window) != NULL && !gtk_widget_get_visible (GTK_WIDGET (window)))
    gtk_window_present (window);
  return G_SOURCE_REMOVE;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) window = user_data;
  g_autoptr (GError) error = NULL;

  /* The window says whether the helper was reached. */
  if (!suture_client_connect_finish (SUTURE_CLIENT (source), result, &error))
    g_message ("%s", error->message);
  present (window);
}

static void
on_activate (GtkApplication *application, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (application);
  g_autoptr (SutureClient) client = NULL;

  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }
  client = suture_client_new (TRUE);
  window = GTK_WINDOW (suture_window_new (application, client));
  g_timeout_add_full (G_PRIORITY_DEFAULT, PATIENCE_MS, present, g_object_ref (window), g_object_unref);
  suture_client_connect_async (client, on_connected, g_object_ref (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = NULL;
  const char *quit[] = { "<Control>q", "<Control>w", NULL };

  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  application = adw_application_new (APPLICATION_ID, G_APPLICATION_DEFAULT_FLAGS);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  gtk_application_set_accels_for_action (GTK_APPLICATION (application), "window.close", quit);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
