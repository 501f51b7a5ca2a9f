/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the order of a removal, and that nothing but the activation step can keep it from happening. */
#include "engine/remove.h"

#include "base/error.h"
#include "engine/recover.h"

static void
activation_said (const char *word, gpointer user_data)
{
  suture_work_set_activity (user_data, g_str_equal (word, "restarting") ? "restarting" : "removing");
}

/* A removal on a disk where not even the journal has room goes on without it: what was asked for can be asked for again. */
static gboolean
write_step (SutureWork *work, SutureStep step, const SuturePlan *plan, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (suture_work_write_step (work, step, plan, &local))
    return TRUE;
  if (step < SUTURE_STEP_SWITCHED && !g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_message ("a line of the journal is missing: %s", local->message);
  return TRUE;
}

static gboolean
run (SutureWork *work, const SuturePlan *plan, GError **error)
{
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GError) local = NULL;

  if (!write_step (work, SUTURE_STEP_BEGIN, plan, error) || !suture_work_begin_switch (work, error)
      || !write_step (work, SUTURE_STEP_SWITCHING, plan, error))
    return FALSE;
  activation = suture_activation_remove (plan->improvement, activation_said, work, &local);
  if (activation == NULL)
    activation = suture_recover_look (work, plan, local);
  if (activation == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  (void) write_step (work, SUTURE_STEP_SWITCHED, plan, NULL);
  suture_recover_remember_restarted (work->database, plan->improvement, activation);
  suture_work_learn (work, work->facts->offers, g_steal_pointer (&activation));
  (void) write_step (work, SUTURE_STEP_RESTARTED, plan, NULL);
  return TRUE;
}

static const char *const what_is_left[SUTURE_N_LEFT] = {
  [SUTURE_LEFT_ALONE] = "it was not removed and stays as it was",
  [SUTURE_LEFT_CHANGED] = "it was not removed, and what is in use may have changed",
  [SUTURE_LEFT_UNKNOWN] = "it is not known whether it was removed, and that is looked at first the next time",
};

gboolean
suture_remove_run (SutureWork *work, const SuturePlan *plan, GError **error)
{
  gboolean ok;

  work->left = SUTURE_LEFT_ALONE;
  suture_work_set_improvement (work, plan->improvement);
  suture_work_set_activity (work, "removing");
  ok = run (work, plan, error);
  suture_work_end_switch (work);
  if (!ok)
    suture_work_say_left (work, what_is_left, error);
  return ok;
}
