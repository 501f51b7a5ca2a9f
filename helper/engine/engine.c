/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: accepting, running one at a time, ending each operation exactly once, publishing.
 * Not for: running them (run.c), the order of stages, permission (bus/). */
#include "engine/engine-private.h"

#include "base/error.h"
#include "engine/automatic.h"
#include "engine/load.h"
#include "engine/local.h"
#include "engine/queue.h"
#include "engine/run.h"
#include "history/setting.h"

#define LOOK_INTERVAL 250 /* milliseconds between two looks at the bytes: 4 a second */
#define ENDED_KEEP 16     /* operations whose user is remembered, as many as have results */

G_DEFINE_FINAL_TYPE (SutureEngine, suture_engine, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void start_next (SutureEngine *self);

/* ---- what is published ---- */

void
suture_engine_publish (SutureEngine *self)
{
  SutureSnapshot *snapshot = &self->snapshot;
  SutureWork *work = suture_queue_get_running (self->queue);
  /* who sees "idle" must find all that was interrupted ended */
  SutureWorkStatus status = { .activity = self->loaded ? "idle" : "recovering" };

  if (self->loaded)
    suture_engine_consider (self);
  if (work != NULL)
    status = suture_work_get_status (work);
  snapshot->activity = status.activity;
  snapshot->operation = work != NULL ? work->operation : "";
  snapshot->kind = work != NULL && *work->operation != '\0' ? work->kind : "";
  g_strlcpy (snapshot->improvement, status.improvement, sizeof snapshot->improvement);
  snapshot->bytes_done = status.done;
  snapshot->bytes_total = status.total;
  snapshot->cancellable = status.cancellable && *snapshot->operation != '\0';
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
look (gpointer user_data)
{
  SutureEngine *self = user_data;
  SutureWork *work = suture_queue_get_running (self->queue);
  SutureWorkStatus status;

  if (work == NULL)
    {
      self->look = 0;
      return G_SOURCE_REMOVE;
    }
  status = suture_work_get_status (work);
  if (status.done != self->snapshot.bytes_done || status.total != self->snapshot.bytes_total)
    suture_engine_publish (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
work_changed_idle (gpointer user_data)
{
  suture_engine_publish (user_data);
  return G_SOURCE_REMOVE;
}

/* In any thread. */
static void
work_changed (SutureWork *work, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, work_changed_idle, g_object_ref (user_data), g_object_unref);
}

static gboolean
has_result (GPtrArray *results, const char *operation)
{
  for (guint i = 0; i < results->len; i++)
    if (g_str_equal (((SutureResult *) g_ptr_array_index (results, i))->operation, operation))
      return TRUE;
  return FALSE;
}

/* Those of @ends that are not shown yet, behind those that are. */
static void
add_results (SutureEngine *self, GPtrArray *ends)
{
  GPtrArray *results = self->snapshot.results;

  for (guint i = 0; i < ends->len; i++)
    {
      const SutureResult *end = g_ptr_array_index (ends, i);

      if (!has_result (results, end->operation))
        g_ptr_array_add (results, suture_result_new (end->operation, end->error, end->message));
    }
  if (results->len > SUTURE_RESULT_KEEP)
    g_ptr_array_remove_range (results, 0, results->len - SUTURE_RESULT_KEEP);
}

static void
remember_ended (SutureEngine *self, SutureWork *work)
{
  g_queue_push_head (&self->ended, suture_work_ref (work));
  if (self->ended.length > ENDED_KEEP)
    suture_work_unref (g_queue_pop_tail (&self->ended));
}

static void
take_facts (SutureEngine *self, SutureWork *work)
{
  if (work->facts == NULL)
    return;
  suture_facts_unref (self->snapshot.facts);
  self->snapshot.facts = suture_facts_ref (work->facts);
}

void
suture_engine_take_feeds (SutureEngine *self, SutureFeeds *feeds)
{
  if (feeds->read_at < self->snapshot.feeds->read_at)
    return;
  suture_feeds_unref (self->snapshot.feeds);
  self->snapshot.feeds = suture_feeds_ref (feeds);
}

static SutureWork *
new_work (SutureEngine *self, const char *operation, const char *kind, guint32 user)
{
  SutureWork *work = suture_work_new (self->database, operation, kind,
                                      g_str_equal (kind, "automatic") ? "automatic"
                                      : g_str_equal (kind, "undo")    ? "system"
                                                                      : "user",
                                      user);

  work->past = self->past;
  work->conditions = &self->conditions;
  work->failed = self->automatic_failed;
  work->changed = work_changed;
  work->user_data = self; /* a running work's task holds a reference to the engine */
  if (g_str_equal (kind, "automatic"))
    work->user = G_MAXUINT32; /* whoever called it, the stored choice did it */
  return work;
}

/* ---- running ---- */

static void
run_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureEngine *self = source;
  SutureWork *work = task_data;
  GPtrArray *results;

  /* only the thread whose turn it is sees recovered */
  results = suture_run (work, &self->recovered);
  work->feeds = suture_feeds_new (self->database);
  suture_choice_load (self->database, &work->choice);
  g_task_return_pointer (task, results, (GDestroyNotify) g_ptr_array_unref);
}

static void
run_ended (GObject *object, GAsyncResult *async, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);
  g_autoptr (SutureWork) work = user_data;
  g_autoptr (GPtrArray) results = g_task_propagate_pointer (G_TASK (async), NULL);

  take_facts (self, work);
  suture_engine_take_feeds (self, work->feeds);
  if (work->choice.reading > self->snapshot.choice.reading)
    self->snapshot.choice = work->choice;
  if (g_str_equal (work->kind, "automatic"))
    self->automatic_failed = work->failed;
  add_results (self, results);
  if (*work->operation != '\0')
    remember_ended (self, work);
  if (g_str_equal (work->kind, "undo"))
    suture_engine_watch_undone (self, work->plan->improvement);
  suture_queue_finish (self->queue);
  suture_engine_publish (self);
  start_next (self);
  suture_engine_watch (self);
}

static void
start_next (SutureEngine *self)
{
  SutureWork *work = self->loaded ? suture_queue_start (self->queue) : NULL;
  g_autoptr (GTask) task = NULL;

  if (work == NULL)
    return;
  work->facts = suture_facts_ref (self->snapshot.facts);
  if (self->stopped)
    (void) suture_work_cancel (work, NULL);
  task = g_task_new (self, NULL, run_ended, suture_work_ref (work));
  g_task_set_task_data (task, suture_work_ref (work), (GDestroyNotify) suture_work_unref);
  g_task_run_in_thread (task, run_in_thread);
  if (self->look == 0)
    self->look = g_timeout_add (LOOK_INTERVAL, look, self);
  suture_engine_watch (self);
  suture_engine_publish (self);
}

/* ---- accepting ---- */

gboolean
suture_engine_is_ready (SutureEngine *self, GError **error)
{
  if (self->loaded)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "the helper is not ready yet");
  return FALSE;
}

static void
submit_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureWork *work = task_data;
  g_autoptr (GError) error = NULL;
  gboolean removal = work->plan != NULL && work->plan->kind == SUTURE_PLAN_REMOVE;

  if (g_str_equal (work->kind, "automatic")
      && !suture_setting_set_number (work->database, SUTURE_SETTING_AUTOMATIC_RAN, g_get_real_time () / G_USEC_PER_SEC, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  /* a removal is accepted on a full disk too */
  if (suture_work_write_step (work, SUTURE_STEP_QUEUED, work->plan, &error)
      || (removal && g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
submitted (GObject *object, GAsyncResult *async, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);
  g_autoptr (GTask) outer = user_data;
  SutureWork *work = g_task_get_task_data (G_TASK (async));
  g_autoptr (GError) error = NULL;

  gboolean kept = g_task_propagate_boolean (G_TASK (async), &error);

  self->writing--;
  if (kept && self->awaits_conditions && g_str_equal (work->kind, "automatic"))
    {
      suture_engine_release_held (self);
      self->held = g_strdup (work->operation);
    }
  else
    suture_queue_release (self->queue, work->operation);
  if (!kept)
    {
      (void) suture_queue_drop (self->queue, work->operation);
      if (g_str_equal (work->kind, "automatic"))
        self->automatic_ran = self->automatic_before;
      g_task_return_error (outer, g_steal_pointer (&error));
    }
  else
    g_task_return_pointer (outer, g_strdup (work->operation), g_free);
  start_next (self);
  suture_engine_publish (self);
}

void
suture_engine_release_held (SutureEngine *self)
{
  if (self->held == NULL)
    return;
  suture_queue_release (self->queue, self->held);
  g_clear_pointer (&self->held, g_free);
  start_next (self);
}

static gboolean
may_submit (SutureEngine *self, const char *kind, guint32 user, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (!suture_engine_is_ready (self, error))
    return FALSE;
  if (self->stopped)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "the helper is about to end");
      return FALSE;
    }
  if (g_str_equal (kind, "automatic") && !suture_automatic_is_due (self->automatic_ran, self->automatic_failed, now))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_RATE_LIMITED, "it ran less than %d minutes ago",
                   (int) (suture_automatic_interval (self->automatic_failed) / 60));
      return FALSE;
    }
  /* nobody's queue is too full for what does not work to be taken out */
  return g_str_equal (kind, "undo") || suture_queue_has_room (self->queue, user, error);
}

static void
push (SutureEngine *self, SutureWork *work, GTask *outer)
{
  SutureWork *running = suture_queue_get_running (self->queue);
  g_autoptr (GTask) inner = NULL;

  if (work->plan != NULL && running != NULL)
    suture_work_hurry (running);
  if (g_str_equal (work->kind, "undo"))
    suture_queue_push_first (self->queue, work);
  else
    suture_queue_push (self->queue, work);
  self->writing++;
  inner = g_task_new (self, NULL, submitted, outer);
  g_task_set_task_data (inner, suture_work_ref (work), (GDestroyNotify) suture_work_unref);
  g_task_run_in_thread (inner, submit_in_thread);
}

void
suture_engine_submit (SutureEngine *self,
                      const char *kind,
                      SuturePlan *plan,
                      guint32 user,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, NULL, callback, user_data);
  g_autoptr (SutureWork) work = NULL;
  g_autofree char *operation = suture_queue_make_id ();
  gboolean automatic = g_str_equal (kind, "automatic");
  GError *error = NULL;

  if (!may_submit (self, kind, automatic ? G_MAXUINT32 : user, &error))
    {
      g_task_return_error (outer, error);
      return;
    }
  work = new_work (self, operation, kind, user);
  work->plan = plan != NULL ? suture_plan_ref (plan) : NULL;
  if (plan != NULL)
    g_strlcpy (work->status.improvement, plan->improvement, sizeof work->status.improvement);
  if (automatic)
    {
      self->automatic_before = self->automatic_ran;
      self->automatic_ran = g_get_real_time () / G_USEC_PER_SEC;
    }
  push (self, work, g_steal_pointer (&outer));
}

void
suture_engine_submit_local_feed (SutureEngine *self, gboolean on, guint32 user, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, NULL, callback, user_data);
  g_autoptr (SutureWork) work = NULL;
  g_autofree char *operation = suture_queue_make_id ();
  GError *error = NULL;

  if (!suture_local_is_present ())
    g_set_error (&error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "suture-local is not installed");
  else
    (void) may_submit (self, "local-feed", user, &error);
  if (error != NULL)
    {
      g_task_return_error (outer, error);
      return;
    }
  work = new_work (self, operation, "local-feed", user);
  work->on = on;
  push (self, work, g_steal_pointer (&outer));
}

char *
suture_engine_submit_finish (SutureEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

SuturePlan *
suture_engine_plan (SutureEngine *self, SuturePlanKind kind, const char *id, GError **error)
{
  return suture_engine_is_ready (self, error) ? suture_plan_new (self->snapshot.facts, kind, id, error) : NULL;
}

/* ---- cancelling ---- */

gboolean
suture_engine_owns (SutureEngine *self, const char *operation, guint32 user)
{
  SutureWork *work = suture_queue_find (self->queue, operation);

  for (GList *at = self->ended.head; at != NULL && work == NULL; at = at->next)
    if (g_str_equal (((SutureWork *) at->data)->operation, operation))
      work = at->data;
  return work != NULL && *operation != '\0' && work->user == user && user != G_MAXUINT32;
}

static void
end_unrun_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureWork *work = task_data;
  g_autoptr (SutureResult) result = suture_result_new (work->operation, "Cancelled", "it was cancelled before it began");
  GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_result_free);
  g_autoptr (GError) error = NULL;

  if (!suture_record_close (work->database, work->operation, NULL, result, &error))
    g_message ("the end of operation %s is not kept: %s", work->operation, error->message);
  g_ptr_array_add (results, g_steal_pointer (&result));
  g_task_return_pointer (task, results, (GDestroyNotify) g_ptr_array_unref);
}

static void
unrun_ended (GObject *object, GAsyncResult *async, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);
  g_autoptr (GPtrArray) results = g_task_propagate_pointer (G_TASK (async), NULL);

  self->writing--;
  add_results (self, results);
  suture_engine_publish (self);
}

gboolean
suture_engine_cancel (SutureEngine *self, const char *operation, GError **error)
{
  SutureWork *work = *operation != '\0' ? suture_queue_find (self->queue, operation) : NULL;
  g_autoptr (SutureWork) kept = NULL;
  g_autoptr (GTask) task = NULL;

  if (work == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no such operation");
      return FALSE;
    }
  if (work == suture_queue_get_running (self->queue))
    return suture_work_cancel (work, error);
  kept = suture_work_ref (work);
  if (!suture_queue_drop (self->queue, operation))
    return suture_work_cancel (kept, error); /* its line is being written: it ends when its turn comes */
  remember_ended (self, kept);
  self->writing++;
  task = g_task_new (self, NULL, unrun_ended, NULL);
  g_task_set_task_data (task, g_steal_pointer (&kept), (GDestroyNotify) suture_work_unref);
  g_task_run_in_thread (task, end_unrun_in_thread);
  return TRUE;
}

/* ---- the start and the end ---- */

static void
load_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, suture_load_run (), (GDestroyNotify) suture_load_free);
}

static void
load_ended (GObject *object, GAsyncResult *async, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);
  g_autoptr (SutureLoad) load = g_task_propagate_pointer (G_TASK (async), NULL);
  g_autoptr (SutureWork) recovery = NULL;

  self->writing--;
  self->database = g_steal_pointer (&load->database);
  self->past = load->past;
  self->automatic_ran = load->automatic_ran;
  self->automatic_failed = load->automatic_failed;
  self->snapshot.choice = load->choice;
  g_ptr_array_unref (self->snapshot.results);
  self->snapshot.results = g_steal_pointer (&load->results);
  self->snapshot.facts = g_steal_pointer (&load->facts);
  suture_engine_take_feeds (self, load->feeds);
  self->watcher = suture_watcher_new (self->database);
  self->loaded = TRUE;
  suture_engine_start_ticking (self);
  recovery = new_work (self, "", "recover", G_MAXUINT32);
  suture_queue_push (self->queue, recovery);
  suture_queue_release (self->queue, "");
  start_next (self);
}

void
suture_engine_start (SutureEngine *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, load_ended, NULL);

  self->writing++;
  g_task_run_in_thread (task, load_in_thread);
}

void
suture_engine_look_again (SutureEngine *self)
{
  SutureWork *other = suture_queue_find (self->queue, "");
  g_autoptr (SutureWork) work = NULL;

  /* the start looks as well; and of two that wait, one is enough: one that runs may have looked already */
  if (!self->loaded || self->stopped || (other != NULL && other != suture_queue_get_running (self->queue)))
    return;
  work = new_work (self, "", "look", G_MAXUINT32);
  suture_queue_push (self->queue, work);
  suture_queue_release (self->queue, "");
  start_next (self);
}

void
suture_engine_stop (SutureEngine *self)
{
  SutureWork *running = suture_queue_get_running (self->queue);

  self->stopped = TRUE;
  if (running != NULL)
    (void) suture_work_cancel (running, NULL);
}

gboolean
suture_engine_is_loaded (SutureEngine *self)
{
  return self->loaded;
}

gboolean
suture_engine_is_idle (SutureEngine *self)
{
  return self->writing == 0 && suture_queue_is_empty (self->queue);
}

const SutureSnapshot *
suture_engine_get_snapshot (SutureEngine *self)
{
  return &self->snapshot;
}

static void
suture_engine_finalize (GObject *object)
{
  SutureEngine *self = SUTURE_ENGINE (object);

  if (self->look != 0)
    g_source_remove (self->look);
  if (self->tick != 0)
    g_source_remove (self->tick);
  g_free (self->held);
  g_queue_clear_full (&self->ended, (GDestroyNotify) suture_work_unref);
  suture_engine_watch_clear (self);
  suture_queue_free (self->queue);
  suture_facts_unref (self->snapshot.facts);
  suture_feeds_unref (self->snapshot.feeds);
  suture_waits_free (self->snapshot.waits);
  suture_admin_policy_unref (self->snapshot.policy);
  g_ptr_array_unref (self->snapshot.results);
  suture_database_free (self->database);
  G_OBJECT_CLASS (suture_engine_parent_class)->finalize (object);
}

static void
suture_engine_class_init (SutureEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_engine_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
suture_engine_init (SutureEngine *self)
{
  self->queue = suture_queue_new ();
  suture_engine_watch_init (self);
  self->conditions = (SutureConditions) SUTURE_CONDITIONS_UNKNOWN;
  g_queue_init (&self->ended);
  self->snapshot.activity = "recovering";
  self->snapshot.operation = "";
  self->snapshot.kind = "";
  self->snapshot.feeds = suture_feeds_new_none ();
  self->snapshot.results = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_result_free);
}

SutureEngine *
suture_engine_new (void)
{
  return g_object_new (SUTURE_TYPE_ENGINE, NULL);
}
