/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/automatic.h"

#include "base/error.h"
#include "engine/check.h"
#include "engine/choice.h"
#include "engine/install.h"
#include "engine/remove.h"
#include "engine/schedule.h"
#include "engine/waits.h"
#include "history/setting.h"

gint64
suture_automatic_interval (guint failed)
{
  return MIN (SUTURE_AUTOMATIC_INTERVAL * (G_GINT64_CONSTANT (1) << MIN (failed, 10u)), SUTURE_AUTOMATIC_INTERVAL_MAX);
}

gboolean
suture_automatic_is_due (gint64 ran, guint failed, gint64 now)
{
  return ran <= 0 || ran > now || now - ran >= suture_automatic_interval (failed);
}

gboolean
suture_automatic_gives_up (const GError *error, gint64 seconds)
{
  return g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK) && seconds >= SUTURE_AUTOMATIC_PATIENCE;
}

static void
count_failures (SutureWork *work, const GError *error)
{
  g_autoptr (GError) local = NULL;

  if (g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    return;
  work->failed = error != NULL ? work->failed + 1 : 0;
  if (!suture_setting_set_number (work->database, SUTURE_SETTING_AUTOMATIC_FAILED, work->failed, &local))
    g_message ("how often automatic runs failed is not kept: %s", local->message);
}

/* Whether its feed has said in this very run that it is withdrawn: with one that can't be asked, nothing is taken out. */
static gboolean
is_withdrawn_now (SutureWork *work, const SutureImprovement *improvement)
{
  return improvement->withdrawal_is_current && g_hash_table_contains (work->checked, improvement->feed);
}

/* What root holds of the component of @improvement, or NULL. */
static const SutureImprovement *
find_held (SutureWork *work, const SutureImprovement *improvement)
{
  const SutureFacts *facts = work->facts;

  for (guint i = 0; facts->activation != NULL && i < facts->improvements->len; i++)
    {
      const SutureImprovement *other = g_ptr_array_index (facts->improvements, i);

      if (g_str_equal (other->component, improvement->component) && suture_activation_find (facts->activation, other->id) != NULL)
        return other;
    }
  return NULL;
}

/* Whether nothing keeps @improvement waiting now; and *@announce where only that nobody was told does. What its publisher takes back in
 * this run leaves a gap, which its turn in a rollout is not waited for. */
static gboolean
is_ready (SutureWork *work, const SutureImprovement *improvement, gboolean *announce)
{
  const SutureImprovement *held = find_held (work, improvement);
  g_autoptr (GPtrArray) waits = NULL;
  SutureWaitGround ground;
  SutureChoice choice;

  if (!g_str_equal (improvement->state, "available"))
    return FALSE;
  suture_choice_load (work->database, &choice);
  suture_waits_look (&ground, &choice, work->conditions);
  waits = suture_waits_judge (&ground, improvement, held != NULL && is_withdrawn_now (work, held));
  suture_waits_leave (&ground);
  *announce = *announce || suture_wait_is_only (waits, "announce");
  return waits->len == 0;
}

/* From now on the first installation waits no longer than a day. */
static void
begin_to_announce (SutureWork *work)
{
  SutureChoice choice;
  g_autoptr (GError) error = NULL;

  suture_choice_load (work->database, &choice);
  if (choice.announce_since > 0)
    return;
  choice.announce_since = g_get_real_time () / G_USEC_PER_SEC;
  if (!suture_choice_change (work->database, SUTURE_CHOICE_ANNOUNCE_SINCE, &choice, TRUE, &choice, &error))
    g_message ("since when the first installation waits is not kept: %s", error->message);
}

/* Ids first: every installation makes new facts. */
static GPtrArray *
list_ready (SutureWork *work)
{
  GPtrArray *ready = g_ptr_array_new_with_free_func (g_free);
  gboolean announce = FALSE;

  for (guint i = 0; i < work->facts->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (work->facts->improvements, i);

      if (is_ready (work, improvement, &announce))
        g_ptr_array_add (ready, g_strdup (improvement->id));
    }
  if (announce)
    begin_to_announce (work);
  return ready;
}

/* What was withdrawn and is to be taken out, as removals: plans are values, and tell later what it was. */
typedef struct
{
  SuturePlan *plan; /* (owned) */
  char *reason;     /* (owned) */
} Withdrawn;

static void
withdrawn_free (Withdrawn *self)
{
  suture_plan_unref (self->plan);
  g_free (self->reason);
  g_free (self);
}

/* Only where root has said what it holds, and from which feed. */
static GPtrArray *
list_withdrawn (SutureWork *work)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) withdrawn_free);

  for (guint i = 0; i < work->facts->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (work->facts->improvements, i);
      SuturePlan *plan = NULL;
      Withdrawn *withdrawn;

      if (work->facts->activation != NULL && is_withdrawn_now (work, improvement))
        plan = suture_plan_new (work->facts, SUTURE_PLAN_REMOVE, improvement->id, NULL);
      if (plan == NULL)
        continue;
      withdrawn = g_new0 (Withdrawn, 1);
      withdrawn->plan = plan;
      withdrawn->reason = g_strdup (improvement->withdrawn_reason);
      g_ptr_array_add (list, withdrawn);
    }
  return list;
}

/* A line of history of its own, since the operation goes on; what is not known yet is left to recovery. */
static void
keep_record (SutureWork *work, SutureRecord *record)
{
  g_autoptr (GError) unkept = NULL;

  if (!suture_work_is_open (work) && !suture_record_close (work->database, work->operation, record, NULL, &unkept))
    g_message ("history lacks a line about %s: %s", record->improvement, unkept->message);
  suture_work_set_improvement (work, "");
}

/* @away: names of the feeds that were given up in this run: what else is theirs is left to the next. So is what has to wait by now. */
static gboolean
install_one (SutureWork *work, const char *id, GHashTable *away, GError **error)
{
  const SutureImprovement *improvement = suture_facts_find (work->facts, id);
  gboolean announce = FALSE, waits = improvement != NULL && !is_ready (work, improvement, &announce);
  g_autoptr (SuturePlan) plan = waits ? NULL : suture_plan_new (work->facts, SUTURE_PLAN_INSTALL, id, error);
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) local = NULL;
  gint64 began = g_get_monotonic_time ();

  if (plan == NULL)
    return waits;
  if (g_hash_table_contains (away, plan->feed))
    return TRUE;
  (void) suture_install_run (work, plan, &local);
  if (suture_automatic_gives_up (local, (g_get_monotonic_time () - began) / G_TIME_SPAN_SECOND))
    g_hash_table_add (away, g_strdup (plan->feed));
  record = suture_work_record (work, plan, local == NULL ? "installed" : "failed", local);
  keep_record (work, record);
  if (local == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", id);
  return FALSE;
}

/* Where an installation of before has replaced it, it is gone already, and only said. */
static gboolean
remove_one (SutureWork *work, const Withdrawn *withdrawn, GError **error)
{
  const char *id = withdrawn->plan->improvement;
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) local = NULL;

  if (work->facts->activation == NULL || suture_activation_find (work->facts->activation, id) != NULL)
    (void) suture_remove_run (work, withdrawn->plan, &local);
  record = suture_work_record (work, withdrawn->plan, local == NULL ? "withdrawn" : "failed", local);
  if (local == NULL)
    {
      g_free (record->message);
      record->message = g_strdup (withdrawn->reason);
    }
  keep_record (work, record);
  if (local == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", id);
  return FALSE;
}

static gboolean
may_go_on (SutureWork *work)
{
  return !suture_work_is_open (work) && !g_cancellable_is_cancelled (work->cancellable);
}

/* Installations first: a letter that takes the place of a withdrawn one leaves no gap. @first: of the errors. */
static void
carry_out (SutureWork *work, GPtrArray *ready, GPtrArray *withdrawn, GError **first)
{
  g_autoptr (GHashTable) away = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < ready->len && may_go_on (work); i++)
    {
      g_autoptr (GError) local = NULL;

      if (!install_one (work, g_ptr_array_index (ready, i), away, &local) && *first == NULL)
        *first = g_steal_pointer (&local);
    }
  for (guint i = 0; i < withdrawn->len && may_go_on (work); i++)
    {
      g_autoptr (GError) local = NULL;

      if (!remove_one (work, g_ptr_array_index (withdrawn, i), &local) && *first == NULL)
        *first = g_steal_pointer (&local);
    }
  (void) suture_work_look (work, work->facts->offers);
}

/* What has been taken back goes out, and only what its feed says in the same run counts. */
static gboolean
has_withdrawn (const SutureFacts *facts)
{
  for (guint i = 0; i < facts->improvements->len; i++)
    if (((const SutureImprovement *) g_ptr_array_index (facts->improvements, i))->withdrawn)
      return TRUE;
  return FALSE;
}

/* Asks the servers when that is due. When it is not, facts are made anew all the same: turns of rollouts have come. */
static void
learn (SutureWork *work, GError **error)
{
  gboolean failed = work->failed > 0 || *work->facts->last_error != '\0';
  gboolean due = suture_schedule_check_is_due (work->facts->last_checked, failed, suture_schedule_is_exposed (work->facts),
                                               g_get_real_time () / G_USEC_PER_SEC);

  if (due || has_withdrawn (work->facts))
    (void) suture_check_run (work, error);
  else
    (void) suture_work_look (work, work->facts->offers);
}

/* What a person has chosen, or the policy in their place. */
static gboolean
is_on (SutureWork *work)
{
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_get ();
  SutureChoice choice;

  suture_choice_load (work->database, &choice);
  suture_admin_policy_apply (policy, &choice);
  return choice.automatic;
}

gboolean
suture_automatic_run (SutureWork *work, GError **error)
{
  g_autoptr (GPtrArray) ready = NULL;
  g_autoptr (GPtrArray) withdrawn = NULL;
  g_autoptr (GError) first = NULL;

  learn (work, &first);
  if (is_on (work))
    {
      ready = list_ready (work);
      withdrawn = list_withdrawn (work);
      if (ready->len + withdrawn->len > 0 && suture_work_may_change (work, first == NULL ? &first : NULL))
        carry_out (work, ready, withdrawn, &first);
    }
  count_failures (work, first);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
