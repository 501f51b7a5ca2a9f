/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/offers.h"

static void
withdrawal_free (SutureWithdrawal *self)
{
  g_free (self->feed);
  g_free (self->id);
  g_free (self->reason);
  g_free (self);
}

SutureOffers *
suture_offers_new (void)
{
  SutureOffers *self = g_new0 (SutureOffers, 1);

  g_atomic_ref_count_init (&self->count);
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_known_unref);
  self->withdrawn = g_ptr_array_new_with_free_func ((GDestroyNotify) withdrawal_free);
  self->manifests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

SutureOffers *
suture_offers_ref (SutureOffers *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_offers_unref (SutureOffers *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_ptr_array_unref (self->known);
  g_ptr_array_unref (self->withdrawn);
  g_hash_table_unref (self->manifests);
  g_free (self);
}

/* Whether @later leaves nothing to do for @known: one whose turn has not come only does so for others that wait. */
static gboolean
passes (const SutureKnown *later, const SutureKnown *known)
{
  return later->manifest->number > known->manifest->number && g_str_equal (later->feed, known->feed)
         && g_str_equal (later->manifest->component, known->manifest->component)
         && (suture_known_waits_until (later) == 0 || suture_known_waits_until (known) != 0);
}

gboolean
suture_offers_is_passed (const SutureOffers *self, const SutureKnown *known)
{
  for (guint i = 0; i < self->known->len; i++)
    if (passes (g_ptr_array_index (self->known, i), known))
      return TRUE;
  return FALSE;
}

/* The same letter once more: a feed that was made by hand can list it twice. */
static gboolean
is_there (const SutureOffers *self, const SutureKnown *offer)
{
  for (guint i = 0; i < self->known->len; i++)
    {
      const SutureKnown *other = g_ptr_array_index (self->known, i);

      if (g_str_equal (other->feed, offer->feed) && g_str_equal (other->manifest->component, offer->manifest->component)
          && other->manifest->number == offer->manifest->number)
        return TRUE;
    }
  return FALSE;
}

void
suture_offers_add (SutureOffers *self, SutureKnown *offer)
{
  if (is_there (self, offer) || suture_offers_is_passed (self, offer))
    {
      suture_known_unref (offer);
      return;
    }
  for (guint i = self->known->len; i > 0; i--)
    if (passes (offer, g_ptr_array_index (self->known, i - 1)))
      g_ptr_array_remove_index (self->known, i - 1);
  g_ptr_array_add (self->known, offer);
}

void
suture_offers_add_withdrawal (
    SutureOffers *self, const char *feed, const char *id, gint64 date, const char *reason, gboolean current)
{
  SutureWithdrawal *withdrawal = g_new0 (SutureWithdrawal, 1);

  withdrawal->feed = g_strdup (feed);
  withdrawal->id = g_strdup (id);
  withdrawal->date = date;
  withdrawal->reason = g_strdup (reason);
  withdrawal->current = current;
  g_ptr_array_add (self->withdrawn, withdrawal);
}

void
suture_offers_add_from (SutureOffers *self, const SutureOffers *before, const char *feed)
{
  for (guint i = 0; before != NULL && i < before->known->len; i++)
    {
      SutureKnown *known = g_ptr_array_index (before->known, i);

      if (g_str_equal (known->feed, feed))
        suture_offers_add (self, suture_known_ref (known));
    }
  for (guint i = 0; before != NULL && i < before->withdrawn->len; i++)
    {
      const SutureWithdrawal *old = g_ptr_array_index (before->withdrawn, i);

      if (g_str_equal (old->feed, feed))
        suture_offers_add_withdrawal (self, feed, old->id, old->date, old->reason, FALSE);
    }
}

const SutureWithdrawal *
suture_offers_find_withdrawal (const SutureOffers *self, const char *feed, const char *id)
{
  for (guint i = 0; i < self->withdrawn->len; i++)
    {
      const SutureWithdrawal *withdrawal = g_ptr_array_index (self->withdrawn, i);

      if (g_str_equal (withdrawal->id, id) && g_str_equal (withdrawal->feed, feed))
        return withdrawal;
    }
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *const *left = a;
  const char *const *right = b;

  return strcmp (*left, *right);
}

static void
add_name (GPtrArray *names, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

/* Sorted; NULL when there is none. */
static char **
end_names (GPtrArray *names)
{
  if (names->len == 0)
    return NULL;
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static gboolean
is_local (const SutureKnown *known)
{
  return g_str_equal (known->feed, SUTURE_FEED_LOCAL);
}

gboolean
suture_offers_gives_way (const SutureOffers *self, const SutureFeedConfigs *feeds, const SutureKnown *known)
{
  for (guint i = 0; is_local (known) && i < self->known->len; i++)
    {
      const SutureKnown *other = g_ptr_array_index (self->known, i);

      if (!is_local (other) && g_str_equal (other->manifest->component, known->manifest->component)
          && suture_feed_configs_may_offer (feeds, other->feed, other->manifest->component))
        return TRUE;
    }
  return FALSE;
}

char **
suture_offers_find_rivals (const SutureOffers *self, const SutureFeedConfigs *feeds, const SutureKnown *known)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->known->len; i++)
    {
      const SutureKnown *other = g_ptr_array_index (self->known, i);
      gboolean same = g_str_equal (other->manifest->component, known->manifest->component)
                      || g_str_equal (other->manifest->id, known->manifest->id);

      if (same && !is_local (other) && !g_str_equal (other->feed, known->feed)
          && suture_feed_configs_may_offer (feeds, other->feed, other->manifest->component))
        add_name (names, other->feed);
    }
  if (names->len > 0)
    add_name (names, known->feed);
  return end_names (names);
}

char **
suture_offers_find_hidden (const SutureOffers *self, const SutureFeedConfigs *feeds, const char *feed, const char *component)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->known->len; i++)
    {
      const SutureKnown *other = g_ptr_array_index (self->known, i);

      if (g_str_equal (other->manifest->component, component) && !g_str_equal (other->feed, feed)
          && suture_feed_configs_may_offer (feeds, other->feed, component))
        add_name (names, other->feed);
    }
  return end_names (names);
}
