/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods of the helper. A call can reach the helper in the moment in which it leaves: it is repeated once, which
 * starts the helper again. */
#include "client/client-private.h"

#include "base/error.h"

#define NO_TIMEOUT G_MAXINT /* the user may be looking for a password */

typedef struct
{
  const char *method;
  GVariant *parameters;       /* (owned) */
  gboolean quiet; /* not worth a password */
  gboolean work; /* its reply is only the beginning */
  gboolean repeated;
  char *operation;            /* once it has begun (owned) */
  GCancellable *cancellable;  /* of the caller (owned) (nullable) */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_variant_unref (call->parameters);
  g_free (call->operation);
  g_clear_object (&call->cancellable);
  g_free (call);
}

GError *
suture_client_translate_error (GError *error)
{
  GError *translated = NULL;
  int code = SUTURE_ERROR_FAILED;

  if (error->domain == SUTURE_ERROR)
    {
      g_dbus_error_strip_remote_error (error);
      return error;
    }
  if (error->domain == G_DBUS_ERROR || error->domain == G_IO_ERROR)
    code = SUTURE_ERROR_UNAVAILABLE;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_AUTH_FAILED))
    code = SUTURE_ERROR_NOT_AUTHORIZED;
  g_dbus_error_strip_remote_error (error);
  translated = g_error_new_literal (SUTURE_ERROR, code, error->message);
  g_error_free (error);
  return translated;
}

static gboolean
left_in_this_moment (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY);
}

static void on_reply (GObject *source, GAsyncResult *result, gpointer user_data);

/* Takes @task. To the well-known name, not to the owner that the proxy saw last. */
static void
send (GTask *task)
{
  SutureClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  GDBusProxy *proxy = suture_client_get_proxy (self);
  GDBusCallFlags flags = G_DBUS_CALL_FLAGS_NONE;

  if (proxy == NULL)
    {
      g_task_return_new_error (task, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "the helper could not be reached");
      g_object_unref (task);
      return;
    }
  if (suture_client_is_interactive (self) && !call->quiet)
    flags |= G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION;
  g_dbus_connection_call (g_dbus_proxy_get_connection (proxy), g_dbus_proxy_get_name (proxy),
                          g_dbus_proxy_get_object_path (proxy), g_dbus_proxy_get_interface_name (proxy), call->method,
                          call->parameters, NULL, flags, NO_TIMEOUT, NULL, on_reply, task);
}

static void
cancel_operation (SutureClient *self, const char *operation)
{
  /* Nobody waits for this reply: the operation's own result tells whether it was stopped. */
  suture_client_cancel_async (self, operation, NULL, NULL);
}

static void
on_cancelled (GCancellable *cancellable, GTask *task)
{
  Call *call = g_task_get_task_data (task);

  if (call->operation != NULL)
    cancel_operation (g_task_get_source_object (task), call->operation);
}

/* Takes @task: the operation has begun, its end is still to come. */
static void
begin_waiting (SutureClient *self, GTask *task, GVariant *reply)
{
  Call *call = g_task_get_task_data (task);

  g_variant_get (reply, "(s)", &call->operation);
  suture_operations_add (suture_client_get_operations (self), call->operation, task);
  if (call->cancellable != NULL && g_cancellable_is_cancelled (call->cancellable))
    cancel_operation (self, call->operation);
  suture_client_settle (self);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SutureClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL && left_in_this_moment (error) && !call->repeated)
    {
      call->repeated = TRUE;
      send (g_steal_pointer (&task));
    }
  else if (reply == NULL)
    g_task_return_error (task, suture_client_translate_error (g_steal_pointer (&error)));
  else if (!call->work)
    g_task_return_pointer (task, g_steal_pointer (&reply), (GDestroyNotify) g_variant_unref);
  else if (!g_variant_is_of_type (reply, G_VARIANT_TYPE ("(s)")))
    g_task_return_new_error (task, SUTURE_ERROR, SUTURE_ERROR_FAILED, "the helper answered something else");
  else
    begin_waiting (self, g_steal_pointer (&task), reply);
}

static GTask *
new_call (SutureClient *self, const char *method, GVariant *parameters, GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Call *call = g_new0 (Call, 1);

  call->method = method;
  call->parameters = g_variant_ref_sink (parameters);
  g_task_set_task_data (task, call, call_free);
  return task;
}

/* Takes @task, whose reply is only the beginning. */
static void
send_work (GTask *task, GCancellable *cancellable)
{
  Call *call = g_task_get_task_data (task);

  call->work = TRUE;
  if (cancellable != NULL)
    {
      call->cancellable = g_object_ref (cancellable);
      /* Not g_cancellable_connect (): it may run the handler under a lock, and that handler makes a call. */
      g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), task, 0);
    }
  send (task);
}

void
suture_client_run_async (SutureClient *self, SutureWork work, const char *id, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  static const char *const methods[] = { "Check", "Install", "Remove", "RunAutomatic" };
  GVariant *parameters = id != NULL ? g_variant_new ("(s)", id) : g_variant_new ("()");

  send_work (new_call (self, methods[work], parameters, callback, user_data), cancellable);
}

gboolean
suture_client_run_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* TRUE for a reply without content of interest. */
static gboolean
finish_void (SutureClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  reply = g_task_propagate_pointer (G_TASK (result), error);
  return reply != NULL;
}

void
suture_client_cancel_async (SutureClient *self, const char *operation, GAsyncReadyCallback callback, gpointer user_data)
{
  send (new_call (self, "Cancel", g_variant_new ("(s)", operation), callback, user_data));
}

gboolean
suture_client_cancel_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (self, result, error);
}

gboolean
suture_client_set_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (self, result, error);
}

void
suture_client_set_pause_async (SutureClient *self, gint64 until, GAsyncReadyCallback callback, gpointer user_data)
{
  send (new_call (self, "SetPause", g_variant_new ("(x)", until), callback, user_data));
}

void
suture_client_set_delay_async (SutureClient *self, guint days, gboolean exploited, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  send (new_call (self, "SetDelay", g_variant_new ("(ub)", days, exploited), callback, user_data));
}

void
suture_client_set_metered_async (SutureClient *self, gboolean use, GAsyncReadyCallback callback, gpointer user_data)
{
  send (new_call (self, "SetMetered", g_variant_new ("(b)", use), callback, user_data));
}

void
suture_client_announce_async (SutureClient *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_call (self, "Announce", g_variant_new ("()"), callback, user_data);

  ((Call *) g_task_get_task_data (task))->quiet = TRUE;
  send (task);
}

void
suture_client_set_automatic_async (SutureClient *self, gboolean automatic, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  send (new_call (self, "SetAutomatic", g_variant_new ("(b)", automatic), callback, user_data));
}

void
suture_client_set_local_feed_async (SutureClient *self, gboolean on, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  send_work (new_call (self, "SetLocalFeed", g_variant_new ("(b)", on), callback, user_data), cancellable);
}

gboolean
suture_client_set_local_feed_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  return suture_client_run_finish (self, result, error);
}

void
suture_client_keep_credential_async (SutureClient *self, const char *feed, const char *user, const char *secret,
                                     GAsyncReadyCallback callback, gpointer user_data)
{
  send (new_call (self, "SignIn", g_variant_new ("(sss)", feed, user, secret), callback, user_data));
}

gboolean
suture_client_keep_credential_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (self, result, error);
}

void
suture_client_sign_out_async (SutureClient *self, const char *feed, GAsyncReadyCallback callback, gpointer user_data)
{
  send (new_call (self, "SignOut", g_variant_new ("(s)", feed), callback, user_data));
}

gboolean
suture_client_sign_out_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (self, result, error);
}

void
suture_client_get_history_async (SutureClient *self, guint64 before, guint limit, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  send (new_call (self, "GetHistory", g_variant_new ("(tu)", before, limit), callback, user_data));
}

GPtrArray *
suture_client_get_history_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GVariantIter) each = NULL;
  GVariant *record = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  reply = g_task_propagate_pointer (G_TASK (result), error);
  if (reply == NULL)
    return NULL;
  if (!g_variant_is_of_type (reply, G_VARIANT_TYPE ("(aa{sv})")))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "the helper answered something else");
      return NULL;
    }
  g_variant_get (reply, "(aa{sv})", &each);
  while ((record = g_variant_iter_next_value (each)) != NULL)
    {
      g_ptr_array_add (records, suture_record_new (record));
      g_variant_unref (record);
    }
  return g_steal_pointer (&records);
}
