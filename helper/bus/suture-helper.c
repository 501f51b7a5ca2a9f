/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* suture-helper: its name on the bus, when it comes and when it goes. */
#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/conditions.h"
#include "bus/log.h"
#include "bus/manager.h"

#define BUS_NAME "org.suture.Helper1"
#define IDLE_SECONDS 60       /* without a call or a change, it leaves */
#define LOAD_PATIENCE 2000    /* milliseconds before the name is taken though the start is not through: callers wait 25 s */
#define FAREWELL 300          /* milliseconds between giving the name up and leaving: calls that came meanwhile are answered */
#define STOP_PATIENCE 10      /* seconds for what can't be cancelled; recovery does the rest */

typedef struct
{
  GMainLoop *loop;             /* (owned) */
  GDBusConnection *connection; /* (owned) */
  SutureEngine *engine;        /* (owned) */
  SutureManager *manager;      /* (owned) */
  SutureConditionsWatch *conditions; /* (owned) */
  guint name;                  /* bus name ownership */
  gboolean leaving;
  int status;
} Program;

static gboolean
quit (gpointer user_data)
{
  g_main_loop_quit (((Program *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
is_idle (Program *self)
{
  return suture_engine_is_idle (self->engine) && suture_manager_is_idle (self->manager);
}

static gboolean
quit_when_idle (gpointer user_data)
{
  return is_idle (user_data) ? quit (user_data) : G_SOURCE_CONTINUE;
}

/* From here on nothing is accepted: with the name, systemd's patience ends too, and what began now would be killed. */
static void
leave (Program *self)
{
  if (self->leaving)
    return;
  self->leaving = TRUE;
  suture_engine_stop (self->engine);
  if (self->name != 0)
    g_bus_unown_name (self->name);
  self->name = 0;
  g_timeout_add (FAREWELL, quit_when_idle, self);
  g_timeout_add_seconds (STOP_PATIENCE, quit, self);
}

static void
name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Program *self = user_data;

  g_warning ("the name %s could not be had, or was lost", name);
  self->status = 1;
  self->name = 0;
  g_main_loop_quit (self->loop);
}

static gboolean
take_name (gpointer user_data)
{
  Program *self = user_data;

  if (self->name == 0 && !self->leaving)
    self->name = g_bus_own_name_on_connection (self->connection, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL,
                                               name_lost, self, NULL);
  return G_SOURCE_REMOVE;
}

static void
engine_changed (SutureEngine *engine, Program *self)
{
  if (suture_engine_is_loaded (engine))
    (void) take_name (self);
}

static gboolean
look (gpointer user_data)
{
  Program *self = user_data;
  gint64 unused = g_get_monotonic_time () - suture_manager_get_last_use (self->manager);

  if (is_idle (self) && !suture_engine_is_watching (self->engine) && unused >= IDLE_SECONDS * G_USEC_PER_SEC)
    leave (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
stop_when_idle (gpointer user_data)
{
  Program *self = user_data;

  if (!is_idle (self))
    return G_SOURCE_CONTINUE;
  leave (self);
  return G_SOURCE_REMOVE;
}

static gboolean
asked_to_end (gpointer user_data)
{
  Program *self = user_data;

  suture_engine_stop (self->engine);
  g_timeout_add (50, stop_when_idle, self);
  g_timeout_add_seconds (STOP_PATIENCE, quit, self);
  return G_SOURCE_REMOVE;
}

/* suture-step-aside: a package manager has ended. */
static gboolean
asked_to_look (gpointer user_data)
{
  suture_engine_look_again (((Program *) user_data)->engine);
  return G_SOURCE_CONTINUE;
}

static void
bus_closed (GDBusConnection *connection, gboolean vanished, GError *error, Program *self)
{
  (void) asked_to_end (self);
}

int
main (int argc, char **argv)
{
  Program self = { .status = 0 };
  g_autoptr (GError) error = NULL;

  if (argc > 1)
    {
      g_printerr ("%s takes no arguments: it is started over the bus\n", argv[0]);
      return 2;
    }
  /* first, since it may come at any time; it is heard once there is a loop */
  g_unix_signal_add (SIGHUP, asked_to_look, &self);
  g_log_set_writer_func (suture_log_write, NULL, NULL);
  setlocale (LC_ALL, "");
  umask (077);
  self.connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  if (self.connection == NULL)
    {
      g_printerr ("no system bus: %s\n", error->message);
      return 1;
    }
  g_dbus_connection_set_exit_on_close (self.connection, FALSE);
  self.loop = g_main_loop_new (NULL, FALSE);
  self.engine = suture_engine_new ();
  self.manager = suture_manager_new (self.connection, self.engine, &error);
  if (self.manager == NULL)
    {
      g_printerr ("the objects could not be exported: %s\n", error->message);
      return 1;
    }
  g_signal_connect (self.connection, "closed", G_CALLBACK (bus_closed), &self);
  g_signal_connect_after (self.engine, "changed", G_CALLBACK (engine_changed), &self);
  g_unix_signal_add (SIGTERM, asked_to_end, &self);
  g_unix_signal_add (SIGINT, asked_to_end, &self);
  g_timeout_add (LOAD_PATIENCE, take_name, &self);
  g_timeout_add_seconds (5, look, &self);
  self.conditions = suture_conditions_watch_new (self.connection, self.engine);
  suture_engine_start (self.engine);
  g_main_loop_run (self.loop);
  g_dbus_connection_flush_sync (self.connection, NULL, NULL);
  /* a thread that is still at work is ended with the process, as if killed: recovery knows how to go on */
  if (!is_idle (&self))
    _exit (self.status);
  suture_conditions_watch_free (self.conditions);
  g_object_unref (self.manager);
  g_object_unref (self.engine);
  g_object_unref (self.connection);
  g_main_loop_unref (self.loop);
  return self.status;
}
