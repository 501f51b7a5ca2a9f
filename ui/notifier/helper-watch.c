/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notifier/helper-watch.h"

#include "client/record.h"

#define BUS_NAME "org.suture.Helper1"
#define OBJECT_PATH "/org/suture/Helper1"
#define RECORDS 200    /* the contract's most */
#define SETTLE_MS 500  /* changes come in groups */

struct _SutureHelperWatch
{
  GDBusConnection *bus; /* (owned) */
  void (*told) (const SutureNews *news, gpointer user_data);
  gpointer user_data;        /* (borrowed) */
  guint name_watch;
  char *owner;               /* unique name of the helper that is there (owned) (nullable) */
  guint changes;             /* subscription */
  guint settling;            /* timeout */
  GCancellable *cancellable; /* of the look that goes on (owned) (nullable) */
  SutureNews news;           /* as far as it was found */
};

static void
stop_looking (SutureHelperWatch *self)
{
  g_clear_handle_id (&self->settling, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* To the helper that is there, by its unique name: nothing is started. */
static void
ask (SutureHelperWatch *self, const char *interface, const char *method, GVariant *parameters, const char *reply,
     GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->bus, self->owner, OBJECT_PATH, interface, method, parameters, G_VARIANT_TYPE (reply),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, callback, self);
}

/* The reply, or NULL: then this look is over, and @user_data may be gone. What is missed now the next change tells. */
static GVariant *
answer (GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    g_debug ("%s", error->message);
  return reply;
}

static void
on_history (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = answer (source, result);
  SutureHelperWatch *self = user_data;
  g_autoptr (GVariantIter) each = NULL;
  GVariant *record = NULL;

  if (reply == NULL)
    return;
  self->news.records = g_ptr_array_new_with_free_func (g_object_unref);
  g_variant_get (reply, "(aa{sv})", &each);
  while ((record = g_variant_iter_next_value (each)) != NULL)
    {
      g_ptr_array_add (self->news.records, suture_record_new (record));
      g_variant_unref (record);
    }
  self->told (&self->news, self->user_data);
  g_clear_pointer (&self->news.records, g_ptr_array_unref);
}

static gboolean
is_true (GVariant *reply)
{
  g_autoptr (GVariant) value = NULL;

  g_variant_get (reply, "(v)", &value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
}

static void
on_announced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = answer (source, result);
  SutureHelperWatch *self = user_data;

  if (reply == NULL)
    return;
  self->news.announced = is_true (reply);
  ask (self, BUS_NAME, "GetHistory", g_variant_new ("(tu)", (guint64) 0, RECORDS), "(aa{sv})", on_history);
}

static void
on_automatic (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = answer (source, result);
  SutureHelperWatch *self = user_data;

  if (reply == NULL)
    return;
  self->news.automatic = is_true (reply);
  ask (self, "org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", BUS_NAME, "Announced"), "(v)", on_announced);
}

static gboolean
look (gpointer user_data)
{
  SutureHelperWatch *self = user_data;

  self->settling = 0;
  stop_looking (self);
  self->cancellable = g_cancellable_new ();
  ask (self, "org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", BUS_NAME, "Automatic"), "(v)", on_automatic);
  return G_SOURCE_REMOVE;
}

static void
look_soon (SutureHelperWatch *self)
{
  if (self->settling == 0)
    self->settling = g_timeout_add (SETTLE_MS, look, self);
}

static void
on_changes (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal,
            GVariant *parameters, gpointer user_data)
{
  g_autoptr (GVariant) changed = NULL;
  const char *activity = "";

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (parameters, "(&s@a{sv}as)", NULL, &changed, NULL);
  g_variant_lookup (changed, "Activity", "&s", &activity);
  if (g_str_equal (activity, "idle") || g_variant_lookup (changed, "Automatic", "b", NULL)
      || g_variant_lookup (changed, "Announced", "b", NULL))
    look_soon (user_data);
}

static void
forget_owner (SutureHelperWatch *self)
{
  stop_looking (self);
  if (self->changes != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->changes);
  self->changes = 0;
  g_clear_pointer (&self->owner, g_free);
}

static void
on_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  SutureHelperWatch *self = user_data;

  forget_owner (self);
  self->owner = g_strdup (owner);
  self->changes = g_dbus_connection_signal_subscribe (bus, owner, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                                      OBJECT_PATH, BUS_NAME, G_DBUS_SIGNAL_FLAGS_NONE, on_changes, self, NULL);
  look_soon (self);
}

static void
on_vanished (GDBusConnection *bus, const char *name, gpointer user_data)
{
  forget_owner (user_data);
}

SutureHelperWatch *
suture_helper_watch_new (GDBusConnection *system, void (*told) (const SutureNews *news, gpointer user_data), gpointer user_data)
{
  SutureHelperWatch *self = g_new0 (SutureHelperWatch, 1);

  self->bus = g_object_ref (system);
  self->told = told;
  self->user_data = user_data;
  self->name_watch = g_bus_watch_name_on_connection (system, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, on_vanished,
                                                     self, NULL);
  return self;
}

void
suture_helper_watch_free (SutureHelperWatch *self)
{
  g_bus_unwatch_name (self->name_watch);
  forget_owner (self);
  g_object_unref (self->bus);
  g_free (self);
}

void
suture_helper_watch_announce (SutureHelperWatch *self)
{
  g_dbus_connection_call (self->bus, BUS_NAME, OBJECT_PATH, BUS_NAME, "Announce", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          NULL, NULL);
}
