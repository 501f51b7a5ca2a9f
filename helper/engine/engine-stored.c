/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: what the engine is asked to keep and to read without any operation: the choice, history, credentials. */
#include "engine/automatic.h"
#include "engine/engine-private.h"
#include "engine/vault.h"

static void
set_automatic_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureEngine *self = source;
  GError *error = NULL;

  if (suture_automatic_set (self->database, GPOINTER_TO_INT (task_data), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
suture_engine_set_automatic (SutureEngine *self, gboolean automatic, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;

  g_task_set_task_data (task, GINT_TO_POINTER (automatic), NULL);
  self->writing++;
  if (suture_engine_is_ready (self, &error))
    g_task_run_in_thread (task, set_automatic_in_thread);
  else
    g_task_return_error (task, error);
}

gboolean
suture_engine_set_automatic_finish (SutureEngine *self, GAsyncResult *result, GError **error)
{
  gboolean ok = g_task_propagate_boolean (G_TASK (result), error);

  self->writing--;
  if (ok)
    self->snapshot.automatic = GPOINTER_TO_INT (g_task_get_task_data (G_TASK (result)));
  suture_engine_publish (self);
  return ok;
}

typedef struct
{
  guint64 before;
  guint limit;
} HistoryQuery;

static void
history_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureEngine *self = source;
  HistoryQuery *query = task_data;
  GError *error = NULL;
  GPtrArray *records = suture_record_list (self->database, query->before, query->limit, &error);

  if (records != NULL)
    g_task_return_pointer (task, records, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
suture_engine_history (SutureEngine *self,
                       guint64 before,
                       guint limit,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  HistoryQuery *query = g_new0 (HistoryQuery, 1);
  GError *error = NULL;

  query->before = before;
  query->limit = limit;
  g_task_set_task_data (task, query, g_free);
  self->writing++;
  if (suture_engine_is_ready (self, &error))
    g_task_run_in_thread (task, history_in_thread);
  else
    g_task_return_error (task, error);
}

GPtrArray *
suture_engine_history_finish (SutureEngine *self, GAsyncResult *result, GError **error)
{
  self->writing--;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- credentials ---- */

static void
sign_in_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureEngine *self = source;
  GError *error = NULL;

  if (suture_sign_in_run (task_data, self->database, &error))
    g_task_return_pointer (task, suture_feeds_new (self->database), (GDestroyNotify) suture_feeds_unref);
  else
    g_task_return_error (task, error);
}

SutureSignIn *
suture_engine_plan_sign_in (
    SutureEngine *self, const char *feed, const char *user, const char *secret, GError **error)
{
  return suture_engine_is_ready (self, error) ? suture_sign_in_new (self->snapshot.feeds, feed, user, secret, error) : NULL;
}

void
suture_engine_sign_in (SutureEngine *self, SutureSignIn *plan, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_task_data (task, suture_sign_in_ref (plan), (GDestroyNotify) suture_sign_in_unref);
  self->writing++;
  g_task_run_in_thread (task, sign_in_in_thread);
}

gboolean
suture_engine_sign_in_finish (SutureEngine *self, GAsyncResult *result, GError **error)
{
  g_autoptr (SutureFeeds) feeds = g_task_propagate_pointer (G_TASK (result), error);

  self->writing--;
  if (feeds != NULL)
    suture_engine_take_feeds (self, feeds);
  suture_engine_publish (self);
  return feeds != NULL;
}
