/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/status.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "client/local-words.h"
#include "client/sentences.h"
#include "client/tally.h"
#include "client/troubles.h"

#define CLOCK_SLACK (60 * 60) /* seconds that the last check may lie ahead */
#define NAMES_SHOWN 3         /* more would not be read */

/* "A, B and 4 more" */
static char *
list_names (GPtrArray *names)
{
  GString *text = NULL;

  if (names->len == 2)
    return g_strdup_printf (_("%s and %s"), (const char *) g_ptr_array_index (names, 0),
                            (const char *) g_ptr_array_index (names, 1));
  text = g_string_new (NULL);
  for (guint i = 0; i < names->len && i < NAMES_SHOWN; i++)
    /* Translators: between the names of a list. */
    g_string_append_printf (text, "%s%s", i == 0 ? "" : _(", "), (const char *) g_ptr_array_index (names, i));
  if (names->len > NAMES_SHOWN)
    {
      guint more = names->len - NAMES_SHOWN;

      g_string_append_c (text, ' ');
      g_string_append_printf (text, g_dngettext (NULL, "and %u more", "and %u more", more), more);
    }
  return g_string_free (text, FALSE);
}

/* There is a source, but its files can't be used. */
static gboolean
is_misconfigured (const SutureFacts *facts)
{
  return g_str_equal (facts->last_error, suture_error_to_name (SUTURE_ERROR_CONFIGURATION));
}

/* What waits is not called ready, and what a person has to begin does not wait. */
static SutureStatusKind
decide_available (const SutureFacts *facts, const SutureTally *count)
{
  if (!facts->automatic || count->n_waiting < count->n_available)
    return SUTURE_STATUS_READY;
  return count->wait->reason == SUTURE_WAIT_ROLLOUT ? SUTURE_STATUS_ROLLING : SUTURE_STATUS_WAITING;
}

static SutureStatusKind
decide (const SutureFacts *facts, const SutureTally *count, const GError *unreachable, gint64 now)
{
  gboolean recent = facts->last_checked > 0 && now - facts->last_checked <= SUTURE_STATUS_RECENT
                    && facts->last_checked - now <= CLOCK_SLACK;

  if (unreachable != NULL)
    return SUTURE_STATUS_UNREACHABLE;
  if (!g_str_equal (facts->activity, "idle"))
    return SUTURE_STATUS_WORKING;
  if (facts->feeds[0] == NULL && !is_misconfigured (facts))
    return SUTURE_STATUS_NO_SOURCE;
  if (count->n_withdrawn > 0)
    return SUTURE_STATUS_WITHDRAWN;
  if (count->undone != NULL)
    return SUTURE_STATUS_UNDONE;
  if (count->closing != NULL)
    return SUTURE_STATUS_CLOSING;
  if (suture_facts_find_managed (facts, "file") != NULL)
    return SUTURE_STATUS_ATTENTION;
  if (count->n_available > 0)
    return decide_available (facts, count);
  if (count->n_held > 0)
    return SUTURE_STATUS_MANAGED;
  if (facts->last_error[0] != '\0' || suture_tally_has_concern (count))
    return SUTURE_STATUS_ATTENTION;
  if (count->owed->len > 0)
    return SUTURE_STATUS_UNFINISHED;
  if (!recent)
    return SUTURE_STATUS_UNCHECKED;
  if (facts->automatic && suture_facts_get_pause (facts, now) > 0)
    return SUTURE_STATUS_PAUSED;
  if (facts->system_updates->len > 0)
    return SUTURE_STATUS_SYSTEM_UPDATE;
  return count->concern != NULL ? SUTURE_STATUS_CHANGED : SUTURE_STATUS_PROTECTED;
}

static char *
paused_title (const SutureFacts *facts, gint64 now)
{
  g_autofree char *day = suture_wait_day (facts->paused_until, now);

  return g_strdup_printf (_("Paused Until %s"), day);
}

static char *
title_for (SutureStatusKind kind, const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  switch (kind)
    {
    case SUTURE_STATUS_UNREACHABLE:
      return g_strdup (_("Not Available"));
    case SUTURE_STATUS_NO_SOURCE:
      return g_strdup (_("No Source"));
    case SUTURE_STATUS_WORKING:
      return suture_sentence_activity (facts->activity, count->working);
    case SUTURE_STATUS_WITHDRAWN:
      return count->n_withdrawn == 1
                 ? g_strdup (_("Improvement Withdrawn"))
                 : g_strdup_printf (g_dngettext (NULL, "%u Improvement Withdrawn", "%u Improvements Withdrawn",
                                                 count->n_withdrawn),
                                    count->n_withdrawn);
    case SUTURE_STATUS_UNDONE:
      return g_strdup (_("Improvement Undone"));
    case SUTURE_STATUS_CLOSING:
      return suture_trouble_closing_title (suture_improvement_get_facts (count->closing));
    case SUTURE_STATUS_ROLLING:
    case SUTURE_STATUS_WAITING:
      return suture_wait_title (count->wait, now);
    case SUTURE_STATUS_MANAGED:
      return g_strdup (_("Managed by Your Organization"));
    case SUTURE_STATUS_PAUSED:
      return paused_title (facts, now);
    case SUTURE_STATUS_READY:
      if (count->n_available_tests == count->n_available)
        return g_strdup_printf (g_dngettext (NULL, "%u Test Ready", "%u Tests Ready", count->n_available),
                                count->n_available);
      return g_strdup_printf (g_dngettext (NULL, "%u Improvement Ready", "%u Improvements Ready", count->n_available),
                              count->n_available);
    case SUTURE_STATUS_ATTENTION:
      return g_strdup (_("Needs Attention"));
    case SUTURE_STATUS_UNFINISHED:
      return g_strdup (_("Almost Done"));
    case SUTURE_STATUS_UNCHECKED:
      return facts->last_checked > 0 ? g_strdup (_("Not Checked Recently")) : g_strdup (_("Not Checked Yet"));
    case SUTURE_STATUS_SYSTEM_UPDATE:
      return g_strdup_printf (g_dngettext (NULL, "%u Fix Comes with the System Update",
                                           "%u Fixes Come with the System Update", facts->system_updates->len),
                              facts->system_updates->len);
    case SUTURE_STATUS_CHANGED:
      return g_strdup (_("Nothing to Install"));
    case SUTURE_STATUS_PROTECTED:
      return g_strdup (_("Protected"));
    default:
      g_assert_not_reached ();
    }
}

static char *
checked_sentence (const SutureFacts *facts, gint64 now)
{
  g_autofree char *ago = NULL;

  if (facts->last_checked <= 0)
    return g_strdup (_("Check to see what is ready."));
  ago = suture_sentence_ago (facts->last_checked, now);
  return g_strdup_printf (_("Checked %s."), ago);
}

static char *
ready_subtitle (const SutureFacts *facts, const SutureTally *count)
{
  g_autofree char *names = list_names (count->available);
  g_autofree char *size = g_format_size (count->download_size);
  g_autofree char *failed = NULL;
  g_autofree char *ready = count->download_size > 0 ? g_strdup_printf (_("%s. %s to download."), names, size)
                                                    : g_strdup_printf (_("%s. Nothing has to be downloaded."), names);

  if (facts->last_error[0] == '\0')
    return g_steal_pointer (&ready);
  failed = suture_sentence_error_name (facts->last_error, facts->last_message);
  if (is_misconfigured (facts))
    return g_strdup_printf ("%s %s", ready, failed);
  /* Translators: what is ready, "Image Viewing. 1.8 MB to download.", and why the last check failed. */
  return g_strdup_printf (_("%s The last check failed: %s"), ready, failed);
}

static char *
rolling_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autofree char *ready = ready_subtitle (facts, count);
  g_autofree char *turn = suture_sentence_turn (count->wait->until, now);

  return g_strdup_printf ("%s %s", turn, ready);
}

/* What is ready, and what it waits for. */
static char *
waiting_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autofree char *ready = ready_subtitle (facts, count);
  g_autofree char *why = suture_wait_sentence (count->wait, now);

  return g_strdup_printf ("%s %s", ready, why);
}

static char *
undone_subtitle (const SutureTally *count, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (count->undone);
  const SutureWait *wait = suture_waits_find (facts->waits, SUTURE_WAIT_UNDONE, now);
  g_autofree char *what = suture_wait_sentence (wait, now);

  /* Translators: an improvement, and sentences that say why. */
  return g_strdup_printf (_("“%s” was taken out by itself. %s"), suture_improvement_get_title (count->undone), what);
}

static char *
closing_subtitle (const SutureTally *count, gint64 now)
{
  return suture_trouble_closing_sentence (suture_improvement_get_facts (count->closing),
                                          suture_improvement_get_title (count->closing), now);
}

static char *
withdrawn_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autofree char *why = suture_sentence_state (count->withdrawn, now);

  return g_strdup_printf ("%s %s", why,
                          facts->automatic ? _("It is removed by itself at one of the next checks.")
                                           : _("It stays until it is removed."));
}

/* The policy keeps everything from being installed until it is mended: that is said before what a check has found. */
static char *
policy_subtitle (const SutureManaged *file, gint64 now)
{
  g_autoptr (GPtrArray) waits = suture_waits_read (NULL);

  suture_waits_add (waits, "policy", 0, file->reason);
  return suture_waits_sentences (waits, now);
}

static char *
attention_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  const SutureManaged *file = suture_facts_find_managed (facts, "file");

  if (file != NULL)
    return policy_subtitle (file, now);
  if (facts->last_error[0] != '\0')
    return suture_sentence_error_name (facts->last_error, facts->last_message);
  return suture_sentence_state (count->concern, now);
}

static char *
owed_sentence (const SutureTally *count)
{
  g_autofree char *names = list_names (count->owed);

  if (count->reboot)
    return g_strdup_printf (
        g_dngettext (NULL, "%s still uses the old version. The next restart of the computer finishes it.",
                     "%s still use the old version. The next restart of the computer finishes it.", count->owed->len),
        names);
  return g_strdup_printf (
      g_dngettext (NULL, "%s still uses the old version. The next login or reopening it finishes it.",
                   "%s still use the old version. The next login or reopening them finishes it.", count->owed->len),
      names);
}

static char *
unfinished_subtitle (const SutureFacts *facts, const SutureTally *count)
{
  g_autofree char *owed = owed_sentence (count);
  g_autofree char *left = suture_status_system_updates (facts);

  return left[0] != '\0' ? g_strjoin (" ", owed, left, NULL) : g_steal_pointer (&owed);
}

/* What is in use. Tests are counted apart: they protect from nothing. */
static char *
active_sentence (const SutureTally *count)
{
  g_autofree char *active = g_strdup_printf (
      g_dngettext (NULL, "%u improvement is active.", "%u improvements are active.", count->n_active), count->n_active);
  g_autofree char *tests = g_strdup_printf (g_dngettext (NULL, "%u test is active and fixes nothing.",
                                                         "%u tests are active and fix nothing.", count->n_active_tests),
                                            count->n_active_tests);

  if (count->n_active_tests == 0)
    return g_steal_pointer (&active);
  return count->n_active == 0 ? g_steal_pointer (&tests) : g_strdup_printf ("%s %s", active, tests);
}

static char *
paused_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autofree char *until = suture_sentence_time (facts->paused_until, now, FALSE);
  /* Translators: %s is a time, "4 June 2026, 09:12". */
  g_autofree char *paused = g_strdup_printf (_("Nothing is installed automatically until %s."), until);
  g_autofree char *active = active_sentence (count);
  g_autofree char *checked = checked_sentence (facts, now);

  return count->n_active + count->n_active_tests > 0 ? g_strjoin (" ", paused, active, checked, NULL)
                                                     : g_strjoin (" ", paused, checked, NULL);
}

static char *
changed_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autofree char *why = suture_sentence_state (count->concern, now);
  g_autofree char *active = active_sentence (count);
  g_autofree char *checked = checked_sentence (facts, now);

  return count->n_active + count->n_active_tests > 0 ? g_strjoin (" ", why, active, checked, NULL)
                                                     : g_strjoin (" ", why, checked, NULL);
}

/* Not "up to date", and no alarm: what is to be done, what is active, and when that was found. */
static char *
system_update_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_autofree char *why = count->concern != NULL ? suture_sentence_state (count->concern, now) : NULL;
  g_autofree char *active = active_sentence (count);
  g_autofree char *checked = checked_sentence (facts, now);
  g_auto (GStrv) sentences = NULL;

  g_strv_builder_add (parts, g_dngettext (NULL, "Update the system to get it.", "Update the system to get them.",
                                          facts->system_updates->len));
  if (why != NULL)
    g_strv_builder_add (parts, why);
  if (count->n_active + count->n_active_tests > 0)
    g_strv_builder_add (parts, active);
  g_strv_builder_add (parts, checked);
  sentences = g_strv_builder_end (parts);
  return g_strjoinv (" ", sentences);
}

static char *
no_source_subtitle (const SutureFacts *facts)
{
  g_autofree char *purpose = NULL;

  if (!g_str_equal (facts->local_feed, "off"))
    return g_strdup (_("No publisher of improvements is configured."));
  purpose = suture_local_words_purpose (FALSE);
  return g_strdup_printf ("%s %s", _("No publisher of improvements is configured."), purpose);
}

static char *
protected_subtitle (const SutureFacts *facts, const SutureTally *count, gint64 now)
{
  g_autofree char *checked = checked_sentence (facts, now);
  g_autofree char *active = active_sentence (count);
  g_autofree char *said = count->n_active_tests > 0 ? g_strdup_printf ("%s %s", active, checked) : g_strdup (checked);

  if (count->n_active == 0)
    return g_strdup_printf (_("Nothing has to be improved. %s"), said);
  return g_strdup_printf ("%s %s", active, checked);
}

static char *
subtitle_for (SutureStatusKind kind, const SutureFacts *facts, const SutureTally *count, const GError *unreachable,
              gint64 now)
{
  switch (kind)
    {
    case SUTURE_STATUS_UNREACHABLE:
      return suture_sentence_error (unreachable);
    case SUTURE_STATUS_NO_SOURCE:
      return no_source_subtitle (facts);
    case SUTURE_STATUS_WORKING:
      return suture_sentence_bytes (facts->bytes_done, facts->bytes_total);
    case SUTURE_STATUS_WITHDRAWN:
      return withdrawn_subtitle (facts, count, now);
    case SUTURE_STATUS_READY:
      return ready_subtitle (facts, count);
    case SUTURE_STATUS_ROLLING:
      return rolling_subtitle (facts, count, now);
    case SUTURE_STATUS_WAITING:
      return waiting_subtitle (facts, count, now);
    case SUTURE_STATUS_UNDONE:
      return undone_subtitle (count, now);
    case SUTURE_STATUS_CLOSING:
      return closing_subtitle (count, now);
    case SUTURE_STATUS_MANAGED:
      return suture_sentence_state (count->held, now);
    case SUTURE_STATUS_PAUSED:
      return paused_subtitle (facts, count, now);
    case SUTURE_STATUS_ATTENTION:
      return attention_subtitle (facts, count, now);
    case SUTURE_STATUS_UNFINISHED:
      return unfinished_subtitle (facts, count);
    case SUTURE_STATUS_UNCHECKED:
      return checked_sentence (facts, now);
    case SUTURE_STATUS_SYSTEM_UPDATE:
      return system_update_subtitle (facts, count, now);
    case SUTURE_STATUS_CHANGED:
      return changed_subtitle (facts, count, now);
    case SUTURE_STATUS_PROTECTED:
      return protected_subtitle (facts, count, now);
    default:
      g_assert_not_reached ();
    }
}

char *
suture_status_system_updates (const SutureFacts *facts)
{
  guint n = facts->system_updates->len;

  return n == 0 ? g_strdup ("")
                : g_strdup_printf (g_dngettext (NULL, "%u more fix comes with the system update.",
                                                "%u more fixes come with the system update.", n),
                                   n);
}

/* The improvement that the status is about, where that is one. */
static const char *
id_for (SutureStatusKind kind, const SutureTally *count)
{
  SutureImprovement *improvement = kind == SUTURE_STATUS_WITHDRAWN ? count->withdrawn
                                   : kind == SUTURE_STATUS_UNDONE  ? count->undone
                                   : kind == SUTURE_STATUS_CLOSING ? count->closing
                                                                   : NULL;

  return improvement != NULL ? suture_improvement_get_facts (improvement)->id : "";
}

SutureStatus *
suture_status_new (const SutureFacts *facts, GListModel *improvements, const GError *unreachable, gint64 now)
{
  SutureStatus *self = g_new0 (SutureStatus, 1);
  g_autoptr (SutureTally) count = suture_tally_new (improvements, facts->operation_improvement, now);

  self->kind = decide (facts, count, unreachable, now);
  self->title = title_for (self->kind, facts, count, now);
  self->subtitle = subtitle_for (self->kind, facts, count, unreachable, now);
  self->improvement = g_strdup (id_for (self->kind, count));
  self->n_available = count->n_available;
  self->n_active = count->n_active;
  self->download_size = count->download_size;
  return self;
}

SutureStatus *
suture_status_new_for_client (SutureClient *client)
{
  return suture_status_new (suture_client_get_facts (client), suture_client_get_improvements (client),
                            suture_client_get_error (client), g_get_real_time () / G_USEC_PER_SEC);
}

void
suture_status_free (SutureStatus *self)
{
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->improvement);
  g_free (self);
}

const char *
suture_status_kind_to_name (SutureStatusKind kind)
{
  static const char *const names[]
      = { "unreachable", "no-source", "working",   "withdrawn",  "undone",    "keeps-closing", "ready",   "rolling-out", "waiting",
          "managed",     "attention", "unfinished", "unchecked", "paused",    "system-update", "changed", "protected" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == SUTURE_STATUS_PROTECTED + 1);
  return names[kind];
}
