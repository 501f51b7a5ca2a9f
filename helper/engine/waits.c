/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/waits.h"

#include "engine/apps.h"

void
suture_waits_look (SutureWaitGround *ground, const SutureChoice *choice, const SutureConditions *conditions)
{
  ground->now = g_get_real_time () / G_USEC_PER_SEC;
  ground->choice = *choice;
  ground->conditions.metered = conditions != NULL && g_atomic_int_get (&conditions->metered);
  ground->conditions.battery_low = conditions != NULL ? g_atomic_int_get (&conditions->battery_low) : -1;
  ground->policy = suture_admin_policy_get ();
}

void
suture_waits_leave (SutureWaitGround *ground)
{
  suture_admin_policy_unref ((SutureAdminPolicy *) ground->policy);
  ground->policy = NULL;
}

static gboolean
has_to_be_reopened (const SutureImprovement *improvement)
{
  return improvement->known != NULL && improvement->known->manifest->reopen->len > 0;
}

static GPtrArray *
judge (const SutureWaitGround *ground, const SutureImprovement *improvement, gboolean gap, GHashTable *open)
{
  const SutureManifest *manifest = improvement->known != NULL ? improvement->known->manifest : NULL;
  g_autofree char *apps = suture_apps_name_open (open, manifest != NULL ? manifest->reopen : NULL);
  const SutureWaitSubject subject = {
    .id = improvement->id,
    .component = improvement->component,
    .exploited = manifest != NULL && manifest->exploited,
    .seen = improvement->seen,
    .turn = improvement->waits_until,
    .gap = gap,
    .removed = improvement->removed,
    .undone = improvement->undone,
    .stays = improvement->stays,
    .apps = apps,
  };

  return suture_wait_list (ground, &subject);
}

GPtrArray *
suture_waits_judge (const SutureWaitGround *ground, const SutureImprovement *improvement, gboolean gap)
{
  g_autoptr (GHashTable) open = has_to_be_reopened (improvement) ? suture_apps_find () : NULL;

  return judge (ground, improvement, gap, open);
}

SutureWaits *
suture_waits_new (const SutureFacts *facts, const SutureWaitGround *ground)
{
  SutureWaits *self = g_new0 (SutureWaits, 1);
  g_autoptr (GHashTable) open = NULL;

  self->general = suture_wait_list_general (ground);
  self->list = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; facts != NULL && i < facts->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (facts->improvements, i);

      if (!g_str_equal (improvement->state, "available"))
        continue;
      if (open == NULL && has_to_be_reopened (improvement))
        open = suture_apps_find ();
      g_hash_table_insert (self->list, g_strdup (improvement->id), judge (ground, improvement, FALSE, open));
    }
  return self;
}

void
suture_waits_free (SutureWaits *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->general);
  g_hash_table_unref (self->list);
  g_free (self);
}

gboolean
suture_waits_may_download (SutureDatabase *database, const SutureConditions *conditions)
{
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_get ();
  SutureChoice choice;

  suture_choice_load (database, &choice);
  suture_admin_policy_apply (policy, &choice);
  return choice.use_metered || conditions == NULL || !g_atomic_int_get (&conditions->metered);
}

gboolean
suture_waits_equal (const SutureWaits *a, const SutureWaits *b)
{
  GHashTableIter iter;
  gpointer id, waits;

  if (!suture_wait_equal (a->general, b->general) || g_hash_table_size (a->list) != g_hash_table_size (b->list))
    return FALSE;
  g_hash_table_iter_init (&iter, a->list);
  while (g_hash_table_iter_next (&iter, &id, &waits))
    {
      const GPtrArray *other = suture_waits_find (b, id);

      if (other == NULL || !suture_wait_equal (waits, other))
        return FALSE;
    }
  return TRUE;
}

const GPtrArray *
suture_waits_find (const SutureWaits *self, const char *id)
{
  return g_hash_table_lookup (self->list, id);
}
