/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/automatic.h"

#include "base/error.h"
#include "engine/check.h"
#include "engine/install.h"
#include "history/setting.h"

gboolean
suture_automatic_get (SutureDatabase *database)
{
  return suture_setting_get_number (database, SUTURE_SETTING_AUTOMATIC, 1) != 0;
}

gboolean
suture_automatic_set (SutureDatabase *database, gboolean automatic, GError **error)
{
  return suture_setting_set_number (database, SUTURE_SETTING_AUTOMATIC, automatic ? 1 : 0, error);
}

gboolean
suture_automatic_is_due (gint64 ran, gint64 now)
{
  return ran <= 0 || ran > now || now - ran >= SUTURE_AUTOMATIC_INTERVAL;
}

/* Ids first: every installation makes new facts. */
static GPtrArray *
list_ready (SutureWork *work)
{
  GPtrArray *ready = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < work->facts->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (work->facts->improvements, i);

      if (g_str_equal (improvement->state, "available") && !suture_record_was_removed (work->database, improvement->id))
        g_ptr_array_add (ready, g_strdup (improvement->id));
    }
  return ready;
}

static gboolean
install_one (SutureWork *work, const char *id, GError **error)
{
  g_autoptr (SuturePlan) plan = suture_plan_new (work->facts, SUTURE_PLAN_INSTALL, id, error);
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) unkept = NULL;

  if (plan == NULL)
    return FALSE;
  (void) suture_install_run (work, plan, &local);
  record = suture_work_record (work, plan, local == NULL ? "installed" : "failed", local);
  if (!suture_work_is_open (work) && !suture_record_close (work->database, work->operation, record, NULL, &unkept))
    g_message ("history lacks a line about %s: %s", id, unkept->message);
  suture_work_set_improvement (work, "");
  if (local == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", id);
  return FALSE;
}

gboolean
suture_automatic_run (SutureWork *work, GError **error)
{
  g_autoptr (GPtrArray) ready = NULL;
  g_autoptr (GError) first = NULL;

  (void) suture_check_run (work, &first);
  if (!suture_automatic_get (work->database))
    ready = g_ptr_array_new ();
  else
    ready = list_ready (work);
  if (ready->len > 0 && !suture_work_may_change (work, first == NULL ? &first : NULL))
    g_ptr_array_set_size (ready, 0);
  for (guint i = 0; i < ready->len && !suture_work_is_open (work) && !g_cancellable_is_cancelled (work->cancellable); i++)
    {
      g_autoptr (GError) local = NULL;

      if (!install_one (work, g_ptr_array_index (ready, i), &local) && first == NULL)
        first = g_steal_pointer (&local);
    }
  if (ready->len > 0)
    (void) suture_work_look (work, work->facts->known);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
