/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/facts.h"

#include "base/name.h"

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
