/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notifier/notices.h"

#include <gio/gdesktopappinfo.h>

#define BUS_NAME "org.freedesktop.Notifications"
#define OBJECT_PATH "/org/freedesktop/Notifications"
#define WINDOW "org.suture.PrivacySecurity"

struct _SutureNotices
{
  GObject parent_instance;
  GDBusConnection *bus; /* (owned) */
  guint name_watch;
  guint signals;     /* subscription */
  GArray *shown;     /* guint32: ids of what was shown (owned) */
  char *token;       /* of the click that comes next (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (SutureNotices, suture_notices, G_TYPE_OBJECT)

enum
{
  SIGNAL_AVAILABLE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

typedef struct
{
  char *title;  /* (owned) */
  char *body;   /* (owned) */
  char *button; /* (owned) */
} Notice;

static void
notice_free (gpointer data)
{
  Notice *notice = data;

  g_free (notice->title);
  g_free (notice->body);
  g_free (notice->button);
  g_free (notice);
}

static void
open_window (SutureNotices *self)
{
  g_autoptr (GDesktopAppInfo) app = g_desktop_app_info_new (WINDOW ".desktop");
  g_autoptr (GAppLaunchContext) context = g_app_launch_context_new ();
  g_autoptr (GError) error = NULL;

  if (self->token != NULL)
    {
      g_app_launch_context_setenv (context, "XDG_ACTIVATION_TOKEN", self->token);
      g_app_launch_context_setenv (context, "DESKTOP_STARTUP_ID", self->token);
    }
  g_clear_pointer (&self->token, g_free);
  if (app == NULL)
    g_message ("the window is not installed");
  else if (!g_app_info_launch (G_APP_INFO (app), NULL, context, &error))
    g_message ("%s", error->message);
}

static gboolean
is_ours (SutureNotices *self, guint32 id)
{
  for (guint i = 0; i < self->shown->len; i++)
    if (g_array_index (self->shown, guint32, i) == id)
      return TRUE;
  return FALSE;
}

static void
on_signal (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal,
           GVariant *parameters, gpointer user_data)
{
  SutureNotices *self = user_data;
  const char *text = NULL;
  guint32 id = 0;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")))
    return;
  g_variant_get (parameters, "(u&s)", &id, &text);
  if (!is_ours (self, id))
    return;
  if (g_str_equal (signal, "ActivationToken"))
    {
      g_free (self->token);
      self->token = g_strdup (text);
    }
  else if (g_str_equal (signal, "ActionInvoked"))
    open_window (self);
}

static void
on_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_AVAILABLE], 0);
}

static void
on_shown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SutureNotices *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 id = 0;

  if (reply == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_get (reply, "(u)", &id);
  g_array_append_val (self->shown, id);
  g_task_return_boolean (task, TRUE);
}

static gboolean
reads_markup (GVariant *capabilities)
{
  g_autofree const char **all = NULL;

  g_variant_get (capabilities, "(^a&s)", &all);
  return g_strv_contains (all, "body-markup");
}

/* A title is plain text everywhere; a body is markup where the desktop says so. */
static void
on_capabilities (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Notice *notice = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) capabilities = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *escaped = g_markup_escape_text (notice->body, -1);
  GVariantBuilder hints;

  if (capabilities == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_builder_init (&hints, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string (WINDOW));
  g_variant_builder_add (&hints, "{sv}", "urgency", g_variant_new_byte (1));
  g_dbus_connection_call (G_DBUS_CONNECTION (source), BUS_NAME, OBJECT_PATH, BUS_NAME, "Notify",
                          g_variant_new ("(susss@as@a{sv}i)", g_get_application_name (), 0, WINDOW, notice->title,
                                         reads_markup (capabilities) ? escaped : notice->body,
                                         g_variant_new_strv ((const char *const[]){ "default", notice->button, "open",
                                                                                    notice->button },
                                                             4),
                                         g_variant_builder_end (&hints), -1),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_shown, g_steal_pointer (&task));
}

void
suture_notices_show_async (SutureNotices *self, const char *title, const char *body, const char *button,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Notice *notice = g_new (Notice, 1);

  *notice = (Notice){ .title = g_strdup (title), .body = g_strdup (body), .button = g_strdup (button) };
  g_task_set_task_data (task, notice, notice_free);
  g_dbus_connection_call (self->bus, BUS_NAME, OBJECT_PATH, BUS_NAME, "GetCapabilities", NULL, G_VARIANT_TYPE ("(as)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_capabilities, task);
}

gboolean
suture_notices_show_finish (SutureNotices *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
suture_notices_dispose (GObject *object)
{
  SutureNotices *self = SUTURE_NOTICES (object);

  if (self->bus != NULL)
    {
      g_bus_unwatch_name (self->name_watch);
      g_dbus_connection_signal_unsubscribe (self->bus, self->signals);
    }
  g_clear_object (&self->bus);
  G_OBJECT_CLASS (suture_notices_parent_class)->dispose (object);
}

static void
suture_notices_finalize (GObject *object)
{
  SutureNotices *self = SUTURE_NOTICES (object);

  g_array_unref (self->shown);
  g_free (self->token);
  G_OBJECT_CLASS (suture_notices_parent_class)->finalize (object);
}

static void
suture_notices_class_init (SutureNoticesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = suture_notices_dispose;
  G_OBJECT_CLASS (klass)->finalize = suture_notices_finalize;
  signals[SIGNAL_AVAILABLE]
      = g_signal_new ("available", SUTURE_TYPE_NOTICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
suture_notices_init (SutureNotices *self)
{
  self->shown = g_array_new (FALSE, FALSE, sizeof (guint32));
}

SutureNotices *
suture_notices_new (GDBusConnection *session)
{
  SutureNotices *self = g_object_new (SUTURE_TYPE_NOTICES, NULL);

  self->bus = g_object_ref (session);
  self->signals = g_dbus_connection_signal_subscribe (session, BUS_NAME, BUS_NAME, NULL, OBJECT_PATH, NULL,
                                                      G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  self->name_watch = g_bus_watch_name_on_connection (session, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, NULL, self,
                                                     NULL);
  return self;
}
