/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/work.h"

#include "base/error.h"
#include "base/name.h"


SutureWork *
suture_work_new (SutureDatabase *database, const char *operation, const char *kind, const char *by, guint32 user)
{
  SutureWork *self = g_new0 (SutureWork, 1);

  g_atomic_ref_count_init (&self->count);
  g_mutex_init (&self->mutex);
  self->checked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->database = database;
  self->operation = g_strdup (operation);
  self->kind = g_strdup (kind);
  self->by = g_strdup (by);
  self->user = user;
  self->cancellable = g_cancellable_new ();
  self->hurry = g_cancellable_new ();
  self->status.activity = g_str_equal (kind, "recover") ? "recovering" : "idle";
  self->status.cancellable = TRUE;
  return self;
}

SutureWork *
suture_work_ref (SutureWork *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_work_unref (SutureWork *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  suture_facts_unref (self->facts);
  suture_feeds_unref (self->feeds);
  suture_plan_unref (self->plan);
  g_free (self->operation);
  g_free (self->kind);
  g_free (self->by);
  g_hash_table_unref (self->checked);
  g_object_unref (self->cancellable);
  g_object_unref (self->hurry);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
tell (SutureWork *self)
{
  if (self->changed != NULL)
    self->changed (self, self->user_data);
}

void
suture_work_set_activity (SutureWork *self, const char *activity)
{
  g_mutex_lock (&self->mutex);
  self->status.activity = activity;
  self->status.done = self->status.total = 0;
  g_mutex_unlock (&self->mutex);
  tell (self);
}

void
suture_work_set_improvement (SutureWork *self, const char *id)
{
  g_mutex_lock (&self->mutex);
  g_strlcpy (self->status.improvement, id, sizeof self->status.improvement);
  g_mutex_unlock (&self->mutex);
  tell (self);
}

/* Not told: the main loop looks four times a second. */
void
suture_work_set_bytes (SutureWork *self, guint64 done, guint64 total)
{
  g_mutex_lock (&self->mutex);
  self->status.done = done;
  self->status.total = total;
  g_mutex_unlock (&self->mutex);
}

gboolean
suture_work_begin_switch (SutureWork *self, GError **error)
{
  gboolean cancelled;

  g_mutex_lock (&self->mutex);
  cancelled = self->cancelled;
  if (!cancelled)
    self->status.cancellable = FALSE;
  g_mutex_unlock (&self->mutex);
  if (cancelled)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "it was cancelled");
  else
    tell (self);
  return !cancelled;
}

void
suture_work_end_switch (SutureWork *self)
{
  g_mutex_lock (&self->mutex);
  self->status.cancellable = !self->cancelled;
  g_mutex_unlock (&self->mutex);
  tell (self);
}

void
suture_work_hurry (SutureWork *self)
{
  g_cancellable_cancel (self->hurry);
}

gboolean
suture_work_cancel (SutureWork *self, GError **error)
{
  gboolean possible;

  g_mutex_lock (&self->mutex);
  possible = self->status.cancellable || self->cancelled;
  if (possible)
    {
      self->cancelled = TRUE;
      self->status.cancellable = FALSE;
    }
  g_mutex_unlock (&self->mutex);
  if (!possible)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_CANCELLABLE, "the switch has begun");
      return FALSE;
    }
  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->hurry);
  tell (self);
  return TRUE;
}

SutureWorkStatus
suture_work_get_status (SutureWork *self)
{
  SutureWorkStatus status;

  g_mutex_lock (&self->mutex);
  status = self->status;
  g_mutex_unlock (&self->mutex);
  return status;
}

gboolean
suture_work_write_step (SutureWork *self, SutureStep step, const SuturePlan *plan, GError **error)
{
  char empty[] = "";
  char withdraw[] = "withdraw"; /* the one removal that is nobody's wish but the stored choice's */
  char install[] = "install";   /* what an undoing puts back */
  gboolean by_itself = plan != NULL && plan->kind == SUTURE_PLAN_REMOVE && g_str_equal (self->kind, "automatic");
  gboolean back = plan != NULL && plan->kind == SUTURE_PLAN_INSTALL && g_str_equal (self->kind, "undo");
  SutureJournalLine line = { .operation = self->operation, .step = step, .kind = by_itself ? withdraw : back ? install : self->kind, .improvement = empty,
                             .component = empty, .title = empty, .letter = empty, .plan = empty, .by = self->by, .user = self->user };

  if (plan != NULL)
    {
      line.improvement = plan->improvement;
      line.component = plan->component;
      line.title = plan->title;
      line.letter = plan->letter;
      line.plan = plan->digest;
    }
  if (!suture_journal_write (self->database, &line, error))
    return FALSE;
  self->step = step;
  return TRUE;
}

gboolean
suture_work_may_change (const SutureWork *self, GError **error)
{
  if (self->recovered)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "nothing was changed: an operation that was interrupted"
               " has to be finished first, and can't be yet");
  return FALSE;
}

gboolean
suture_work_is_open (const SutureWork *self)
{
  return self->left == SUTURE_LEFT_UNKNOWN && self->step >= SUTURE_STEP_SWITCHING;
}

void
suture_work_say_left (SutureWork *self, const char *const *sentences, GError **error)
{
  if (error == NULL || *error == NULL)
    return;
  if (self->left != SUTURE_LEFT_ALONE)
    (*error)->code = SUTURE_ERROR_FAILED;
  g_prefix_error (error, "%s: ", sentences[self->left]);
}

SutureRecord *
suture_work_record (SutureWork *self, const SuturePlan *plan, const char *event, const GError *error)
{
  SutureRecord *record = g_new0 (SutureRecord, 1);

  record->event = g_strdup (event);
  record->improvement = g_strdup (plan->improvement);
  record->component = g_strdup (plan->component);
  record->title = g_strdup (plan->title);
  record->letter = g_strdup (plan->letter);
  record->by = g_strdup (self->by);
  record->user = self->user;
  record->error = g_strdup (error != NULL ? suture_error_to_name (error->code) : "");
  record->message = suture_name_clean_text (error != NULL ? error->message : "", SUTURE_SENTENCE_MAX, FALSE);
  return record;
}

void
suture_work_learn (SutureWork *self, SutureOffers *offers, SutureActivation *activation)
{
  SutureFacts *facts = suture_facts_new (self->database, offers, activation);

  suture_facts_unref (self->facts);
  self->facts = facts;
}

gboolean
suture_work_look (SutureWork *self, SutureOffers *offers)
{
  g_autoptr (GError) error = NULL;
  SutureActivation *activation = suture_activation_list (&error);
  gboolean answered = activation != NULL;

  if (!answered)
    g_message ("the activation step did not say what is installed: %s", error->message);
  if (!answered && self->facts != NULL && self->facts->activation != NULL)
    activation = suture_activation_ref (self->facts->activation);
  suture_work_learn (self, offers, activation);
  return answered;
}
