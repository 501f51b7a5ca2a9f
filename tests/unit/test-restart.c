/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/restart.h"

#include "test-manifest.h"
#include "test-paths.h"
#include "test-tree.h"

#define MANAGER_PATH "/org/freedesktop/systemd1"
#define UNIT_PATH MANAGER_PATH "/unit/one"

/* A service manager that has one unit, by whatever name it is asked for. */
typedef struct
{
  GTestDBus *daemon;     /* (owned) */
  GDBusConnection *bus;  /* (owned) */
  GDBusNodeInfo *info;   /* (owned) */
  GMainContext *context; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  GThread *thread;       /* (owned) */
  const char *id;        /* the unit's own name */
  int restarts;          /* atomic */
} Manager;

static const char interfaces[]
    = "<node><interface name='org.freedesktop.systemd1.Manager'><method name='Subscribe'/>"
      "<method name='GetUnit'><arg type='s' direction='in'/><arg type='o' direction='out'/></method>"
      "<method name='ResetFailedUnit'><arg type='s' direction='in'/></method>"
      "<method name='TryRestartUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='o' direction='out'/></method>"
      "<signal name='JobRemoved'><arg type='u'/><arg type='o'/><arg type='s'/><arg type='s'/></signal></interface>"
      "<interface name='org.freedesktop.systemd1.Unit'><property name='Id' type='s' access='read'/>"
      "<property name='ActiveState' type='s' access='read'/></interface>"
      "<interface name='org.freedesktop.systemd1.Service'><property name='Type' type='s' access='read'/></interface></node>";

static void
called (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *method,
        GVariant *arguments, GDBusMethodInvocation *invocation, gpointer data)
{
  Manager *self = data;
  GVariant *answer = NULL;

  if (g_str_equal (method, "GetUnit"))
    answer = g_variant_new ("(o)", UNIT_PATH);
  if (g_str_equal (method, "TryRestartUnit"))
    {
      g_atomic_int_inc (&self->restarts);
      answer = g_variant_new ("(o)", MANAGER_PATH "/job/1");
      g_assert_true (g_dbus_connection_emit_signal (bus, NULL, MANAGER_PATH, interface, "JobRemoved",
                                                    g_variant_new ("(uoss)", 1, MANAGER_PATH "/job/1", "", "done"), NULL));
    }
  g_dbus_method_invocation_return_value (invocation, answer);
}

static GVariant *
get_property (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name,
              GError **error, gpointer data)
{
  Manager *self = data;

  if (g_str_equal (name, "Id"))
    return g_variant_new_string (self->id);
  return g_variant_new_string (g_str_equal (name, "Type") ? "simple" : "active");
}

static gpointer
serve (gpointer data)
{
  Manager *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
manager_start (Manager *self)
{
  static const GDBusInterfaceVTable table = { .method_call = called, .get_property = get_property };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  self->daemon = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->daemon);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (self->daemon), TRUE);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->info = g_dbus_node_info_new_for_xml (interfaces, &error);
  g_assert_no_error (error);
  g_main_context_push_thread_default (self->context);
  self->bus = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (self->daemon),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpuint (g_dbus_connection_register_object (self->bus, i == 0 ? MANAGER_PATH : UNIT_PATH,
                                                         self->info->interfaces[i], &table, self, NULL, &error), >, 0);
  g_main_context_pop_thread_default (self->context);
  reply = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.systemd1", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("manager", serve, self);
}

static void
manager_stop (Manager *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
  g_object_unref (self->bus);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_dbus_node_info_unref (self->info);
  g_test_dbus_stop (self->daemon);
  g_object_unref (self->daemon);
}

/* The result for an improvement whose publisher wants @unit restarted, and @seconds to look around in. */
static JsonArray *
run (const char *unit, guint seconds)
{
  const char *const olds[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/python3/demo.py", "new", olds, 1);
  g_autoptr (GBytes) json = test_manifest_json (&(TestManifest){ .files = file });
  g_autoptr (GString) text = g_string_new_len (g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json));
  g_autofree char *named = g_strdup_printf ("\"restart\": [ \"%s\" ]", unit);
  g_autoptr (GPtrArray) improvements = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_scanned_free);
  g_autoptr (SutureManifest) manifest = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_string_replace (text, "\"restart\": []", named, 1), ==, 1);
  bytes = g_bytes_new (text->str, text->len);
  manifest = suture_manifest_parse (bytes, &error);
  g_assert_no_error (error);
  g_ptr_array_add (improvements, suture_scanned_new (manifest, TRUE));
  return suture_restart_run (improvements, seconds, TRUE, manifest->id);
}

typedef struct
{
  Manager *manager;
  const char *path;
  const char *asked;
  const char *own; /* the name that the unit asked for has of its own */
  const char *outcome;
} Case;

static void
test_named (gconstpointer data)
{
  const Case *self = data;
  JsonArray *units;
  JsonObject *unit;

  test_paths_init ();
  self->manager->id = self->own;
  g_atomic_int_set (&self->manager->restarts, 0);
  units = run (self->asked, SUTURE_SCAN_SECONDS);
  g_assert_cmpuint (json_array_get_length (units), ==, 1);
  unit = json_array_get_object_element (units, 0);
  g_assert_cmpstr (json_object_get_string_member (unit, "name"), ==, self->own);
  g_assert_cmpstr (json_object_get_string_member (unit, "outcome"), ==, self->outcome);
  g_assert_cmpint (g_atomic_int_get (&self->manager->restarts), ==, g_str_equal (self->outcome, "restarted"));
  json_array_unref (units);
  test_paths_clear ();
}

/* Who could not be looked at in time is not said to run the new version. */
static void
test_not_seen (gconstpointer data)
{
  Manager *manager = (Manager *) data;
  const char *top = test_paths_init ();
  JsonArray *units;
  JsonObject *unit;

  test_tree_write (top, "/usr/lib/python3/demo.py", "new", 0644);
  manager->id = "demo.service";
  g_atomic_int_set (&manager->restarts, 0);
  units = run ("demo.service", 0);
  g_assert_cmpuint (json_array_get_length (units), ==, 1);
  unit = json_array_get_object_element (units, 0);
  g_assert_cmpint (g_atomic_int_get (&manager->restarts), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (unit, "outcome"), ==, "failed");
  g_assert_nonnull (strstr (json_object_get_string_member (unit, "reason"), "could not be looked at"));
  json_array_unref (units);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  Manager manager = { .restarts = 0 };
  const Case cases[] = {
    { &manager, "/restart/named/plain", "demo.service", "demo.service", "restarted" },
    { &manager, "/restart/named/never", "systemd-logind.service", "systemd-logind.service", "owed" },
    { &manager, "/restart/named/alias", "dbus-org.freedesktop.login1.service", "systemd-logind.service", "owed" },
  };
  int status;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_named);
  g_test_add_data_func ("/restart/not-seen", &manager, test_not_seen);
  manager_start (&manager);
  status = g_test_run ();
  manager_stop (&manager);
  return status;
}
