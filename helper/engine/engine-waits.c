/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: what the engine shows of waiting, and of the administrator's policy, as time and the world go on. Not for: deciding
 * (wait.c). */
#include "engine/engine-private.h"

#define TICK 5              /* seconds between two looks at what no signal tells: time, the policy's files, open apps */
#define FRESH (2 * G_USEC_PER_SEC) /* while something runs, it is published four times a second: not each time with another look */

/* Makes the snapshot's waits and policy true. Returns whether they are others now. */
static gboolean
consider (SutureEngine *self)
{
  SutureSnapshot *snapshot = &self->snapshot;
  SutureWaitGround ground;
  SutureWaits *waits;
  gboolean changed;

  suture_waits_look (&ground, &snapshot->choice, &self->conditions);
  waits = suture_waits_new (snapshot->facts, &ground);
  changed = snapshot->waits == NULL || ground.policy != snapshot->policy || !suture_waits_equal (waits, snapshot->waits);
  snapshot->chosen = ground.choice;
  suture_admin_policy_apply (ground.policy, &snapshot->chosen);
  if (snapshot->chosen.paused_until <= ground.now)
    snapshot->chosen.paused_until = 0;
  suture_waits_free (snapshot->waits);
  snapshot->waits = waits;
  suture_admin_policy_unref (snapshot->policy);
  snapshot->policy = suture_admin_policy_ref ((SutureAdminPolicy *) ground.policy);
  suture_waits_leave (&ground);
  if (changed)
    snapshot->waits_number++;
  self->considered = snapshot->facts;
  self->considered_choice = snapshot->choice.reading;
  self->considered_at = g_get_monotonic_time ();
  return changed;
}

void
suture_engine_consider (SutureEngine *self)
{
  if (self->snapshot.waits == NULL || self->considered != self->snapshot.facts
      || self->considered_choice != self->snapshot.choice.reading || g_get_monotonic_time () - self->considered_at > FRESH)
    (void) consider (self);
}

gboolean
suture_engine_tick (gpointer user_data)
{
  SutureEngine *self = user_data;

  if (self->loaded && consider (self))
    suture_engine_publish (self);
  return G_SOURCE_CONTINUE;
}

void
suture_engine_start_ticking (SutureEngine *self)
{
  if (self->tick == 0)
    self->tick = g_timeout_add_seconds (TICK, suture_engine_tick, self);
}

void
suture_engine_await_conditions (SutureEngine *self)
{
  self->awaits_conditions = TRUE;
}

void
suture_engine_set_conditions (SutureEngine *self, const SutureConditions *conditions)
{
  g_atomic_int_set (&self->conditions.metered, conditions->metered);
  g_atomic_int_set (&self->conditions.battery_low, conditions->battery_low);
  self->awaits_conditions = FALSE;
  (void) suture_engine_tick (self);
  suture_engine_release_held (self);
}

gboolean
suture_engine_permits (SutureEngine *self, SutureAdminWhat what, GError **error)
{
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_get ();

  return suture_admin_policy_permits (policy, what, error);
}

gboolean
suture_engine_permits_local_feed (SutureEngine *self, GError **error)
{
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_get ();

  return suture_admin_policy_permits_turning_on (policy, SUTURE_FEED_LOCAL, error);
}
