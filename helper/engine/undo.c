/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the order in which an improvement is taken out by itself. Not for: deciding that (watch.c). */
#include "engine/undo.h"

#include "base/file.h"
#include "engine/cache.h"
#include "engine/install.h"
#include "engine/recover.h"
#include "engine/remove.h"
#include "engine/unit-states.h"
#include "history/probation.h"
#include "verify/content.h"

/* Whether a health check may count on @unit: only where it runs now. */
static gboolean
runs (GPtrArray *states, const char *unit)
{
  for (guint i = 0; i < states->len; i++)
    {
      const SutureUnitState *state = g_ptr_array_index (states, i);

      if (g_str_equal (state->name, unit))
        return g_str_equal (state->active, "active") || g_str_equal (state->active, "reloading");
    }
  return FALSE;
}

void
suture_undo_prepare (SutureDatabase *database, const SuturePlan *plan)
{
  const SutureManifest *manifest = plan->known->manifest;
  g_autofree char *failing = suture_unit_states_failing ();
  g_autoptr (GString) text = g_string_new (failing);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) states = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < manifest->health->len; i++)
    if (((SutureHealthCheck *) g_ptr_array_index (manifest->health, i))->unit != NULL)
      g_ptr_array_add (names, ((SutureHealthCheck *) g_ptr_array_index (manifest->health, i))->unit);
  g_ptr_array_add (names, NULL);
  states = suture_unit_states_read ((const char *const *) names->pdata);
  for (guint i = 0; i + 1 < names->len; i++)
    if (!runs (states, g_ptr_array_index (names, i)))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", (const char *) g_ptr_array_index (names, i));
  if (!suture_probation_prepare (database, plan->improvement, plan->known->target, text->str, &error))
    g_message ("what has failed before %s is not kept: %s", plan->improvement, error->message);
}

void
suture_undo_remember_units (SutureDatabase *database, const char *id, const SutureActivation *activation)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < activation->units->len; i++)
    {
      const SutureUnit *unit = g_ptr_array_index (activation->units, i);

      if (g_str_equal (unit->kind, "unit") && !g_str_equal (unit->outcome, "owed") && g_str_equal (unit->id, id))
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", unit->name);
    }
  if (!suture_probation_set_units (database, id, text->str, &error))
    g_message ("the units of %s are not kept: %s", id, error->message);
}

/* What is remembered of @id, or NULL. */
static SutureProbation *
find_probation (SutureDatabase *database, const char *id)
{
  g_autoptr (GPtrArray) list = suture_probation_list (database);

  for (guint i = 0; list != NULL && i < list->len; i++)
    if (g_str_equal (((SutureProbation *) g_ptr_array_index (list, i))->improvement, id))
      return g_ptr_array_steal_index (list, i);
  return NULL;
}

char *
suture_undo_find_verdict (SutureDatabase *database, const char *id)
{
  g_autoptr (SutureProbation) probation = find_probation (database, id);

  return probation != NULL && *probation->verdict != '\0' ? g_steal_pointer (&probation->verdict) : NULL;
}

char *
suture_undo_message (SutureDatabase *database, const char *id)
{
  g_autofree char *verdict = suture_undo_find_verdict (database, id);

  return g_strdup_printf ("%s; the files of before are in use again", verdict != NULL ? verdict : "something did not work with it");
}

static void
keep_record (SutureWork *work, SutureRecord *record)
{
  g_autoptr (GError) unkept = NULL;

  if (!suture_work_is_open (work) && !suture_record_close (work->database, work->operation, record, NULL, &unkept))
    g_message ("history lacks a line about %s: %s", record->improvement, unkept->message);
}

/* The plan to put @before of @feed back, or NULL: it was undone here itself, it is not known any more, or the files are not the ones
 * that it is for. Whether its feed still lists it is looked at by the installation, in metadata of now. */
static SuturePlan *
plan_before (SutureWork *work, const SutureProbation *probation, const char *feed)
{
  g_autofree char *undone = suture_record_was_undone (work->database, probation->before);
  g_autoptr (SutureKnown) known = NULL;
  g_auto (SutureFd) usr = suture_facts_open_base (NULL);
  g_auto (SutureContent) content = { .base = -1 };

  if (*probation->before == '\0' || *probation->before_target == '\0' || undone != NULL || usr < 0)
    return NULL;
  known = suture_cache_find_kept (work->database, feed, probation->before);
  if (known == NULL || !suture_content_compare (known->manifest, usr, NULL, &content, NULL)
      || content.state != SUTURE_CONTENT_APPLIES)
    return NULL;
  known->target = g_strdup (probation->before_target);
  return suture_plan_new_of_known (known, content.base);
}

static void
put_back (SutureWork *work, const SutureProbation *probation, const char *feed)
{
  g_autoptr (SuturePlan) plan = plan_before (work, probation, feed);
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  if (plan == NULL)
    return;
  /* taking out needs nobody's leave; putting in does */
  if (suture_plan_is_permitted (plan, &error))
    (void) suture_install_run (work, plan, &error);
  record = suture_work_record (work, plan, error == NULL ? "installed" : "failed", error);
  if (error == NULL)
    {
      g_free (record->message);
      record->message = g_strdup ("it was in use before, and is again");
    }
  keep_record (work, record);
}

/* @error: why it could not be taken out. Once is enough: it is tried again until it works. */
static void
tell_failure (SutureWork *work, const SutureProbation *probation, const GError *error)
{
  g_autoptr (SutureRecord) record = suture_work_record (work, work->plan, "failed", error);

  if (probation == NULL || probation->told)
    return;
  g_free (record->message);
  record->message = g_strdup_printf ("%s, but it can't be taken out yet, which is tried again: %s", probation->verdict,
                                     error->message);
  keep_record (work, record);
  (void) suture_probation_set_told (work->database, probation->improvement, NULL);
}

gboolean
suture_undo_run (SutureWork *work, GError **error)
{
  const SuturePlan *plan = work->plan;
  g_autoptr (SutureProbation) probation = find_probation (work->database, plan->improvement);
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) local = NULL;

  if (work->facts->activation == NULL || suture_activation_find (work->facts->activation, plan->improvement) != NULL)
    (void) suture_remove_run (work, plan, &local);
  if (local != NULL)
    {
      tell_failure (work, probation, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  record = suture_work_record (work, plan, "undone", NULL);
  g_free (record->message);
  record->message = suture_undo_message (work->database, plan->improvement);
  record->quarantine = TRUE;
  keep_record (work, record);
  if (probation != NULL)
    put_back (work, probation, plan->feed);
  suture_work_set_improvement (work, "");
  return TRUE;
}

void
suture_undo_condemn_left_out (SutureWork *work)
{
  const SutureActivation *activation = work->facts->activation;

  for (guint i = 0; activation != NULL && i < activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (activation->active, i);
      g_autoptr (SutureProbation) probation = NULL;
      g_autoptr (GError) error = NULL;

      if (!g_str_equal (active->left_out, "boot"))
        continue;
      probation = find_probation (work->database, active->id);
      if (probation != NULL && *probation->verdict == '\0'
          && !suture_probation_set_verdict (work->database, active->id, "the computer did not start twice in a row with it", &error))
        g_message ("why %s is taken out is not kept: %s", active->id, error->message);
    }
}
