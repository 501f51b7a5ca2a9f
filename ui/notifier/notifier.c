/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notifier/notifier.h"

#include <glib/gi18n.h>

#include "client/record.h"
#include "client/troubles.h"
#include "notifier/memory.h"
#include "notifier/notices.h"

#define FRESH (24 * 60 * 60) /* seconds: to somebody who is here for the first time what is older is no news */

struct _SutureNotifier
{
  SutureHelperWatch *watch; /* (owned) */
  SutureNotices *notices;   /* (owned) */
  SutureMemory *memory;     /* (owned) */
  gboolean announce;        /* it has to be said that improvements are installed automatically */
  GQueue undone;            /* of SutureRecord: what has to be said, oldest first (owned) */
  gboolean saying;          /* the desktop has not taken the last one yet */
};

static void say_next (SutureNotifier *self);

/* What was not taken is said when there is somebody who takes it. */
static gboolean
was_taken (SutureNotifier *self, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = suture_notices_show_finish (SUTURE_NOTICES (source), result, &error);

  self->saying = FALSE;
  if (!taken)
    g_message ("%s", error->message);
  return taken;
}

static void
on_announced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SutureNotifier *self = user_data;

  if (!was_taken (self, source, result))
    return;
  self->announce = FALSE;
  suture_memory_set_announced (self->memory);
  suture_helper_watch_announce (self->watch);
  say_next (self);
}

static void
on_undone_said (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SutureNotifier *self = user_data;
  g_autoptr (SutureRecord) record = NULL;

  if (!was_taken (self, source, result))
    return;
  record = g_queue_pop_head (&self->undone);
  suture_memory_set_record (self->memory, suture_record_get_facts (record)->id);
  say_next (self);
}

static void
say_undone (SutureNotifier *self, const SutureRecordFacts *record)
{
  const char *title = record->title[0] != '\0' ? record->title : record->improvement;
  g_autofree char *what = suture_trouble_undone_sentence (record->message);
  g_autofree char *body = g_strdup_printf (_("“%s” was taken out by itself. %s"), title, what);

  suture_notices_show_async (self->notices, _("Improvement Undone"), body, _("Show Details"), on_undone_said, self);
}

static void
say_next (SutureNotifier *self)
{
  if (self->saying || (!self->announce && g_queue_is_empty (&self->undone)))
    return;
  self->saying = TRUE;
  if (self->announce)
    suture_notices_show_async (self->notices, _("Security Fixes Are Installed Automatically"),
                               _("Small security fixes are installed automatically when they are ready. Apps are never closed."),
                               _("Change…"), on_announced, self);
  else
    say_undone (self, suture_record_get_facts (g_queue_peek_head (&self->undone)));
}

static gboolean
is_news (SutureNotifier *self, const SutureRecordFacts *record)
{
  guint64 seen = suture_memory_get_record (self->memory);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (!g_str_equal (record->event, "undone"))
    return FALSE;
  return seen > 0 ? record->id > seen : record->time > now - FRESH;
}

/* All that is new and was not said; what is said at this moment stays at the head. */
static void
take_undone (SutureNotifier *self, GPtrArray *records)
{
  SutureRecord *last = g_queue_peek_tail (&self->undone);
  guint64 queued = last != NULL ? suture_record_get_facts (last)->id : 0;

  for (guint i = records->len; i-- > 0;)
    {
      const SutureRecordFacts *record = suture_record_get_facts (g_ptr_array_index (records, i));

      if (is_news (self, record) && record->id > queued)
        g_queue_push_tail (&self->undone, g_object_ref (g_ptr_array_index (records, i)));
    }
  if (g_queue_is_empty (&self->undone) && records->len > 0)
    suture_memory_set_record (self->memory, suture_record_get_facts (g_ptr_array_index (records, 0))->id);
}

static void
on_news (const SutureNews *news, gpointer user_data)
{
  SutureNotifier *self = user_data;
  gboolean to_tell = news->automatic && !news->announced;

  self->announce = to_tell && !suture_memory_get_announced (self->memory);
  /* said before, and the helper could not be told then */
  if (to_tell && !self->announce)
    suture_helper_watch_announce (self->watch);
  take_undone (self, news->records);
  say_next (self);
}

SutureNotifier *
suture_notifier_new (GDBusConnection *session, GDBusConnection *system)
{
  SutureNotifier *self = g_new0 (SutureNotifier, 1);

  g_queue_init (&self->undone);
  self->memory = suture_memory_new ();
  self->notices = suture_notices_new (session);
  g_signal_connect_swapped (self->notices, "available", G_CALLBACK (say_next), self);
  self->watch = suture_helper_watch_new (system, on_news, self);
  return self;
}

void
suture_notifier_free (SutureNotifier *self)
{
  suture_helper_watch_free (self->watch);
  g_signal_handlers_disconnect_by_data (self->notices, self);
  g_object_unref (self->notices);
  suture_memory_free (self->memory);
  g_queue_clear_full (&self->undone, g_object_unref);
  g_free (self);
}
