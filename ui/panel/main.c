/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* suture-panel: the window. It has no right of its own and talks to nothing but the bus. */
#include <glib/gi18n.h>

#include "panel/window.h"

#define APPLICATION_ID "org.suture.PrivacySecurity"

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GtkApplication *application = user_data;

  /* The window says whether the helper was reached. It is shown only now, so that nothing is seen to flicker. */
  if (!suture_client_connect_finish (SUTURE_CLIENT (source), result, &error))
    g_message ("%s", error->message);
  gtk_window_present (gtk_application_get_active_window (application));
  g_application_release (G_APPLICATION (application));
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
  suture_window_new (application, client);
  g_application_hold (G_APPLICATION (application));
  suture_client_connect_async (client, on_connected, application);
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
