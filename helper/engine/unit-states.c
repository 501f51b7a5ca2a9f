/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/unit-states.h"

#include <gio/gio.h>

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"
#define CALL_MS 5000
#define LISTED_MAX 1024 /* services that are looked at; a desktop has about a hundred */

static GVariant *
call (GDBusConnection *bus, const char *path, const char *interface, const char *method, GVariant *arguments, const char *reply)
{
  return g_dbus_connection_call_sync (bus, NAME, path, interface, method, arguments, G_VARIANT_TYPE (reply),
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, NULL, NULL);
}

/* a{sv} of all properties of @interface, or NULL. */
static GVariant *
properties (GDBusConnection *bus, const char *path, const char *interface)
{
  g_autoptr (GVariant) reply = call (bus, path, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", interface),
                                     "(a{sv})");

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static char *
text_of (GVariant *all, const char *name, const char *fallback)
{
  const char *text = fallback;

  if (all != NULL)
    (void) g_variant_lookup (all, name, "&s", &text);
  return g_strdup (text);
}

/* NULL: it could not be asked about. */
static SutureUnitState *
read_one (GDBusConnection *bus, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) found = NULL;
  g_autoptr (GVariant) unit = NULL;
  g_autoptr (GVariant) service = NULL;
  g_autofree char *remote = NULL;
  SutureUnitState *state;
  const char *path;
  guint32 restarts = 0;

  found = g_dbus_connection_call_sync (bus, NAME, PATH, MANAGER, "GetUnit", g_variant_new ("(s)", name), G_VARIANT_TYPE ("(o)"),
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, NULL, &error);
  if (found != NULL)
    {
      g_variant_get (found, "(&o)", &path);
      unit = properties (bus, path, NAME ".Unit");
      service = properties (bus, path, NAME ".Service");
    }
  remote = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;
  if (unit == NULL && g_strcmp0 (remote, NAME ".NoSuchUnit") != 0)
    return NULL;
  if (service != NULL)
    (void) g_variant_lookup (service, "NRestarts", "u", &restarts);
  state = g_new0 (SutureUnitState, 1);
  state->name = g_strdup (name);
  state->active = text_of (unit, "ActiveState", "inactive");
  state->result = text_of (service, "Result", "");
  state->restarts = restarts;
  return state;
}

GPtrArray *
suture_unit_states_read (const char *const *units)
{
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_unit_state_free);
  g_autoptr (GDBusConnection) bus = *units != NULL ? g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL) : NULL;

  for (const char *const *at = units; bus != NULL && *at != NULL; at++)
    {
      SutureUnitState *state = read_one (bus, *at);

      if (state != NULL)
        g_ptr_array_add (states, state);
    }
  return states;
}

/* A number among the properties of a service; 0 where it has none. */
static guint64
number_of (GDBusConnection *bus, const char *path, const char *name)
{
  g_autoptr (GVariant) reply = call (bus, path, "org.freedesktop.DBus.Properties", "Get",
                                     g_variant_new ("(ss)", NAME ".Service", name), "(v)");
  g_autoptr (GVariant) value = NULL;

  if (reply == NULL)
    return 0;
  g_variant_get (reply, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64 (value) : 0;
}

/* Whether it runs only since less than a window, because it was started again by itself. */
static gboolean
keeps_failing (GDBusConnection *bus, const char *path)
{
  gint64 now = g_get_real_time ();

  return number_of (bus, path, "NRestarts") > 0
         && now - (gint64) number_of (bus, path, "ExecMainStartTimestamp") < SUTURE_WATCH_WINDOW;
}

char *
suture_unit_states_failing (void)
{
  static const char *const states[] = { "failed", "auto-restart", "running", NULL };
  static const char *const patterns[] = { "*.service", NULL };
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  const char *name, *state, *path;
  guint count = 0;

  if (bus != NULL)
    reply = call (bus, PATH, MANAGER, "ListUnitsByPatterns", g_variant_new ("(^as^as)", states, patterns), "(a(ssssssouso))");
  if (reply == NULL)
    return g_strdup ("");
  g_variant_get (reply, "(a(ssssssouso))", &iter);
  while (count++ < LISTED_MAX && g_variant_iter_next (iter, "(&ssss&ss&ouso)", &name, NULL, NULL, NULL, &state, NULL, &path, NULL, NULL, NULL))
    if (!g_str_equal (state, "running") || keeps_failing (bus, path))
      g_string_append_printf (names, "%s%s", names->len > 0 ? "\n" : "", name);
  return g_strdup (names->str);
}
