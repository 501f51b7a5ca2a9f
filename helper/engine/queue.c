/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/queue.h"

#include <sys/random.h>

#include "base/error.h"

typedef struct
{
  SutureWork *work; /* (owned) */
  gboolean ready;
} Entry;

struct _SutureQueue
{
  SutureWork *running; /* (owned) */
  GQueue waiting;      /* Entry */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  suture_work_unref (entry->work);
  g_free (entry);
}

SutureQueue *
suture_queue_new (void)
{
  SutureQueue *self = g_new0 (SutureQueue, 1);

  g_queue_init (&self->waiting);
  return self;
}

void
suture_queue_free (SutureQueue *self)
{
  if (self == NULL)
    return;
  suture_work_unref (self->running);
  g_queue_clear_full (&self->waiting, entry_free);
  g_free (self);
}

char *
suture_queue_make_id (void)
{
  guint64 random[2];

  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("the kernel gave no randomness"); /* an id that can be guessed can be cancelled: end, by design */
  return g_strdup_printf ("op-%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", random[0], random[1]);
}

gboolean
suture_queue_has_room (SutureQueue *self, guint32 user, GError **error)
{
  guint own = self->running != NULL && self->running->user == user ? 1 : 0;

  for (GList *at = self->waiting.head; at != NULL; at = at->next)
    own += ((Entry *) at->data)->work->user == user ? 1 : 0;
  if (own < SUTURE_QUEUE_OF_USER && self->waiting.length < SUTURE_QUEUE_WAITING)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY, "too many operations are waiting already");
  return FALSE;
}

void
suture_queue_push (SutureQueue *self, SutureWork *work)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->work = suture_work_ref (work);
  g_queue_push_tail (&self->waiting, entry);
}

void
suture_queue_push_first (SutureQueue *self, SutureWork *work)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->work = suture_work_ref (work);
  g_queue_push_head (&self->waiting, entry);
}

static GList *
find_waiting (SutureQueue *self, const char *operation)
{
  for (GList *at = self->waiting.head; at != NULL; at = at->next)
    if (g_str_equal (((Entry *) at->data)->work->operation, operation))
      return at;
  return NULL;
}

void
suture_queue_release (SutureQueue *self, const char *operation)
{
  GList *at = find_waiting (self, operation);

  if (at != NULL)
    ((Entry *) at->data)->ready = TRUE;
}

SutureWork *
suture_queue_start (SutureQueue *self)
{
  for (GList *at = self->waiting.head; at != NULL && self->running == NULL; at = at->next)
    {
      Entry *entry = at->data;

      if (!entry->ready)
        continue;
      self->running = g_steal_pointer (&entry->work);
      g_queue_delete_link (&self->waiting, at);
      g_free (entry);
      return self->running;
    }
  return NULL;
}

void
suture_queue_finish (SutureQueue *self)
{
  g_clear_pointer (&self->running, suture_work_unref);
}

SutureWork *
suture_queue_get_running (SutureQueue *self)
{
  return self->running;
}

SutureWork *
suture_queue_find (SutureQueue *self, const char *operation)
{
  GList *at;

  if (self->running != NULL && g_str_equal (self->running->operation, operation))
    return self->running;
  at = find_waiting (self, operation);
  return at != NULL ? ((Entry *) at->data)->work : NULL;
}

gboolean
suture_queue_drop (SutureQueue *self, const char *operation)
{
  GList *at = find_waiting (self, operation);

  if (at == NULL || !((Entry *) at->data)->ready)
    return FALSE;
  entry_free (at->data);
  g_queue_delete_link (&self->waiting, at);
  return TRUE;
}

gboolean
suture_queue_is_empty (SutureQueue *self)
{
  return self->running == NULL && self->waiting.length == 0;
}
