/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the recovery table of DESIGN.md, section 5. */
#include "engine/recover.h"

#include "base/error.h"
#include "base/file.h"
#include "engine/cache.h"
#include "engine/install.h"
#include "engine/undo.h"
#include "history/setting.h"
#include "verify/content.h"

void
suture_recover_remember_restarted (SutureDatabase *database, const char *id, const SutureActivation *activation)
{
  g_autoptr (GString) text = g_string_new (id);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < activation->units->len; i++)
    {
      const SutureUnit *unit = g_ptr_array_index (activation->units, i);

      if (g_str_equal (unit->outcome, "restarted") && g_str_equal (unit->id, id))
        g_string_append_printf (text, "\n%s", unit->name);
    }
  if (!suture_setting_set_text (database, SUTURE_SETTING_RESTARTED, text->str, &error))
    g_message ("the restarted units are not kept: %s", error->message);
}

/* What is installed is root's record, written last and removed first; whether it is merged at this moment is another thing. But
 * of one that may have been installed @before (NULL: that is not known), nothing else says that it was put in place once more. */
static gboolean
is_as_wanted (const SutureActivation *before, const SutureActivation *now, const SuturePlan *plan)
{
  const SutureActive *active = suture_activation_find (now, plan->improvement);

  if (plan->kind == SUTURE_PLAN_REMOVE)
    return active == NULL;
  return active != NULL && (active->merged || (before != NULL && suture_activation_find (before, plan->improvement) == NULL));
}

/* Whether both hold the same improvements, and the same of them merged. @before: NULL is like none. */
static gboolean
is_same (const SutureActivation *before, const SutureActivation *now)
{
  if (before == NULL || before->active->len != now->active->len)
    return FALSE;
  for (guint i = 0; i < now->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (now->active, i);
      const SutureActive *was = suture_activation_find (before, active->id);

      if (was == NULL || was->merged != active->merged)
        return FALSE;
    }
  return TRUE;
}

SutureActivation *
suture_recover_look (SutureWork *work, const SuturePlan *plan, const GError *error)
{
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GError) local = NULL;

  /* killed between the switch and its record, it left the two apart: only a new decision makes them one again */
  if (g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED)
      || g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
    activation = suture_activation_reconsider (NULL);
  /* its own word is not enough either: what fails behind the switch is an error, and a change all the same */
  if (activation == NULL)
    activation = suture_activation_list (&local);
  if (activation != NULL && is_as_wanted (work->facts->activation, activation, plan))
    return g_steal_pointer (&activation);
  if (activation != NULL)
    {
      work->left = is_same (work->facts->activation, activation) ? SUTURE_LEFT_ALONE : SUTURE_LEFT_CHANGED;
      suture_work_learn (work, work->facts->offers, g_steal_pointer (&activation));
    }
  else if (!g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE)
           || !g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE))
    work->left = SUTURE_LEFT_UNKNOWN;
  return NULL;
}

/* The end of @line: its record and its one result. */
static void
close_line (SutureWork *work, const SutureJournalLine *line, const char *event, const char *error, const char *message)
{
  g_autoptr (SutureResult) result = suture_result_new (line->operation, error, message);
  g_autoptr (SutureRecord) record = NULL;
  g_autoptr (GError) local = NULL;

  /* an undoing that changed nothing yet is begun again: nobody has to be told */
  if (*line->improvement != '\0' && !(g_str_equal (line->kind, "undo") && g_str_equal (event, "interrupted")))
    {
      record = g_new0 (SutureRecord, 1);
      record->event = g_strdup (event);
      record->improvement = g_strdup (line->improvement);
      record->component = g_strdup (line->component);
      record->title = g_strdup (line->title);
      record->letter = g_strdup (line->letter);
      record->by = g_strdup (line->by);
      record->user = line->user;
      record->error = g_strdup (error);
      record->message = g_strdup (message);
      record->quarantine = g_str_equal (event, "undone");
    }
  if (!suture_record_close (work->database, line->operation, record, result, &local))
    g_message ("an operation that was interrupted stays open: %s", local->message);
  else
    g_message ("operation %s (%s %s) was interrupted: %s", line->operation, line->kind, line->improvement,
               *error == '\0' ? "it is finished" : message);
}

/* What the publisher said about what was being taken out, as far as it is still known. Another feed may have withdrawn
 * something of the same name. */
static const char *
reason_of (const SutureWork *work, const SutureJournalLine *line)
{
  GPtrArray *withdrawn = work->facts->offers->withdrawn;

  for (guint i = 0; i < withdrawn->len; i++)
    {
      const SutureWithdrawal *withdrawal = g_ptr_array_index (withdrawn, i);

      if (g_str_equal (withdrawal->id, line->improvement)
          && suture_plan_is_removal (line->plan, line->improvement, line->component, withdrawal->feed))
        return withdrawal->reason;
    }
  return "";
}

/* It broke off at the switch, or behind it: asks root to finish or drop what it holds, and goes where that ends. */
static gboolean
recover_switch (SutureWork *work, const SutureJournalLine *line)
{
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GError) error = NULL;
  gboolean withdrawal = g_str_equal (line->kind, "withdraw");
  gboolean undo = g_str_equal (line->kind, "undo");
  gboolean removal = withdrawal || undo || g_str_equal (line->kind, "remove");
  g_autofree char *why = undo ? suture_undo_message (work->database, line->improvement) : NULL;

  if (removal)
    activation = suture_activation_remove (line->improvement, NULL, NULL, &error);
  else
    activation = suture_activation_reconsider (&error);
  /* a package manager at work, or a refusal: what is, can be seen all the same */
  if (activation == NULL && !g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE))
    activation = suture_activation_list (NULL);
  if (activation == NULL)
    {
      g_message ("operation %s stays open until the activation step answers: %s", line->operation, error->message);
      return FALSE;
    }
  if (removal && suture_activation_find (activation, line->improvement) == NULL)
    {
      suture_recover_remember_restarted (work->database, line->improvement, activation);
      close_line (work, line, withdrawal ? "withdrawn" : undo ? "undone" : "removed", "",
                  withdrawal ? reason_of (work, line) : undo ? why : "");
    }
  else if (removal)
    close_line (work, line, "interrupted", "Interrupted", "the removal was interrupted and it stays as it was");
  else if (suture_activation_find (activation, line->improvement) != NULL)
    {
      suture_undo_remember_units (work->database, line->improvement, activation);
      close_line (work, line, "installed", "", "");
    }
  else
    close_line (work, line, "interrupted", "Interrupted",
                "the installation was interrupted and the system's files are as they were");
  suture_work_learn (work, work->facts->offers, g_steal_pointer (&activation));
  return TRUE;
}

static gboolean
recover_line (SutureWork *work, const SutureJournalLine *line)
{
  switch (line->step)
    {
    case SUTURE_STEP_QUEUED:
    case SUTURE_STEP_BEGIN:
    case SUTURE_STEP_STAGED:
      /* a line that was queued for an improvement, or had only begun: nothing of it is visible */
      close_line (work, line, "interrupted", "Interrupted", "it was interrupted before anything changed");
      return TRUE;
    case SUTURE_STEP_SWITCHING:
    case SUTURE_STEP_SWITCHED:
    case SUTURE_STEP_RESTARTED:
    default:
      return recover_switch (work, line);
    }
}

/* The lines that only recovery ends: the past's, and those behind the switch, since one operation runs at a time and none is
 * there when this is asked. */
static GPtrArray *
list_open (SutureWork *work, GError **error)
{
  GPtrArray *lines = suture_journal_list (work->database, error);

  for (guint i = lines != NULL ? lines->len : 0; i > 0; i--)
    {
      const SutureJournalLine *line = g_ptr_array_index (lines, i - 1);

      if (line->number > work->past && line->step < SUTURE_STEP_SWITCHING)
        g_ptr_array_remove_index (lines, i - 1);
    }
  return lines;
}

gboolean
suture_recover_run (SutureWork *work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = list_open (work, &error);
  gboolean ok = lines != NULL;

  if (!ok)
    g_message ("the journal cannot be read: %s", error->message);
  /* only to look, after a package manager, is nothing that anybody waits for */
  if (!g_str_equal (work->kind, "look"))
    suture_work_set_activity (work, "recovering");
  suture_install_clean ();
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    ok = recover_line (work, g_ptr_array_index (lines, i)) && ok;
  if (suture_work_look (work, work->facts->offers) && ok)
    {
      (void) suture_recover_retire (work);
      suture_recover_settle (work);
      suture_undo_condemn_left_out (work);
    }
  return ok;
}

gboolean
suture_recover_retire (SutureWork *work)
{
  const SutureActivation *activation = work->facts->activation;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; activation != NULL && i < activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (activation->active, i);
      SutureActivation *now;

      if (!g_str_equal (active->content, suture_content_to_string (SUTURE_CONTENT_INCLUDED)))
        continue;
      now = suture_activation_reconsider (&error);
      if (now != NULL)
        suture_work_learn (work, work->facts->offers, now);
      else
        g_message ("%s is included in the system now, and is still kept: %s", active->id, error->message);
      return now != NULL;
    }
  return FALSE;
}

/* Whether the system has the files of @id, which root holds no more, itself: by what a feed offers, or by what was kept of it, since
 * the local feed drops what is of no more use. */
static gboolean
is_included (SutureWork *work, const char *id)
{
  const SutureImprovement *improvement = suture_facts_find (work->facts, id);
  g_autoptr (SutureKnown) kept = improvement == NULL ? suture_cache_find_kept (work->database, "", id) : NULL;
  g_auto (SutureFd) usr = kept != NULL ? suture_facts_open_base (NULL) : -1;
  g_auto (SutureContent) content = { .base = -1 };

  if (improvement != NULL)
    return g_str_equal (improvement->state, "included");
  return usr >= 0 && suture_content_compare (kept->manifest, usr, NULL, &content, NULL)
         && content.state == SUTURE_CONTENT_INCLUDED;
}

static void
settle (SutureWork *work,
        const char *event,
        const char *id,
        const char *component,
        const char *title,
        const char *letter,
        const char *message,
        gboolean quarantine)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);
  g_autoptr (GError) error = NULL;

  record->event = g_strdup (event);
  record->improvement = g_strdup (id);
  record->component = g_strdup (component);
  record->title = g_strdup (title);
  record->letter = g_strdup (letter);
  record->by = g_strdup ("system");
  record->user = G_MAXUINT32;
  record->error = g_strdup ("");
  record->message = g_strdup (message);
  record->found = TRUE;
  record->quarantine = quarantine;
  if (!suture_record_close (work->database, "", record, NULL, &error))
    g_message ("history lacks a line about %s: %s", id, error->message);
}

/* Whether the record of an operation is still to come. */
static gboolean
past_is_open (SutureWork *work)
{
  g_autoptr (GPtrArray) lines = list_open (work, NULL);

  return lines == NULL || lines->len > 0;
}

void
suture_recover_settle (SutureWork *work)
{
  const SutureFacts *facts = work->facts;
  g_autoptr (GHashTable) installed = NULL;
  GHashTableIter iter;
  gpointer value;
  gboolean changed = FALSE;

  if (facts->activation == NULL || past_is_open (work))
    return;
  installed = suture_record_installed (work->database);
  g_hash_table_iter_init (&iter, installed);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SutureRecord *was = value;
      g_autofree char *verdict = NULL;
      gboolean included;

      if (suture_activation_find (facts->activation, was->improvement) != NULL)
        continue;
      included = is_included (work, was->improvement);
      /* it was taken out by itself, and there was no room to say so */
      verdict = included ? NULL : suture_undo_find_verdict (work->database, was->improvement);
      settle (work, included ? "included" : "undone", was->improvement, was->component, was->title, was->letter,
              included          ? "the system has the fixed files itself now"
              : verdict != NULL ? verdict
                                : "it no longer fits the system's files",
              verdict != NULL);
      changed = TRUE;
    }
  for (guint i = 0; i < facts->activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (facts->activation->active, i);
      const SutureImprovement *improvement = suture_facts_find (facts, active->id);

      if (g_hash_table_contains (installed, active->id) || improvement == NULL)
        continue;
      settle (work, "installed", active->id, active->component, improvement->title, improvement->letter,
              "it was installed before this history began", FALSE);
      changed = TRUE;
    }
  if (changed)
    suture_work_learn (work, facts->offers, suture_activation_ref (facts->activation));
}
