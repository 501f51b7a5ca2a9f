/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/run.h"

#include "base/error.h"
#include "base/name.h"
#include "engine/automatic.h"
#include "engine/check.h"
#include "engine/install.h"
#include "engine/local-switch.h"
#include "engine/recover.h"
#include "engine/remove.h"
#include "engine/undo.h"

/* Between permission and its turn things may have changed: the plan that was permitted is run, or nothing is. */
static gboolean
plan_stands (SutureWork *work, GError **error)
{
  g_autoptr (SuturePlan) now = suture_plan_new (work->facts, work->plan->kind, work->plan->improvement, NULL);

  if (now != NULL && g_str_equal (now->digest, work->plan->digest))
    return g_str_equal (work->kind, "undo") || suture_plan_is_permitted (now, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
               "nothing was changed: what was asked for is not possible any more");
  return FALSE;
}

static gboolean
run_kind (SutureWork *work, GError **error)
{
  if (work->plan != NULL && (!suture_work_may_change (work, error) || !plan_stands (work, error)))
    return FALSE;
  if (g_str_equal (work->kind, "check"))
    return suture_check_run (work, error);
  if (g_str_equal (work->kind, "automatic"))
    return suture_automatic_run (work, error);
  if (g_str_equal (work->kind, "install"))
    return suture_install_run (work, work->plan, error);
  if (g_str_equal (work->kind, "local-feed"))
    return suture_local_switch_run (work, error);
  if (g_str_equal (work->kind, "undo"))
    return suture_undo_run (work, error);
  return suture_remove_run (work, work->plan, error);
}

/* A result that could not be kept is shown all the same. */
static GPtrArray *
end (SutureWork *work, const GError *error)
{
  const char *event = work->plan != NULL && work->plan->kind == SUTURE_PLAN_REMOVE ? "removed" : "installed";
  gboolean kept;
  g_autoptr (SutureResult) result = NULL;
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *message = suture_name_clean_text (error != NULL ? error->message : "", SUTURE_SENTENCE_MAX, FALSE);
  GPtrArray *results;

  result = suture_result_new (work->operation, error != NULL ? suture_error_to_name (error->code) : "", message);
  if (work->plan != NULL && !g_str_equal (work->kind, "undo")) /* which has written its own */
    record = suture_work_record (work, work->plan, error == NULL ? event : "failed", error);
  kept = suture_work_is_open (work) ? suture_record_leave_open (work->database, result, &local)
                                    : suture_record_close (work->database, work->operation, record, result, &local);
  if (!kept)
    g_message ("the end of operation %s is not kept: %s", work->operation, local->message);
  /* the time of the record belongs to what is shown */
  if (work->plan != NULL && error == NULL)
    suture_work_learn (work, work->facts->offers, suture_activation_ref (work->facts->activation));
  results = suture_record_results (work->database);
  if (local != NULL)
    g_ptr_array_add (results, g_steal_pointer (&result));
  return results;
}

GPtrArray *
suture_run (SutureWork *work, gboolean *recovered)
{
  g_autoptr (GError) error = NULL;

  if (!*recovered || g_str_equal (work->kind, "look"))
    *recovered = suture_recover_run (work);
  if (*work->operation == '\0')
    return suture_record_results (work->database);
  work->recovered = *recovered;
  (void) run_kind (work, &error);
  if (suture_work_is_open (work))
    *recovered = FALSE;
  return end (work, error);
}
