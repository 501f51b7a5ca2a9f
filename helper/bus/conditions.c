/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/conditions.h"

#define NETWORK "org.freedesktop.NetworkManager"
#define NETWORK_PATH "/org/freedesktop/NetworkManager"
#define POWER "org.freedesktop.UPower"
#define POWER_PATH "/org/freedesktop/UPower"
#define BATTERY "org.freedesktop.UPower.Device"
#define BATTERY_PATH POWER_PATH "/devices/DisplayDevice"
#define PROPERTIES "org.freedesktop.DBus.Properties"

#define PATIENCE 3000 /* milliseconds for an answer; and for the first ones, until automatic runs begin without them */

/* Which question an answer belongs to. */
typedef enum
{
  ASK_NETWORK,
  ASK_POWER,
  ASK_BATTERY,
} Ask;

#define N_ASKS (ASK_BATTERY + 1)

static const struct
{
  const char *name, *path, *interface;
} asks[N_ASKS] = {
  [ASK_NETWORK] = { NETWORK, NETWORK_PATH, NETWORK },
  [ASK_POWER] = { POWER, POWER_PATH, POWER },
  [ASK_BATTERY] = { POWER, BATTERY_PATH, BATTERY },
};

struct _SutureConditionsWatch
{
  GDBusConnection *connection; /* (owned) */
  SutureEngine *engine;        /* (owned) */
  GCancellable *cancellable;   /* (owned) */
  guint watches[2];            /* of the two names */
  guint subscriptions[N_ASKS];
  guint patience;              /* source id */
  gboolean answered[N_ASKS];   /* or is not there */
  gboolean told;               /* the engine no longer waits */
  guint metered;
  gboolean on_battery, present;
  guint state;
  double percentage;
};

typedef struct
{
  SutureConditionsWatch *watch;
  Ask ask;
} Question;

gboolean
suture_conditions_is_metered (guint value)
{
  return value == 1 || value == 3;
}

int
suture_conditions_get_low_battery (gboolean on_battery, gboolean present, guint state, double percentage)
{
  gboolean charges = state == 1 || state == 4 || state == 5;

  if (!on_battery || !present || charges || percentage < 0 || percentage >= SUTURE_WAIT_BATTERY_LOW)
    return -1;
  return (int) percentage;
}

static void
tell (SutureConditionsWatch *self)
{
  SutureConditions conditions = SUTURE_CONDITIONS_UNKNOWN;

  for (int ask = 0; ask < N_ASKS; ask++)
    if (!self->answered[ask] && !self->told)
      return;
  self->told = TRUE;
  conditions.metered = suture_conditions_is_metered (self->metered);
  conditions.battery_low = suture_conditions_get_low_battery (self->on_battery, self->present, self->state, self->percentage);
  suture_engine_set_conditions (self->engine, &conditions);
}

/* @values: NULL where nobody answers: then nothing is known of it. */
static void
take (SutureConditionsWatch *self, Ask ask, GVariant *values)
{
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_auto (GVariantDict) dict;

  g_variant_dict_init (&dict, values != NULL ? values : none);
  self->answered[ask] = TRUE;
  if (ask == ASK_NETWORK && !g_variant_dict_lookup (&dict, "Metered", "u", &self->metered))
    self->metered = 0;
  if (ask == ASK_POWER && !g_variant_dict_lookup (&dict, "OnBattery", "b", &self->on_battery))
    self->on_battery = FALSE;
  if (ask == ASK_BATTERY)
    {
      if (!g_variant_dict_lookup (&dict, "IsPresent", "b", &self->present))
        self->present = FALSE;
      if (!g_variant_dict_lookup (&dict, "State", "u", &self->state))
        self->state = 0;
      if (!g_variant_dict_lookup (&dict, "Percentage", "d", &self->percentage))
        self->percentage = 100;
    }
  tell (self);
}

static void
answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  g_autoptr (GVariant) values = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the watch is gone */
  if (reply != NULL)
    values = g_variant_get_child_value (reply, 0);
  else
    g_info ("%s does not say anything: %s", asks[question->ask].name, error->message);
  take (question->watch, question->ask, values);
}

static void
ask_one (SutureConditionsWatch *self, Ask ask)
{
  Question *question = g_new0 (Question, 1);

  question->watch = self;
  question->ask = ask;
  g_dbus_connection_call (self->connection, asks[ask].name, asks[ask].path, PROPERTIES, "GetAll",
                          g_variant_new ("(s)", asks[ask].interface), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          PATIENCE, self->cancellable, answered, question);
}

static void
appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  for (int ask = 0; ask < N_ASKS; ask++)
    if (g_str_equal (asks[ask].name, name))
      ask_one (user_data, (Ask) ask);
}

static void
vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  for (int ask = 0; ask < N_ASKS; ask++)
    if (g_str_equal (asks[ask].name, name))
      take (user_data, (Ask) ask, NULL);
}

/* All of it is asked for again: of two answers, the later one is the truth. */
static void
changed (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *signal,
         GVariant *parameters,
         gpointer user_data)
{
  for (int ask = 0; ask < N_ASKS; ask++)
    if (g_str_equal (asks[ask].path, path))
      ask_one (user_data, (Ask) ask);
}

static gboolean
lose_patience (gpointer user_data)
{
  SutureConditionsWatch *self = user_data;

  self->patience = 0;
  self->told = TRUE;
  tell (self);
  return G_SOURCE_REMOVE;
}

SutureConditionsWatch *
suture_conditions_watch_new (GDBusConnection *connection, SutureEngine *engine)
{
  SutureConditionsWatch *self = g_new0 (SutureConditionsWatch, 1);
  const char *const names[] = { NETWORK, POWER };

  self->connection = g_object_ref (connection);
  self->engine = g_object_ref (engine);
  self->cancellable = g_cancellable_new ();
  suture_engine_await_conditions (engine);
  for (int ask = 0; ask < N_ASKS; ask++)
    self->subscriptions[ask]
        = g_dbus_connection_signal_subscribe (connection, asks[ask].name, PROPERTIES, "PropertiesChanged", asks[ask].path,
                                              asks[ask].interface, G_DBUS_SIGNAL_FLAGS_NONE, changed, self, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    self->watches[i] = g_bus_watch_name_on_connection (connection, names[i], G_BUS_NAME_WATCHER_FLAGS_NONE, appeared, vanished,
                                                       self, NULL);
  self->patience = g_timeout_add (PATIENCE, lose_patience, self);
  return self;
}

void
suture_conditions_watch_free (SutureConditionsWatch *self)
{
  if (self == NULL)
    return;
  if (self->patience != 0)
    g_source_remove (self->patience);
  for (gsize i = 0; i < G_N_ELEMENTS (self->watches); i++)
    g_bus_unwatch_name (self->watches[i]);
  for (int ask = 0; ask < N_ASKS; ask++)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscriptions[ask]);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->engine);
  g_object_unref (self->connection);
  g_free (self);
}
