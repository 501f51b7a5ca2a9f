/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/sign-in.h"

#include "base/error.h"

/* A sign-in on its way. */
typedef struct
{
  char *feed;    /* (owned) */
  gint64 began;  /* when the check did, seconds since the epoch */
  gboolean tried;
} SignIn;

static void
sign_in_free (SignIn *self)
{
  g_free (self->feed);
  g_free (self);
}

/* Whether the check that ended with @error got an answer from the server of @facts. */
static gboolean
was_tried (const SutureFeedFacts *facts, const GError *error, gint64 began)
{
  return facts->last_error[0] == '\0' && (error == NULL || facts->last_contact >= began);
}

/* What the server said is a fact of the feed; how the check as a whole ended may be about another one. */
static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SutureClient *client = SUTURE_CLIENT (source);
  SignIn *self = g_task_get_task_data (task);
  SutureFeed *feed = suture_client_find_feed (client, self->feed);
  g_autoptr (GError) error = NULL;

  if (!suture_client_run_finish (client, result, &error))
    g_debug ("the check after a sign-in: %s", error->message);
  self->tried = feed != NULL && was_tried (suture_feed_get_facts (feed), error, self->began);
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
  SignIn *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!suture_client_keep_credential_finish (client, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  self->began = g_get_real_time () / G_USEC_PER_SEC;
  suture_client_run_async (client, SUTURE_WORK_CHECK, NULL, NULL, on_checked, g_steal_pointer (&task));
}

void
suture_sign_in_async (SutureClient *client, const char *feed, const char *user, const char *secret,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (client, NULL, callback, user_data);
  SignIn *self = g_new0 (SignIn, 1);

  self->feed = g_strdup (feed);
  g_task_set_task_data (task, self, (GDestroyNotify) sign_in_free);
  suture_client_keep_credential_async (client, feed, user, secret, on_kept, task);
}

gboolean
suture_sign_in_finish (SutureClient *client, GAsyncResult *result, gboolean *tried, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), FALSE);
  *tried = ((SignIn *) g_task_get_task_data (G_TASK (result)))->tried;
  return g_task_propagate_boolean (G_TASK (result), error);
}
