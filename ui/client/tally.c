/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/tally.h"

static void
count_owed (SutureTally *count, const SutureImprovementFacts *facts)
{
  for (guint i = 0; i < facts->owed->len; i++)
    {
      const SutureOwed *owed = g_ptr_array_index (facts->owed, i);

      if (!g_ptr_array_find_with_equal_func (count->owed, owed->shown, g_str_equal, NULL))
        g_ptr_array_add (count->owed, owed->shown);
      if (g_str_equal (owed->kind, "unit") || g_str_equal (owed->kind, "pid1"))
        count->reboot = TRUE;
    }
}

#define CONCERN_SAID 2 /* up to here it is said and no more; above, it asks to be looked at */

/* How much a state concerns people; 0: not at all. */
static int
concern_of (SutureState state)
{
  static const SutureState rising[]
      = { SUTURE_STATE_SUPERSEDED, SUTURE_STATE_OVERTAKEN, SUTURE_STATE_MIXED, SUTURE_STATE_UNKNOWN,
          SUTURE_STATE_INACTIVE, SUTURE_STATE_CONFLICT };

  for (gsize i = 0; i < G_N_ELEMENTS (rising); i++)
    if (rising[i] == state)
      return (int) i + 1;
  return 0;
}

static int
most_concern (const SutureTally *self)
{
  return self->concern != NULL ? concern_of (suture_improvement_get_facts (self->concern)->state) : 0;
}

/* Whether what keeps it from being installed ends without a person, who decides about the rest. */
static gboolean
ends_by_itself (const SutureWait *wait)
{
  return wait != NULL && !suture_wait_is_for_a_person (wait) && wait->reason != SUTURE_WAIT_UNDONE;
}

static gboolean
tells_more (const SutureWait *wait, const SutureWait *other)
{
  if (other == NULL || wait->reason != other->reason)
    return other == NULL || wait->reason < other->reason;
  return wait->until > 0 && (other->until == 0 || wait->until < other->until);
}

static void
count_available (SutureTally *count, SutureImprovement *improvement, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);
  const SutureWait *wait = suture_improvement_get_wait (facts, now);

  if (count->undone == NULL && suture_waits_find (facts->waits, SUTURE_WAIT_UNDONE, now) != NULL)
    count->undone = improvement;
  if (!suture_improvement_can_install (facts))
    {
      if (count->n_held++ == 0)
        count->held = improvement;
      return;
    }
  count->n_available++;
  count->download_size += suture_improvement_to_download (facts);
  g_ptr_array_add (count->available, (gpointer) suture_improvement_get_title (improvement));
  if (suture_improvement_is_test (facts))
    count->n_available_tests++;
  if (!ends_by_itself (wait))
    return;
  count->n_waiting++;
  if (tells_more (wait, count->wait))
    count->wait = wait;
}

static void
count_active (SutureTally *count, const SutureImprovementFacts *facts)
{
  if (suture_improvement_is_test (facts))
    count->n_active_tests++;
  else
    count->n_active++;
  count_owed (count, facts);
}

/* Of a component that is offered in two letters the later one counts, as it is what "all" means. */
static void
count_one (SutureTally *count, GListModel *improvements, SutureImprovement *improvement, const char *worked_on, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);

  if (g_str_equal (facts->id, worked_on))
    count->working = suture_improvement_get_title (improvement);
  if (facts->state == SUTURE_STATE_AVAILABLE && !suture_improvement_stands_in (improvements, facts))
    count_available (count, improvement, now);
  else if (facts->state == SUTURE_STATE_ACTIVE)
    count_active (count, facts);
  if (count->closing == NULL && facts->state == SUTURE_STATE_ACTIVE && facts->keeps_closing->len > 0)
    count->closing = improvement;
  if (facts->withdrawn && count->n_withdrawn++ == 0)
    count->withdrawn = improvement;
  if (concern_of (facts->state) > most_concern (count))
    count->concern = improvement;
}

SutureTally *
suture_tally_new (GListModel *improvements, const char *worked_on, gint64 now)
{
  SutureTally *count = g_new0 (SutureTally, 1);
  guint n = g_list_model_get_n_items (improvements);

  count->available = g_ptr_array_new ();
  count->owed = g_ptr_array_new ();
  count->working = "";
  for (guint i = 0; i < n; i++)
    {
      /* The model keeps it alive for as long as anything of it is borrowed. */
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);

      count_one (count, improvements, improvement, worked_on, now);
    }
  return count;
}

void
suture_tally_free (SutureTally *self)
{
  g_ptr_array_unref (self->available);
  g_ptr_array_unref (self->owed);
  g_free (self);
}

gboolean
suture_tally_has_concern (const SutureTally *self)
{
  return most_concern (self) > CONCERN_SAID;
}
