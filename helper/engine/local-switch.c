/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the order suture-local → root → history → check. Not for: permission (bus/), what root trusts (activate/). */
#include "engine/local-switch.h"

#include "base/error.h"
#include "engine/check.h"
#include "engine/local.h"

static gboolean
is_on (void)
{
  g_autoptr (SutureFeedConfig) config = suture_feed_config_find (SUTURE_FEED_LOCAL, NULL);

  return config != NULL && config->local;
}

static void
tell (guint64 done, guint64 total, gpointer user_data)
{
  suture_work_set_bytes (user_data, done, total);
}

/* Whether root has done what was wanted. Its word that it failed is not enough: it may have ended behind it. */
static gboolean
ask_root (gboolean on, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (suture_activation_set_local (on, &local))
    return TRUE;
  if (is_on () == on && g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "nothing was changed: ");
  return FALSE;
}

/* Not about an improvement; the operation goes on. */
static void
keep_record (SutureWork *work)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);
  g_autoptr (GError) error = NULL;

  record->event = g_strdup (work->on ? "local-on" : "local-off");
  record->improvement = g_strdup ("");
  record->component = g_strdup ("");
  record->title = g_strdup ("");
  record->letter = g_strdup ("");
  record->by = g_strdup (work->by);
  record->user = work->user;
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  /* its own line of the journal stays until its result */
  if (!suture_record_close (work->database, "", record, NULL, &error))
    g_message ("history lacks a line about the local feed: %s", error->message);
}

static gboolean
turn_on (SutureWork *work, GError **error)
{
  g_autoptr (GError) local = NULL;

  suture_work_set_activity (work, "preparing");
  if (!suture_local_set_up (tell, work, work->cancellable, &local))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "nothing was changed: ");
      return FALSE;
    }
  return suture_work_begin_switch (work, error) && ask_root (TRUE, error);
}

gboolean
suture_local_switch_run (SutureWork *work, GError **error)
{
  gboolean before = is_on ();
  gboolean ok = work->on ? turn_on (work, error) : suture_work_begin_switch (work, error) && ask_root (FALSE, error);

  suture_work_end_switch (work);
  if (!ok)
    return FALSE;
  if (before != work->on)
    {
      g_message ("the local feed was turned %s", work->on ? "on" : "off");
      keep_record (work);
    }
  if (work->on)
    return suture_check_run (work, error);
  /* what came from there is shown no more, and what is installed stays */
  (void) suture_work_look (work, work->facts->offers);
  return TRUE;
}
