/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/facts.h"

#include "base/name.h"

#define LIST_MAX 256   /* entries of a list that are kept: more than there are components on a desktop */
#define SHOWN_MAX 4096 /* bytes; THREATS V5: nothing of a stranger is shown longer */

static void
result_free (gpointer data)
{
  SutureResult *result = data;

  g_free (result->id);
  g_free (result->error);
  g_free (result->message);
  g_free (result);
}

static void
managed_free (gpointer data)
{
  SutureManaged *managed = data;

  g_free (managed->what);
  g_free (managed->reason);
  g_free (managed);
}

static void
watched_free (gpointer data)
{
  SutureWatched *watched = data;

  g_free (watched->id);
  g_free (watched);
}

SutureFacts *
suture_facts_new (void)
{
  SutureFacts *self = g_new0 (SutureFacts, 1);

  self->version = g_strdup ("");
  self->activity = g_strdup ("idle");
  self->operation = g_strdup ("");
  self->operation_kind = g_strdup ("");
  self->operation_improvement = g_strdup ("");
  self->feeds = g_new0 (char *, 1);
  self->last_error = g_strdup ("");
  self->last_message = g_strdup ("");
  self->label = g_strdup ("");
  self->local_feed = g_strdup ("absent");
  self->system_updates = suture_system_update_list (NULL);
  self->announced = TRUE; /* nothing is known that has to be announced */
  self->waits = suture_waits_read (NULL);
  self->managed = g_ptr_array_new_with_free_func (managed_free);
  self->watching = g_ptr_array_new_with_free_func (watched_free);
  self->results = g_ptr_array_new_with_free_func (result_free);
  return self;
}

void
suture_facts_free (SutureFacts *self)
{
  g_free (self->version);
  g_free (self->activity);
  g_free (self->operation);
  g_free (self->operation_kind);
  g_free (self->operation_improvement);
  g_strfreev (self->feeds);
  g_free (self->last_error);
  g_free (self->last_message);
  g_free (self->label);
  g_free (self->local_feed);
  g_ptr_array_unref (self->system_updates);
  g_clear_pointer (&self->system_updates_said, g_variant_unref);
  g_ptr_array_unref (self->waits);
  g_ptr_array_unref (self->managed);
  g_ptr_array_unref (self->watching);
  g_ptr_array_unref (self->results);
  g_free (self);
}

void
suture_facts_take_system_updates (SutureFacts *self, GVariant *said)
{
  if (said == self->system_updates_said
      || (said != NULL && self->system_updates_said != NULL && g_variant_equal (said, self->system_updates_said)))
    return;
  g_clear_pointer (&self->system_updates_said, g_variant_unref);
  self->system_updates_said = said != NULL ? g_variant_ref (said) : NULL;
  g_ptr_array_unref (self->system_updates);
  self->system_updates = suture_system_update_list (said);
}

void
suture_facts_take_waits (SutureFacts *self, GVariant *said)
{
  g_ptr_array_unref (self->waits);
  self->waits = suture_waits_read (said);
}

void
suture_facts_take_managed (SutureFacts *self, GVariant *said)
{
  gsize n = said != NULL ? MIN (g_variant_n_children (said), LIST_MAX) : 0;

  g_ptr_array_set_size (self->managed, 0);
  for (gsize i = 0; i < n; i++)
    {
      SutureManaged *managed = g_new (SutureManaged, 1);
      const char *what = NULL;
      const char *reason = NULL;

      g_variant_get_child (said, i, "(&s&s)", &what, &reason);
      *managed = (SutureManaged){ .what = suture_facts_clean (what), .reason = suture_facts_clean (reason) };
      g_ptr_array_add (self->managed, managed);
    }
}

void
suture_facts_take_watching (SutureFacts *self, GVariant *said)
{
  gsize n = said != NULL ? MIN (g_variant_n_children (said), LIST_MAX) : 0;

  g_ptr_array_set_size (self->watching, 0);
  for (gsize i = 0; i < n; i++)
    {
      SutureWatched *watched = g_new0 (SutureWatched, 1);
      const char *id = NULL;

      g_variant_get_child (said, i, "(&sx)", &id, &watched->until);
      watched->id = suture_facts_clean (id);
      g_ptr_array_add (self->watching, watched);
    }
}

const SutureManaged *
suture_facts_find_managed (const SutureFacts *self, const char *what)
{
  for (guint i = 0; i < self->managed->len; i++)
    {
      const SutureManaged *managed = g_ptr_array_index (self->managed, i);

      if (g_str_equal (managed->what, what))
        return managed;
    }
  return NULL;
}

gint64
suture_facts_get_pause (const SutureFacts *self, gint64 now)
{
  return self->paused_until > now ? self->paused_until : 0;
}

const SutureResult *
suture_facts_find_result (const SutureFacts *self, const char *operation)
{
  for (guint i = 0; i < self->results->len; i++)
    {
      const SutureResult *result = g_ptr_array_index (self->results, i);

      if (g_str_equal (result->id, operation))
        return result;
    }
  return NULL;
}

char *
suture_facts_clean (const char *text)
{
  return suture_name_clean_text (text, SHOWN_MAX, FALSE);
}
