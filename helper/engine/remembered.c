/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/remembered.h"

#include "history/record.h"
#include "history/setting.h"

static gboolean
is_available (const SutureImprovement *improvement)
{
  return g_str_equal (improvement->state, "available");
}

/* ---- when it was first seen ---- */

static gboolean
is_settled (const SutureFacts *facts, const char *id)
{
  const SutureImprovement *improvement = suture_facts_find (facts, id);

  return improvement != NULL && (g_str_equal (improvement->state, "active") || g_str_equal (improvement->state, "included"));
}

static void
forget_seen (const SutureFacts *facts, SutureDatabase *database, GHashTable *seen, gint64 now)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const SutureImprovement *improvement = suture_facts_find (facts, key);
      gint64 then = g_ascii_strtoll (value, NULL, 10);
      g_autofree char *name = g_strconcat (SUTURE_SETTING_SEEN, key, NULL);

      if (is_settled (facts, key)
          || ((improvement == NULL || !is_available (improvement)) && now - then > SUTURE_REMEMBERED_SEEN_KEEP))
        (void) suture_setting_remove (database, name, NULL);
    }
}

/* A time that lies ahead is of a clock that was wrong. */
static void
fill_seen (SutureImprovement *improvement, SutureDatabase *database, GHashTable *seen, gint64 now)
{
  const char *text = g_hash_table_lookup (seen, improvement->id);
  g_autofree char *name = g_strconcat (SUTURE_SETTING_SEEN, improvement->id, NULL);
  g_autoptr (GError) error = NULL;

  improvement->seen = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
  if (improvement->seen > 0 && improvement->seen <= now)
    return;
  improvement->seen = now;
  if (!suture_setting_set_number (database, name, now, &error))
    g_message ("when %s was first seen is not kept: %s", improvement->id, error->message);
}

/* ---- what a person, or the helper itself, took out ---- */

/* A later letter that was removed, and is still offered, counts too: the one before it was not asked for instead. */
static gboolean
was_removed (const SutureFacts *facts, SutureDatabase *database, const SutureImprovement *improvement)
{
  for (guint i = 0; i < facts->improvements->len; i++)
    {
      const SutureImprovement *other = g_ptr_array_index (facts->improvements, i);

      if (g_str_equal (other->component, improvement->component) && other->number >= improvement->number
          && g_str_equal (other->feed, improvement->feed) && suture_record_was_removed (database, other->id))
        return TRUE;
    }
  return FALSE;
}

/* ---- what is installed in its place ---- */

static gboolean
is_test (const SutureImprovement *improvement)
{
  return improvement->known != NULL && g_str_equal (improvement->known->manifest->kind, "test");
}

/* An earlier letter takes no later one's place, and a test no fix's. */
static const char *
find_staying (const SutureFacts *facts, const SutureImprovement *improvement)
{
  for (guint i = 0; facts->activation != NULL && i < facts->improvements->len; i++)
    {
      const SutureImprovement *other = g_ptr_array_index (facts->improvements, i);

      if (g_str_equal (other->component, improvement->component) && suture_activation_find (facts->activation, other->id) != NULL
          && (other->number > improvement->number || (is_test (improvement) && !is_test (other))))
        return other->id;
    }
  return NULL;
}

void
suture_remembered_fill (SutureFacts *facts, SutureDatabase *database, gint64 now)
{
  g_autoptr (GHashTable) seen = suture_setting_list (database, SUTURE_SETTING_SEEN);

  for (guint i = 0; i < facts->improvements->len; i++)
    {
      SutureImprovement *improvement = g_ptr_array_index (facts->improvements, i);

      if (!is_available (improvement))
        continue;
      fill_seen (improvement, database, seen, now);
      improvement->removed = was_removed (facts, database, improvement);
      improvement->undone = suture_record_was_undone (database, improvement->id);
      improvement->stays = g_strdup (find_staying (facts, improvement));
    }
  forget_seen (facts, database, seen, now);
}
