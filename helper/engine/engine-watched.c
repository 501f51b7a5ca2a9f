/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: when the watcher looks, and that what has to be taken out is, by an operation of the queue. */
#include "engine/engine-private.h"
#include "engine/health.h"

#define TRY_SECONDS 10      /* between the first two tries to take something out; doubles */
#define TRY_SECONDS_MAX 300
#define NEWS_SECONDS 20     /* between two times that crashes are told */
#define STEADY_SECONDS 10   /* so much an end may move without being told anew */

/* One improvement that has to be taken out. */
typedef struct
{
  guint tries;
  gint64 next;       /* monotonic, microseconds: not before */
  gboolean in_queue; /* an operation is on its way */
} SutureUndoing;

void
suture_engine_watch_init (SutureEngine *self)
{
  self->undoing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
suture_engine_watch_clear (SutureEngine *self)
{
  if (self->watch != 0)
    g_source_remove (self->watch);
  suture_watcher_free (self->watcher);
  g_hash_table_unref (self->undoing);
  g_clear_pointer (&self->snapshot.watched, g_ptr_array_unref);
}

gboolean
suture_engine_is_watching (SutureEngine *self)
{
  return g_hash_table_size (self->undoing) > 0 || (self->snapshot.watched != NULL && self->snapshot.watched->len > 0);
}

void
suture_engine_watch_undone (SutureEngine *self, const char *improvement)
{
  SutureUndoing *undoing = g_hash_table_lookup (self->undoing, improvement);

  if (undoing != NULL)
    undoing->in_queue = FALSE;
}

static void
submitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);
  g_autofree char *id = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *operation = suture_engine_submit_finish (self, result, &error);

  if (operation != NULL)
    return;
  g_message ("%s can't be taken out yet, which is tried again: %s", id, error->message);
  suture_engine_watch_undone (self, id);
}

static void
submit_undo (SutureEngine *self, const char *id, SutureUndoing *undoing)
{
  gint64 now = g_get_monotonic_time ();
  SutureWork *running = suture_queue_get_running (self->queue);
  g_autoptr (SuturePlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  if (self->stopped || undoing->in_queue || now < undoing->next)
    return;
  undoing->next = now + MIN (TRY_SECONDS << MIN (undoing->tries, 8u), TRY_SECONDS_MAX) * G_USEC_PER_SEC;
  undoing->tries++;
  plan = suture_engine_plan (self, SUTURE_PLAN_REMOVE, id, &error);
  if (plan == NULL)
    {
      g_message ("%s can't be taken out yet, which is tried again: %s", id, error->message);
      return;
    }
  /* what it has installed so far is recorded; the rest is for its next turn, and downloads may take hours */
  if (running != NULL && (g_str_equal (running->kind, "automatic") || g_str_equal (running->kind, "check")))
    (void) suture_work_cancel (running, NULL);
  undoing->in_queue = TRUE;
  suture_engine_submit (self, "undo", plan, G_MAXUINT32, submitted, g_strdup (id));
}

static void
take_due (SutureEngine *self, GPtrArray *due)
{
  GHashTableIter iter;
  gpointer id, undoing;

  g_hash_table_iter_init (&iter, self->undoing);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_ptr_array_find_with_equal_func (due, id, g_str_equal, NULL))
      g_hash_table_iter_remove (&iter);
  for (guint i = 0; i < due->len; i++)
    {
      id = g_ptr_array_index (due, i);
      if (!g_hash_table_contains (self->undoing, id))
        g_hash_table_insert (self->undoing, g_strdup (id), g_new0 (SutureUndoing, 1));
      undoing = g_hash_table_lookup (self->undoing, id);
      submit_undo (self, id, undoing);
    }
}

/* Whether it is told anew. */
static gboolean
take_watched (SutureEngine *self, GPtrArray *watched)
{
  GPtrArray *before = self->snapshot.watched;
  gboolean same = before != NULL && before->len == watched->len;

  for (guint i = 0; same && i < watched->len; i++)
    {
      const SutureWatched *now = g_ptr_array_index (watched, i);
      const SutureWatched *was = g_ptr_array_index (before, i);

      same = g_str_equal (now->id, was->id) && ABS (now->until - was->until) < STEADY_SECONDS;
    }
  if (same)
    return FALSE;
  g_clear_pointer (&self->snapshot.watched, g_ptr_array_unref);
  self->snapshot.watched = g_ptr_array_ref (watched);
  return TRUE;
}

static void
try_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  suture_health_run (((SutureEngine *) source)->database, task_data);
  g_task_return_boolean (task, TRUE);
}

static void
tried (GObject *object, GAsyncResult *async, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);

  self->trying = FALSE;
  self->writing--;
  suture_engine_watch (self);
}

/* Beside the looks, which have to go on: a check may take its minutes. One at a time; where nobody answers it is tried again. */
static void
try_health (SutureEngine *self, GPtrArray *untried)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GTask) task = NULL;

  if (untried->len == 0 || self->trying || self->stopped || now < self->try_next)
    return;
  self->trying = TRUE;
  self->try_next = now + TRY_SECONDS * G_USEC_PER_SEC;
  self->writing++;
  task = g_task_new (self, NULL, tried, NULL);
  g_task_set_task_data (task, g_strdup (g_ptr_array_index (untried, 0)), g_free);
  g_task_run_in_thread (task, try_in_thread);
}

static gboolean
watch_timer (gpointer user_data)
{
  SutureEngine *self = user_data;

  /* while a thread looks, nobody knows yet whether there is something to watch */
  if (suture_engine_is_watching (self) || self->watching || suture_queue_get_running (self->queue) != NULL)
    {
      suture_engine_watch (self);
      return G_SOURCE_CONTINUE;
    }
  self->watch = 0;
  return G_SOURCE_REMOVE;
}

/* Facts are made anew for it, and root is asked: crashes by the dozen must not have that done all the time. */
static void
tell_news (SutureEngine *self)
{
  gint64 now = g_get_monotonic_time ();

  if (!self->news || (self->news_told != 0 && now - self->news_told < NEWS_SECONDS * G_USEC_PER_SEC))
    return;
  self->news = FALSE;
  self->news_told = now;
  suture_engine_look_again (self);
}

static void
look_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SutureEngine *self = source;

  g_task_return_pointer (task, suture_watcher_look (self->watcher), (GDestroyNotify) suture_watch_look_free);
}

static void
take_look (SutureEngine *self, const SutureWatchLook *look)
{
  take_due (self, look->due);
  if (take_watched (self, look->watched))
    suture_engine_publish (self);
  try_health (self, look->untried);
  self->news = self->news || look->news;
  tell_news (self);
}

static void
looked (GObject *object, GAsyncResult *async, gpointer user_data)
{
  SutureEngine *self = SUTURE_ENGINE (object);
  g_autoptr (SutureWatchLook) look = g_task_propagate_pointer (G_TASK (async), NULL);

  self->watching = FALSE;
  self->writing--;
  if (look != NULL)
    take_look (self, look);
  if (self->watch_again)
    suture_engine_watch (self);
}

void
suture_engine_watch (SutureEngine *self)
{
  g_autoptr (GTask) task = NULL;

  if (!self->loaded || self->stopped)
    return;
  if (self->watch == 0)
    self->watch = g_timeout_add_seconds (SUTURE_WATCHER_SECONDS, watch_timer, self);
  self->watch_again = self->watching;
  if (self->watching)
    return;
  self->watching = TRUE;
  self->writing++;
  task = g_task_new (self, NULL, looked, NULL);
  g_task_run_in_thread (task, look_in_thread);
}
