/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/wait.h"

#define DAY (24 * 60 * 60)

void
suture_wait_free (SutureWait *self)
{
  g_free (self->detail);
  g_free (self);
}

static void
add (GPtrArray *waits, const char *which, gint64 until, const char *detail)
{
  SutureWait *wait = g_new0 (SutureWait, 1);

  wait->which = which;
  wait->until = until;
  wait->detail = g_strdup (detail);
  g_ptr_array_add (waits, wait);
}

static void
add_announce (GPtrArray *waits, const SutureWaitGround *ground)
{
  const SutureChoice *choice = &ground->choice;
  /* a clock that was set back begins the day anew; it does not make it longer */
  gint64 until = MIN (choice->announce_since, ground->now) + SUTURE_WAIT_ANNOUNCE;

  if (choice->announced)
    return;
  if (choice->announce_since == 0)
    add (waits, "announce", 0, "");
  else if (until > ground->now)
    add (waits, "announce", until, "");
}

static void
add_battery (GPtrArray *waits, const SutureConditions *conditions)
{
  g_autofree char *detail = g_strdup_printf ("%d", conditions->battery_low);

  if (conditions->battery_low >= 0)
    add (waits, "battery", 0, detail);
}

GPtrArray *
suture_wait_list_general (const SutureWaitGround *ground)
{
  GPtrArray *waits = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_wait_free);
  SutureWaitGround own = *ground;
  const SutureAdminPolicy *policy = ground->policy;

  suture_admin_policy_apply (policy, &own.choice);
  if (policy->fault != NULL)
    add (waits, "policy", 0, policy->fault->message);
  if (!own.choice.automatic)
    add (waits, "off", 0, "");
  else
    add_announce (waits, &own);
  if (own.choice.paused_until > own.now)
    add (waits, "paused", own.choice.paused_until, "");
  if (own.conditions.metered && !own.choice.use_metered)
    add (waits, "metered", 0, "");
  add_battery (waits, &own.conditions);
  if (policy->hours != NULL && !suture_hours_contain (policy->hours, own.now))
    add (waits, "hours", suture_hours_next (policy->hours, own.now), "");
  return waits;
}

static void
add_delay (GPtrArray *waits, const SutureWaitGround *ground, const SutureWaitSubject *subject)
{
  SutureChoice choice = ground->choice;
  gint64 seen = subject->seen > 0 ? MIN (subject->seen, ground->now) : ground->now;
  gint64 until;

  suture_admin_policy_apply (ground->policy, &choice);
  until = seen + (gint64) choice.delay_days * DAY;
  if (until > ground->now && (!subject->exploited || choice.delay_exploited))
    add (waits, "delay", until, "");
}

GPtrArray *
suture_wait_list (const SutureWaitGround *ground, const SutureWaitSubject *subject)
{
  GPtrArray *waits = suture_wait_list_general (ground);
  const SutureAdminPolicy *policy = ground->policy;

  add_delay (waits, ground, subject);
  if (subject->turn > ground->now && !subject->gap)
    add (waits, "rollout", subject->turn, "");
  if (policy->fault == NULL
      && !suture_admin_policy_permits_improvement (policy, subject->id, subject->component, NULL))
    add (waits, "managed", 0, policy->reason);
  if (subject->removed)
    add (waits, "removed", 0, "");
  if (subject->undone != NULL)
    add (waits, "undone", 0, subject->undone);
  if (subject->stays != NULL && !subject->gap)
    add (waits, "stays", 0, subject->stays);
  /* an app that is never closed would keep what is used in attacks out for ever */
  if (*subject->apps != '\0' && !subject->exploited)
    add (waits, "apps", 0, subject->apps);
  return waits;
}

gboolean
suture_wait_is_only (const GPtrArray *waits, const char *which)
{
  return waits->len == 1 && g_str_equal (((const SutureWait *) g_ptr_array_index (waits, 0))->which, which);
}

gboolean
suture_wait_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const SutureWait *left = g_ptr_array_index (a, i);
      const SutureWait *right = g_ptr_array_index (b, i);

      if (!g_str_equal (left->which, right->which) || left->until != right->until || !g_str_equal (left->detail, right->detail))
        return FALSE;
    }
  return TRUE;
}
