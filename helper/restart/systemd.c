/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/systemd.h"

#include "base/error.h"

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define CALL_MS 5000

struct _SutureSystemd
{
  GDBusConnection *bus; /* (owned) */
  GHashTable *jobs;     /* job path → unit, those still waited for (owned) */
  GHashTable *results;  /* unit → "" or a sentence (owned) */
};

static GVariant *
call (SutureSystemd *self, const char *path, const char *interface, const char *method, GVariant *arguments,
      const char *reply, GError **error)
{
  return g_dbus_connection_call_sync (self->bus, NAME, path, interface, method, arguments, G_VARIANT_TYPE (reply),
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, NULL, error);
}

SutureSystemd *
suture_systemd_connect (GError **error)
{
  g_autoptr (SutureSystemd) self = g_new0 (SutureSystemd, 1);
  g_autoptr (GVariant) reply = NULL;

  self->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (self->bus != NULL)
    {
      g_dbus_connection_set_exit_on_close (self->bus, FALSE);
      reply = call (self, PATH, MANAGER, "Subscribe", NULL, "()", error);
    }
  if (reply == NULL)
    {
      g_prefix_error (error, "could not reach the service manager: ");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
suture_systemd_free (SutureSystemd *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->bus);
  g_hash_table_unref (self->jobs);
  g_hash_table_unref (self->results);
  g_free (self);
}

/* A string property of @unit, or NULL. */
static char *
property (SutureSystemd *self, const char *unit, const char *interface, const char *name)
{
  g_autoptr (GVariant) found = call (self, PATH, MANAGER, "GetUnit", g_variant_new ("(s)", unit), "(o)", NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *path;

  if (found == NULL)
    return NULL;
  g_variant_get (found, "(&o)", &path);
  reply = call (self, path, "org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", interface, name), "(v)", NULL);
  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(v)", &value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL) : NULL;
}

char *
suture_systemd_resolve (SutureSystemd *self, const char *unit)
{
  return property (self, unit, "org.freedesktop.systemd1.Unit", "Id");
}

gboolean
suture_systemd_is_oneshot (SutureSystemd *self, const char *unit)
{
  g_autofree char *type = property (self, unit, "org.freedesktop.systemd1.Service", "Type");
  g_autofree char *file = property (self, unit, "org.freedesktop.systemd1.Unit", "UnitFileState");

  /* transient: somebody's systemd-run; a restart would run that command a second time */
  return g_strcmp0 (type, "oneshot") == 0 || g_strcmp0 (file, "transient") == 0;
}

static void
on_job_removed (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal,
                GVariant *parameters, gpointer data)
{
  SutureSystemd *self = data;
  const char *job, *unit, *result;
  guint32 id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uoss)")))
    return;
  g_variant_get (parameters, "(u&o&s&s)", &id, &job, &unit, &result);
  if (!g_hash_table_contains (self->jobs, job))
    return;
  g_hash_table_insert (self->results, g_strdup (g_hash_table_lookup (self->jobs, job)),
                       g_str_equal (result, "done") ? g_strdup ("") : g_strdup_printf ("its restart ended as \"%s\"", result));
  g_hash_table_remove (self->jobs, job);
}

static gboolean
on_deadline (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_jobs (SutureSystemd *self, guint seconds)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add_seconds (seconds, on_deadline, &late);
  GHashTableIter iter;
  gpointer unit;

  while (!late && g_hash_table_size (self->jobs) > 0)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (timer);
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &unit))
    g_hash_table_insert (self->results, g_strdup (unit), g_strdup_printf ("its restart was not over after %u seconds", seconds));
  g_hash_table_remove_all (self->jobs);
}

/* Has @unit start (@method), its counter of starts set back first: some in a row may not end in "start request repeated too
 * quickly". Its job is waited for by wait_for_jobs (). */
static void
ask_for_job (SutureSystemd *self, const char *unit, const char *method)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reset = call (self, PATH, MANAGER, "ResetFailedUnit", g_variant_new ("(s)", unit), "()", NULL);
  g_autoptr (GVariant) reply = call (self, PATH, MANAGER, method, g_variant_new ("(ss)", unit, "replace"), "(o)", &error);
  const char *job;

  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      g_hash_table_insert (self->results, g_strdup (unit), g_strdup (error->message));
      return;
    }
  /* its JobRemoved waits in the main context, even when it came before the reply */
  g_variant_get (reply, "(&o)", &job);
  g_hash_table_insert (self->jobs, g_strdup (job), g_strdup (unit));
}

static gboolean
has_failed (SutureSystemd *self, const char *unit)
{
  g_autofree char *state = property (self, unit, "org.freedesktop.systemd1.Unit", "ActiveState");

  return g_strcmp0 (state, "failed") == 0;
}

/* The same @method for all of @units, or only for those that have failed; waits at most @seconds. */
static void
run_jobs (SutureSystemd *self, GPtrArray *units, const char *method, gboolean only_failed, guint seconds)
{
  guint signal = g_dbus_connection_signal_subscribe (self->bus, NAME, MANAGER, "JobRemoved", PATH, NULL,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, on_job_removed, self, NULL);

  g_hash_table_remove_all (self->results);
  for (guint i = 0; i < units->len; i++)
    if (!only_failed || has_failed (self, units->pdata[i]))
      ask_for_job (self, units->pdata[i], method);
  wait_for_jobs (self, seconds);
  g_dbus_connection_signal_unsubscribe (self->bus, signal);
}

void
suture_systemd_start_failed (SutureSystemd *self, GPtrArray *units, guint seconds)
{
  GHashTableIter iter;
  gpointer unit, result;

  run_jobs (self, units, "StartUnit", TRUE, seconds);
  g_hash_table_iter_init (&iter, self->results);
  while (g_hash_table_iter_next (&iter, &unit, &result))
    if (*(const char *) result != '\0')
      g_warning ("%s could not be started again: %s", (const char *) unit, (const char *) result);
}

GHashTable *
suture_systemd_restart (SutureSystemd *self, GPtrArray *units, guint seconds)
{
  run_jobs (self, units, "TryRestartUnit", FALSE, seconds);
  for (guint i = 0; i < units->len; i++)
    if (has_failed (self, units->pdata[i]))
      g_hash_table_insert (self->results, g_strdup (units->pdata[i]), g_strdup ("it failed after its restart"));
  return g_hash_table_ref (self->results);
}
