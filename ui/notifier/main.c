/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* suture-notifier: tells, in each session, what nobody would look for. It has no right of its own, starts nothing by itself, and
 * ends with its session. */
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

#include "notifier/notifier.h"

#define NAME "org.suture.Notifier"

static void
on_name_lost (GDBusConnection *bus, const char *name, gpointer user_data)
{
  g_main_loop_quit (user_data); /* another one is here */
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static GDBusConnection *
reach (GBusType type)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_bus_get_sync (type, NULL, &error);

  if (bus == NULL)
    g_message ("%s", error->message);
  return bus;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusConnection) session = NULL;
  g_autoptr (GDBusConnection) system = NULL;
  g_autoptr (SutureNotifier) notifier = NULL;
  guint name = 0;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_("Privacy & Security"));

  session = reach (G_BUS_TYPE_SESSION);
  system = reach (G_BUS_TYPE_SYSTEM);
  if (session == NULL || system == NULL)
    return 1;
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  name = g_bus_own_name_on_connection (session, NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL, on_name_lost, loop, NULL);
  notifier = suture_notifier_new (session, system);
  g_main_loop_run (loop);
  g_bus_unown_name (name);
  return 0;
}
