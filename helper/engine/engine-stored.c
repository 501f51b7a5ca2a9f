/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: what the engine is asked to keep and to read without any operation: the choice, history, credentials. */
#include "engine/engine-private.h"
#include "engine/vault.h"

typedef struct
{
  SutureChoiceWhat what;
  SutureChoice wanted, stored;
  gboolean may_weaken;
} Change;

static void
choose_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureEngine *self = source;
  Change *change = task_data;
  GError *error = NULL;

  if (suture_choice_change (self->database, change->what, &change->wanted, change->may_weaken, &change->stored, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
suture_engine_choose (SutureEngine *self,
                      SutureChoiceWhat what,
                      const SutureChoice *wanted,
                      gboolean may_weaken,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Change *change = g_new0 (Change, 1);
  GError *error = NULL;

  change->what = what;
  change->wanted = *wanted;
  change->may_weaken = may_weaken;
  g_task_set_task_data (task, change, g_free);
  self->writing++;
  if (suture_engine_is_ready (self, &error))
    g_task_run_in_thread (task, choose_in_thread);
  else
    g_task_return_error (task, error);
}

gboolean
suture_engine_choose_finish (SutureEngine *self, GAsyncResult *result, GError **error)
{
  const Change *change = g_task_get_task_data (G_TASK (result));
  gboolean ok = g_task_propagate_boolean (G_TASK (result), error);

  self->writing--;
  if (ok && change->stored.reading > self->snapshot.choice.reading)
    self->snapshot.choice = change->stored;
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
