/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/status.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "client/local-words.h"
#include "client/sentences.h"

#define CLOCK_SLACK (60 * 60) /* seconds that the last check may lie ahead */
#define NAMES_SHOWN 3         /* more would not be read */

/* What counts, of all improvements. */
typedef struct
{
  guint n_available;
  guint n_waiting;      /* of n_available, for their turn */
  guint n_available_tests; /* of n_available */
  guint n_active;       /* that fix something */
  guint n_active_tests;
  guint n_withdrawn;
  gint64 next_turn;     /* of those that wait: the earliest */
  guint64 download_size;
  GPtrArray *available; /* titles (borrowed) */
  GPtrArray *owed;      /* names of what is owed, each once (borrowed) */
  const char *working;  /* title of the improvement that is worked on, or "" (borrowed) */
  SutureImprovement *withdrawn; /* the first that was (borrowed) (nullable) */
  SutureImprovement *concern; /* the one whose state concerns most (borrowed) (nullable) */
  gboolean reboot;      /* some of what is owed needs a restart of the computer */
} Count;

static void
count_free (Count *count)
{
  g_ptr_array_unref (count->available);
  g_ptr_array_unref (count->owed);
  g_free (count);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Count, count_free)

static void
count_owed (Count *count, const SutureImprovementFacts *facts)
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
most_concern (const Count *count)
{
  return count->concern != NULL ? concern_of (suture_improvement_get_facts (count->concern)->state) : 0;
}

static void
count_available (Count *count, SutureImprovement *improvement, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);

  count->n_available++;
  count->download_size += suture_improvement_to_download (facts);
  g_ptr_array_add (count->available, (gpointer) suture_improvement_get_title (improvement));
  if (suture_improvement_is_test (facts))
    count->n_available_tests++;
  if (!suture_improvement_waits (facts, now))
    return;
  count->next_turn = count->n_waiting == 0 ? facts->waits_until : MIN (count->next_turn, facts->waits_until);
  count->n_waiting++;
}

static void
count_active (Count *count, const SutureImprovementFacts *facts)
{
  if (suture_improvement_is_test (facts))
    count->n_active_tests++;
  else
    count->n_active++;
  count_owed (count, facts);
}

/* Of a component that is offered in two letters the later one counts, as it is what "all" means. */
static void
count_one (Count *count, GListModel *improvements, SutureImprovement *improvement, const char *worked_on, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);

  if (g_str_equal (facts->id, worked_on))
    count->working = suture_improvement_get_title (improvement);
  if (facts->state == SUTURE_STATE_AVAILABLE && !suture_improvement_stands_in (improvements, facts))
    count_available (count, improvement, now);
  else if (facts->state == SUTURE_STATE_ACTIVE)
    count_active (count, facts);
  if (facts->withdrawn && count->n_withdrawn++ == 0)
    count->withdrawn = improvement;
  if (concern_of (facts->state) > most_concern (count))
    count->concern = improvement;
}

static Count *
count_all (GListModel *improvements, const char *worked_on, gint64 now)
{
  Count *count = g_new0 (Count, 1);
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

static SutureStatusKind
decide (const SutureFacts *facts, const Count *count, const GError *unreachable, gint64 now)
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
  if (count->n_available > 0)
    return facts->automatic && count->n_waiting == count->n_available ? SUTURE_STATUS_ROLLING : SUTURE_STATUS_READY;
  if (facts->last_error[0] != '\0' || most_concern (count) > CONCERN_SAID)
    return SUTURE_STATUS_ATTENTION;
  if (count->owed->len > 0)
    return SUTURE_STATUS_UNFINISHED;
  if (!recent)
    return SUTURE_STATUS_UNCHECKED;
  if (facts->system_updates->len > 0)
    return SUTURE_STATUS_SYSTEM_UPDATE;
  return count->concern != NULL ? SUTURE_STATUS_CHANGED : SUTURE_STATUS_PROTECTED;
}

static char *
title_for (SutureStatusKind kind, const SutureFacts *facts, const Count *count)
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
    case SUTURE_STATUS_ROLLING:
      return g_strdup (_("Rolling Out in Stages"));
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
ready_subtitle (const SutureFacts *facts, const Count *count)
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
rolling_subtitle (const SutureFacts *facts, const Count *count, gint64 now)
{
  g_autofree char *ready = ready_subtitle (facts, count);
  g_autofree char *turn = suture_sentence_turn (count->next_turn, now);

  return g_strdup_printf ("%s %s", turn, ready);
}

static char *
withdrawn_subtitle (const SutureFacts *facts, const Count *count, gint64 now)
{
  g_autofree char *why = suture_sentence_state (count->withdrawn, now);

  return g_strdup_printf ("%s %s", why,
                          facts->automatic ? _("It is removed by itself at one of the next checks.")
                                           : _("It stays until it is removed."));
}

static char *
attention_subtitle (const SutureFacts *facts, const Count *count, gint64 now)
{
  if (facts->last_error[0] != '\0')
    return suture_sentence_error_name (facts->last_error, facts->last_message);
  return suture_sentence_state (count->concern, now);
}

static char *
owed_sentence (const Count *count)
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
unfinished_subtitle (const SutureFacts *facts, const Count *count)
{
  g_autofree char *owed = owed_sentence (count);
  g_autofree char *left = suture_status_system_updates (facts);

  return left[0] != '\0' ? g_strjoin (" ", owed, left, NULL) : g_steal_pointer (&owed);
}

/* What is in use. Tests are counted apart: they protect from nothing. */
static char *
active_sentence (const Count *count)
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
changed_subtitle (const SutureFacts *facts, const Count *count, gint64 now)
{
  g_autofree char *why = suture_sentence_state (count->concern, now);
  g_autofree char *active = active_sentence (count);
  g_autofree char *checked = checked_sentence (facts, now);

  return count->n_active + count->n_active_tests > 0 ? g_strjoin (" ", why, active, checked, NULL)
                                                     : g_strjoin (" ", why, checked, NULL);
}

/* Not "up to date", and no alarm: what is to be done, what is active, and when that was found. */
static char *
system_update_subtitle (const SutureFacts *facts, const Count *count, gint64 now)
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
protected_subtitle (const SutureFacts *facts, const Count *count, gint64 now)
{
  g_autofree char *checked = checked_sentence (facts, now);
  g_autofree char *active = active_sentence (count);
  g_autofree char *said = count->n_active_tests > 0 ? g_strdup_printf ("%s %s", active, checked) : g_strdup (checked);

  if (count->n_active == 0)
    return g_strdup_printf (_("Nothing has to be improved. %s"), said);
  return g_strdup_printf ("%s %s", active, checked);
}

static char *
subtitle_for (SutureStatusKind kind, const SutureFacts *facts, const Count *count, const GError *unreachable,
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

SutureStatus *
suture_status_new (const SutureFacts *facts, GListModel *improvements, const GError *unreachable, gint64 now)
{
  SutureStatus *self = g_new0 (SutureStatus, 1);
  g_autoptr (Count) count = count_all (improvements, facts->operation_improvement, now);

  self->kind = decide (facts, count, unreachable, now);
  self->title = title_for (self->kind, facts, count);
  self->subtitle = subtitle_for (self->kind, facts, count, unreachable, now);
  self->improvement = g_strdup (count->withdrawn != NULL ? suture_improvement_get_facts (count->withdrawn)->id : "");
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
  static const char *const names[] = { "unreachable", "no-source", "working",    "withdrawn", "ready",    "rolling-out",
                                       "attention",   "unfinished", "unchecked", "system-update", "changed", "protected" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == SUTURE_STATUS_PROTECTED + 1);
  return names[kind];
}
