/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/restart.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER "org.freedesktop.login1.Manager"
#define SYSTEMD "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SOFT_SINCE 254        /* systemd's version */
#define SOFT_REBOOT (1u << 2) /* org.freedesktop.login1(5): SD_LOGIND_SOFT_REBOOT, 0x04 */
#define ASK_MS 5000           /* of systemd, which answers at once */
#define ANSWER_MAX 64         /* bytes */

guint
suture_restart_parse_version (const char *version)
{
  guint64 number = g_ascii_strtoull (*version == 'v' ? version + 1 : version, NULL, 10);

  return number <= G_MAXUINT16 ? (guint) number : 0;
}

SutureRestartKind
suture_restart_find_kind (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) value = NULL;

  if (bus == NULL)
    return SUTURE_RESTART_ORDINARY;
  reply = g_dbus_connection_call_sync (bus, SYSTEMD, SYSTEMD_PATH, "org.freedesktop.DBus.Properties", "Get",
                                       g_variant_new ("(ss)", SYSTEMD_MANAGER, "Version"), G_VARIANT_TYPE ("(v)"),
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START, ASK_MS, NULL, NULL);
  if (reply == NULL)
    return SUTURE_RESTART_ORDINARY;
  g_variant_get (reply, "(v)", &value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                 && suture_restart_parse_version (g_variant_get_string (value, NULL)) >= SOFT_SINCE
             ? SUTURE_RESTART_SOFT
             : SUTURE_RESTART_ORDINARY;
}

char *
suture_restart_list_owed (SutureClient *client)
{
  GListModel *improvements = suture_client_get_improvements (client);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (improvements); i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);
      const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);

      for (guint o = 0; facts->state == SUTURE_STATE_ACTIVE && o < facts->owed->len; o++)
        {
          const SutureOwed *owed = g_ptr_array_index (facts->owed, o);

          if (g_hash_table_add (seen, owed->shown))
            g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", owed->shown);
        }
    }
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

static gboolean
confirm (void)
{
  char answer[ANSWER_MAX];

  /* TRANSLATORS: the answer is y or n in every language */
  g_printerr ("%s ", _("Restart the computer now? [y/N]"));
  return fgets (answer, sizeof answer, stdin) != NULL && (g_str_equal (answer, "y\n") || g_str_equal (answer, "Y\n"));
}

gboolean
suture_restart_decide (SutureRestartKind kind, const char *owed, gboolean yes, gboolean quiet, SutureExitCode *code)
{
  if (owed != NULL && !quiet)
    g_print (_("Still running an old version: %s\n"), owed);
  if (!quiet)
    g_print ("%s\n", kind == SUTURE_RESTART_SOFT
                         ? _("All programs restart, and the kernel keeps running (a soft reboot). What is open is closed.")
                         : _("The computer restarts as a whole. What is open is closed."));
  if (yes)
    return TRUE;
  *code = SUTURE_EXIT_CANCELLED;
  if (isatty (STDIN_FILENO))
    return confirm ();
  g_printerr ("suturectl: %s\n", _("Nobody can be asked: add --yes to restart the computer."));
  *code = SUTURE_EXIT_USAGE;
  return FALSE;
}

/* logind's error as one of ours; its words stay. */
static GError *
translate (GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);
  SutureError code = SUTURE_ERROR_FAILED;

  if (g_strcmp0 (name, "org.freedesktop.DBus.Error.AccessDenied") == 0
      || g_strcmp0 (name, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") == 0)
    code = SUTURE_ERROR_NOT_AUTHORIZED;
  else if (g_strcmp0 (name, "org.freedesktop.DBus.Error.ServiceUnknown") == 0
           || g_strcmp0 (name, "org.freedesktop.DBus.Error.NameHasNoOwner") == 0)
    code = SUTURE_ERROR_UNAVAILABLE;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    code = SUTURE_ERROR_CANCELLED;
  g_dbus_error_strip_remote_error (error);
  return g_error_new_literal (SUTURE_ERROR, (int) code, error->message);
}

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, translate (error));
}

void
suture_restart_async (SutureRestartKind kind, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  gboolean soft = kind == SUTURE_RESTART_SOFT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);

  if (bus == NULL)
    {
      g_task_return_new_error (task, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "%s", error->message);
      g_object_unref (task);
      return;
    }
  /* a person may look for a password meanwhile */
  g_dbus_connection_call (bus, LOGIND, LOGIND_PATH, LOGIND_MANAGER, soft ? "RebootWithFlags" : "Reboot",
                          soft ? g_variant_new ("(t)", (guint64) SOFT_REBOOT) : g_variant_new ("(b)", TRUE), NULL,
                          G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, cancellable, on_called, task);
}

gboolean
suture_restart_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
