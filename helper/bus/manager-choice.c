/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the methods that change the stored choice, and showing it. */
#include "base/name.h"
#include "bus/improvement.h"
#include "bus/manager-private.h"

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
chosen (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SutureCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (suture_engine_choose_finish (SUTURE_ENGINE (object), result, &error))
    suture_call_answer (call, NULL);
  else
    suture_call_refuse (call, error);
}

static void
run_choose (SutureCall *call)
{
  suture_engine_choose (call->manager->engine, call->what, &call->wanted, call->weakens, chosen, call);
}

/* What of the policy would decide it. */
static SutureAdminWhat
decided_by (SutureChoiceWhat what)
{
  if (what == SUTURE_CHOICE_PAUSE)
    return SUTURE_ADMIN_PAUSE;
  if (what == SUTURE_CHOICE_DELAY)
    return SUTURE_ADMIN_DELAY;
  return what == SUTURE_CHOICE_METERED ? SUTURE_ADMIN_METERED : SUTURE_ADMIN_AUTOMATIC;
}

/* What was permitted is one of two things: to weaken, or not to. What is stored may change until it is asked for. */
static gboolean
handle (SutureManager *self, GDBusMethodInvocation *invocation, SutureChoiceWhat what, const SutureChoice *wanted)
{
  SutureCall *call = suture_call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->what = what;
  call->wanted = *wanted;
  if (!suture_choice_check (what, wanted, get_now (), &error))
    {
      suture_call_refuse (call, error);
      return TRUE;
    }
  if (what != SUTURE_CHOICE_ANNOUNCED && !suture_engine_permits (self->engine, decided_by (what), &error))
    {
      suture_call_refuse (call, error);
      return TRUE;
    }
  call->weakens = suture_choice_weakens (&suture_engine_get_snapshot (self->engine)->choice, what, wanted, get_now ());
  if (suture_call_begin (call, !call->weakens, run_choose))
    suture_call_ask (call);
  return TRUE;
}

static gboolean
handle_set_automatic (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, gboolean on, SutureManager *self)
{
  const SutureChoice wanted = { .automatic = on };

  return handle (self, invocation, SUTURE_CHOICE_AUTOMATIC, &wanted);
}

static gboolean
handle_set_pause (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, gint64 until, SutureManager *self)
{
  const SutureChoice wanted = { .paused_until = until };

  return handle (self, invocation, SUTURE_CHOICE_PAUSE, &wanted);
}

static gboolean
handle_set_delay (
    SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, guint days, gboolean exploited, SutureManager *self)
{
  const SutureChoice wanted = { .delay_days = days, .delay_exploited = exploited };

  return handle (self, invocation, SUTURE_CHOICE_DELAY, &wanted);
}

static gboolean
handle_set_metered (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, gboolean use, SutureManager *self)
{
  const SutureChoice wanted = { .use_metered = use };

  return handle (self, invocation, SUTURE_CHOICE_METERED, &wanted);
}

static gboolean
handle_announce (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, SutureManager *self)
{
  const SutureChoice wanted = { .announced = TRUE };

  return handle (self, invocation, SUTURE_CHOICE_ANNOUNCED, &wanted);
}

void
suture_manager_connect_choice (SutureManager *self)
{
  g_signal_connect (self->skeleton, "handle-set-automatic", G_CALLBACK (handle_set_automatic), self);
  g_signal_connect (self->skeleton, "handle-set-pause", G_CALLBACK (handle_set_pause), self);
  g_signal_connect (self->skeleton, "handle-set-delay", G_CALLBACK (handle_set_delay), self);
  g_signal_connect (self->skeleton, "handle-set-metered", G_CALLBACK (handle_set_metered), self);
  g_signal_connect (self->skeleton, "handle-announce", G_CALLBACK (handle_announce), self);
}

void
suture_manager_show_choice (SutureManager *self, const SutureSnapshot *snapshot)
{
  const SutureChoice *choice = &snapshot->chosen;

  suture_bus_helper1_set_automatic (self->skeleton, choice->automatic);
  suture_bus_helper1_set_paused_until (self->skeleton, choice->paused_until);
  suture_bus_helper1_set_delay_days (self->skeleton, choice->delay_days);
  suture_bus_helper1_set_delay_exploited (self->skeleton, choice->delay_exploited);
  suture_bus_helper1_set_use_metered (self->skeleton, choice->use_metered);
  suture_bus_helper1_set_announced (self->skeleton, choice->announced);
}

static GVariant *
managed_of (const SutureAdminPolicy *policy)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));

  if (policy->fault != NULL)
    {
      g_autofree char *sentence = suture_name_clean_text (policy->fault->message, SUTURE_SENTENCE_MAX, FALSE);

      g_variant_builder_add (&builder, "(ss)", "file", sentence);
    }
  for (int what = 0; policy->fault == NULL && what < SUTURE_N_ADMIN; what++)
    if (suture_admin_policy_decides (policy, (SutureAdminWhat) what))
      g_variant_builder_add (&builder, "(ss)", suture_admin_policy_name ((SutureAdminWhat) what), policy->reason);
  return g_variant_builder_end (&builder);
}

void
suture_manager_show_waits (SutureManager *self, const SutureSnapshot *snapshot)
{
  suture_bus_helper1_set_waits (self->skeleton, suture_improvement_waits_to_variant (snapshot->waits->general));
  suture_bus_helper1_set_managed (self->skeleton, managed_of (snapshot->policy));
  self->waits_published = snapshot->waits_number;
}
