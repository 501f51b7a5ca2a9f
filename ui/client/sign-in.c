/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/sign-in.h"

#include "base/error.h"

/* What the server said is a fact of the feed; how the check as a whole ended may be about another one. */
static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SutureClient *client = SUTURE_CLIENT (source);
  SutureFeed *feed = suture_client_find_feed (client, g_task_get_task_data (task));
  g_autoptr (GError) error = NULL;

  if (!suture_client_run_finish (client, result, &error))
    g_debug ("the check after a sign-in: %s", error->message);
  if (feed != NULL && suture_feed_get_facts (feed)->needs_sign_in)
    g_task_return_new_error (task, SUTURE_ERROR, SUTURE_ERROR_NOT_SIGNED_IN, "%s",
                             suture_feed_get_facts (feed)->last_message);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SutureClient *client = SUTURE_CLIENT (source);
  GError *error = NULL;

  if (!suture_client_keep_credential_finish (client, result, &error))
    g_task_return_error (task, error);
  else
    suture_client_run_async (client, SUTURE_WORK_CHECK, NULL, NULL, on_checked, g_steal_pointer (&task));
}

void
suture_sign_in_async (SutureClient *client, const char *feed, const char *user, const char *secret,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (client, NULL, callback, user_data);

  g_task_set_task_data (task, g_strdup (feed), g_free);
  suture_client_keep_credential_async (client, feed, user, secret, on_kept, task);
}

gboolean
suture_sign_in_finish (SutureClient *client, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
