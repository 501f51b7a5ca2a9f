/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/sentences.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "client/local-words.h"
#include "client/troubles.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SEPARATOR " · " /* between the parts of a line */

/* By SutureError. Each says what happened, what was left, and what to do where there is something to do. */
static const char *const error_sentences[] = {
  [SUTURE_ERROR_FAILED] = N_ ("Something went wrong. Nothing was changed. Update History may tell more."),
  [SUTURE_ERROR_NOT_AUTHORIZED] = N_ ("Permission was not given. Nothing was changed."),
  [SUTURE_ERROR_INVALID_ARGUMENT] = N_ ("What was entered can’t be used. Nothing was changed."),
  [SUTURE_ERROR_NOT_FOUND]
  = N_ ("There is no such improvement, or this can’t be done with it now. Nothing was changed."),
  [SUTURE_ERROR_NOT_APPLICABLE]
  = N_ ("The improvement does not fit the files of this computer. Nothing was changed, and there is nothing to do."),
  [SUTURE_ERROR_BUSY] = N_ ("Other software is being installed or too much is waiting. Nothing was changed. Try again "
                            "later."),
  [SUTURE_ERROR_CANCELLED] = N_ ("Stopped. Nothing was changed."),
  [SUTURE_ERROR_NOT_CANCELLABLE] = N_ ("It is too late to stop. It can be removed afterwards."),
  [SUTURE_ERROR_NO_SOURCE] = N_ ("No publisher of improvements for this system is configured. Ask your administrator to add "
                                 "one."),
  [SUTURE_ERROR_MALFORMED]
  = N_ ("The publisher’s data can’t be read, so it was deleted. Nothing was changed. The next check tries again."),
  [SUTURE_ERROR_SIGNATURE]
  = N_ ("The download was not signed by a known publisher, so it was deleted. Nothing was changed."),
  [SUTURE_ERROR_HASH] = N_ ("The download was damaged or altered, so it was deleted. Nothing was changed. Try again."),
  [SUTURE_ERROR_STALE]
  = N_ ("The publisher’s list has expired. Nothing was changed. Check the computer’s clock, or wait for a new list."),
  [SUTURE_ERROR_ROLLBACK]
  = N_ ("The publisher’s list is older than the one known, so it was refused. Nothing was changed."),
  [SUTURE_ERROR_NETWORK] = N_ ("The publisher could not be reached. Nothing was changed. Check the network and try "
                               "again."),
  [SUTURE_ERROR_NO_SPACE] = N_ ("There is not enough space on the disk. Nothing was changed. Free some space and try "
                                "again."),
  [SUTURE_ERROR_INTERRUPTED] = N_ ("The work was interrupted and undone. Try again."),
  [SUTURE_ERROR_RATE_LIMITED] = N_ ("This was done a moment ago. Try again in 10 minutes."),
  [SUTURE_ERROR_UNAVAILABLE]
  = N_ ("The service for improvements can’t be reached. Nothing was changed. Restarting the computer may help."),
  [SUTURE_ERROR_CONFIGURATION]
  = N_ ("The files of a source can’t be used, so it was left out. Nothing was changed. Ask your administrator to correct "
        "them in /etc/suture/feeds.d."),
  [SUTURE_ERROR_NOT_SIGNED_IN]
  = N_ ("A source asks for a sign-in, or did not accept the one it got. Nothing was changed. Sign in under Sources."),
  [SUTURE_ERROR_MANAGED] = N_ ("Your organization does not allow this. Nothing was changed."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (error_sentences) == SUTURE_N_ERRORS);

static char *
sentence_for_code (int code)
{
  if (code < 0 || code >= SUTURE_N_ERRORS)
    code = SUTURE_ERROR_FAILED;
  return g_strdup (_(error_sentences[code]));
}

/* The helper's words end with the reason that the administrator gives, and nobody else knows it. */
static char *
managed_sentence (const char *message)
{
  if (message == NULL || message[0] == '\0')
    return sentence_for_code (SUTURE_ERROR_MANAGED);
  /* Translators: %s is the reason in the words of the helper and of the administrator. */
  return g_strdup_printf (_("Your organization does not allow this, so nothing was changed: %s"), message);
}

char *
suture_sentence_error (const GError *error)
{
  return sentence_for_code (error->domain == SUTURE_ERROR ? error->code : SUTURE_ERROR_FAILED);
}

char *
suture_sentence_error_name (const char *name, const char *message)
{
  int code = (int) suture_error_from_name (name);

  /* These two have no cause of their own: the helper's words are better than none. */
  if (code == SUTURE_ERROR_FAILED && message != NULL && message[0] != '\0')
    /* Translators: %s is a technical reason in English, "could not mount". */
    return g_strdup_printf (_("Something went wrong: %s."), message);
  if (code == SUTURE_ERROR_CONFIGURATION && message != NULL && message[0] != '\0')
    /* Translators: %s is a technical reason in English, that begins with the name of a file. */
    return g_strdup_printf (_("A source was left out: %s. Ask your administrator to correct it, then check again."), message);
  if (code == SUTURE_ERROR_MANAGED)
    return managed_sentence (message);
  /* Of an operation: the publisher's server lacks a file. Of a call, above, it is the improvement that is not there. */
  if (code == SUTURE_ERROR_NOT_FOUND)
    return g_strdup (_("The publisher does not offer what is needed. Nothing was changed. The next check tries again."));
  return sentence_for_code (code);
}

char *
suture_sentence_activity (const char *activity, const char *title)
{
  gboolean named = title[0] != '\0';

  if (g_str_equal (activity, "checking"))
    return g_strdup (_("Checking…"));
  if (g_str_equal (activity, "downloading"))
    return named ? g_strdup_printf (_("Downloading “%s”"), title) : g_strdup (_("Downloading…"));
  if (g_str_equal (activity, "preparing"))
    return suture_local_words_activity ();
  if (g_str_equal (activity, "rebuilding"))
    return named ? g_strdup_printf (_("Preparing “%s”"), title) : g_strdup (_("Preparing…"));
  if (g_str_equal (activity, "activating"))
    return named ? g_strdup_printf (_("Installing “%s”"), title) : g_strdup (_("Installing…"));
  if (g_str_equal (activity, "restarting"))
    return g_strdup (_("Restarting Services…"));
  if (g_str_equal (activity, "removing"))
    return named ? g_strdup_printf (_("Removing “%s”"), title) : g_strdup (_("Removing…"));
  if (g_str_equal (activity, "recovering"))
    return g_strdup (_("Finishing Earlier Work…"));
  return g_strdup (_("Working…"));
}

char *
suture_sentence_bytes (guint64 done, guint64 total)
{
  g_autofree char *some = g_format_size (done);
  g_autofree char *all = g_format_size (total);

  if (total == 0)
    return g_strdup ("");
  /* Translators: "471 kB of 1.8 MB". */
  return g_strdup_printf (_("%s of %s"), some, all);
}

char *
suture_sentence_severity (const char *severity)
{
  static const struct
  {
    const char *name;
    const char *shown;
  } severities[] = {
    { "low", NC_ ("severity", "Low") },
    { "medium", NC_ ("severity", "Medium") },
    { "high", NC_ ("severity", "High") },
    { "critical", NC_ ("severity", "Critical") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (severities); i++)
    if (g_str_equal (severity, severities[i].name))
      return g_strdup (g_dpgettext2 (NULL, "severity", severities[i].shown));
  return g_strdup ("");
}

char *
suture_sentence_problems (const SutureImprovementFacts *facts)
{
  guint n = facts->vulnerabilities->len;

  if (suture_improvement_is_test (facts))
    return g_strdup (_("Test – fixes nothing"));
  if (n == 0)
    return g_strdup (_("Improves security"));
  return g_strdup_printf (g_dngettext (NULL, "%u problem fixed", "%u problems fixed", n), n);
}

char *
suture_sentence_benefit (const SutureImprovementFacts *facts)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *severity = suture_sentence_severity (facts->severity);

  if (facts->exploited && !suture_improvement_is_test (facts))
    g_ptr_array_add (parts, g_strdup (_("Used in attacks")));
  if (severity[0] != '\0' && !suture_improvement_is_test (facts))
    g_ptr_array_add (parts, g_steal_pointer (&severity));
  g_ptr_array_add (parts, suture_sentence_problems (facts));
  if (facts->state == SUTURE_STATE_AVAILABLE && suture_improvement_to_download (facts) > 0)
    g_ptr_array_add (parts, g_format_size (facts->download_size));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (SEPARATOR, (char **) parts->pdata);
}

/* Why it waits, in a few words. */
static char *
wait_words (const SutureWait *wait, gint64 now)
{
  g_autofree char *when = NULL;

  if (wait->reason == SUTURE_WAIT_OFF || wait->reason == SUTURE_WAIT_ANNOUNCE) /* one sees that at the switch */
    return g_strdup ("");
  if (wait->reason != SUTURE_WAIT_ROLLOUT || wait->until == 0)
    return suture_wait_title (wait, now);
  when = suture_sentence_time (wait->until, now, FALSE);
  /* Translators: %s is a time, "today, 15:00". */
  return g_strdup_printf (_("This computer’s turn: %s"), when);
}

/* The state in a few words, or "". */
static char *
state_words (const SutureImprovementFacts *facts, gint64 now)
{
  g_autofree char *when = NULL;

  if (facts->withdrawn)
    return g_strdup (_("Withdrawn by its publisher"));
  if (facts->state == SUTURE_STATE_CONFLICT)
    return g_strdup (_("Several sources offer it"));
  if (suture_improvement_get_wait (facts, now) != NULL)
    return wait_words (suture_improvement_get_wait (facts, now), now);
  if (facts->keeps_closing->len > 0)
    return suture_trouble_closing_title (facts);
  if (facts->state == SUTURE_STATE_INACTIVE)
    return g_strdup (_("Not active now"));
  if (facts->state == SUTURE_STATE_OVERTAKEN)
    return g_strdup (_("Stays out: its files were changed"));
  if (facts->state == SUTURE_STATE_SUPERSEDED || facts->state == SUTURE_STATE_MIXED)
    return g_strdup (_("Does not fit: its files were changed"));
  if (facts->installed_at <= 0)
    return g_strdup ("");
  when = suture_sentence_time (facts->installed_at, now, FALSE);
  return g_strdup_printf (_("Installed %s"), when);
}

char *
suture_sentence_improvement (const SutureImprovementFacts *facts, gint64 now)
{
  g_autofree char *state = state_words (facts, now);
  g_autofree char *benefit = suture_sentence_benefit (facts);

  return state[0] != '\0' ? g_strjoin (SEPARATOR, state, benefit, NULL) : g_steal_pointer (&benefit);
}

char *
suture_sentence_turn (gint64 turn, gint64 now)
{
  g_autofree char *when = suture_sentence_time (turn, now, FALSE);

  /* Translators: %s is a time, "today, 15:00". */
  return g_strdup_printf (_("This computer’s turn comes %s."), when);
}

static char *
waiting_sentence (const SutureImprovementFacts *facts, const char *title, gint64 now)
{
  g_autofree char *why = suture_waits_sentences (facts->waits, now);

  /* Translators: the second %s are sentences such as "The network is metered." */
  return why[0] != '\0' ? g_strdup_printf (_("“%s” is not installed automatically now. %s"), title, why) : g_strdup ("");
}

static char *
conflict_sentence (const SutureImprovementFacts *facts, const char *title)
{
  /* Translators: between the names of a list. */
  g_autofree char *sources = g_strjoinv (_(", "), facts->conflict);

  return g_strdup_printf (_("Several sources offer “%s”, so none of them is used: %s. Ask your administrator to name its "
                            "component, %s, in the line Components= of one of them in /etc/suture/feeds.d. What is active of it from "
                            "another source has to be removed first."),
                          title, sources, facts->component);
}

/* The reason is a stranger's text: it stands between quotation marks, and in no sentence of ours. */
static char *
withdrawal_sentence (const SutureImprovementFacts *facts, const char *title)
{
  if (facts->withdrawn_reason[0] == '\0')
    return g_strdup_printf (_("“%s” was withdrawn by its publisher, who gives no reason."), title);
  return g_strdup_printf (_("“%s” was withdrawn by its publisher. The reason given: “%s”"), title, facts->withdrawn_reason);
}

/* What it hides while it is installed. */
static char *
hiding_sentence (const SutureImprovementFacts *facts, const char *title)
{
  /* Translators: between the names of a list. */
  g_autofree char *sources = g_strjoinv (_(", "), facts->conflict);

  return g_strdup_printf (_("Another source offers improvements of the same component, %s: %s. They can’t be installed before "
                            "“%s” is removed."),
                          facts->component, sources, title);
}

static char *
own_sentence (const SutureImprovementFacts *facts, const char *title, gint64 now)
{
  if (facts->withdrawn)
    return withdrawal_sentence (facts, title);
  switch (facts->state)
    {
    case SUTURE_STATE_INACTIVE:
      return suture_trouble_inactive_sentence (facts, title);
    case SUTURE_STATE_OVERTAKEN:
      return g_strdup_printf (_("A system update changed files that “%s” fixes, so it stays out. Remove it, or wait for "
                                "a newer one."),
                              title);
    case SUTURE_STATE_SUPERSEDED:
      return g_strdup_printf (_("Files that “%s” fixes were changed, most likely by a system update, so it does not fit. "
                                "Whether they are fixed now can’t be told here."),
                              title);
    case SUTURE_STATE_MIXED:
      return g_strdup_printf (_("Files that “%s” would fix were changed by something else, so it can’t be installed. A "
                                "system update may help."),
                              title);
    case SUTURE_STATE_UNKNOWN:
      return g_strdup_printf (_("The state of “%s” is one that this program does not know. Restarting it may help."),
                              title);
    case SUTURE_STATE_CONFLICT:
      return conflict_sentence (facts, title);
    case SUTURE_STATE_AVAILABLE:
      return waiting_sentence (facts, title, now);
    case SUTURE_STATE_ACTIVE:
      return suture_trouble_closing_sentence (facts, title, now);
    case SUTURE_STATE_INCLUDED:
    case SUTURE_STATE_NOT_INSTALLED:
    case SUTURE_STATE_REPLACED:
    default:
      return g_strdup ("");
    }
}

char *
suture_sentence_state (SutureImprovement *improvement, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);
  const char *title = suture_improvement_get_title (improvement);
  g_autofree char *own = own_sentence (facts, title, now);
  g_autofree char *hiding = NULL;

  if (facts->conflict[0] == NULL || facts->state == SUTURE_STATE_CONFLICT)
    return g_steal_pointer (&own);
  hiding = hiding_sentence (facts, title);
  return own[0] != '\0' ? g_strjoin (" ", own, hiding, NULL) : g_steal_pointer (&hiding);
}

/* The name is a stranger's text, as a reason is. */
char *
suture_sentence_preparation (const SutureImprovementFacts *facts)
{
  if (!facts->automatic)
    return g_strdup ("");
  if (facts->approved_by[0] == '\0')
    return g_strdup (_("Prepared automatically. Who approved it is not said."));
  return g_strdup_printf (_("Prepared automatically, approved by “%s”"), facts->approved_by);
}

char *
suture_sentence_owed (const SutureOwed *owed)
{
  if (g_str_equal (owed->why, "failed"))
    return g_strdup_printf (_("%s: could not be restarted"), owed->shown);
  if (g_str_equal (owed->kind, "session"))
    return g_strdup_printf (_("%s: finishes at the next login"), owed->shown);
  if (g_str_equal (owed->kind, "process") || g_str_equal (owed->why, "user"))
    return g_strdup_printf (_("%s: finishes when it is reopened"), owed->shown);
  return g_strdup_printf (_("%s: finishes at the next restart of the computer"), owed->shown);
}

char *
suture_sentence_owed_when (const SutureOwed *owed)
{
  if (g_str_equal (owed->why, "failed"))
    return g_strdup (_("Could not be restarted"));
  if (g_str_equal (owed->kind, "session"))
    return g_strdup (_("Finishes at the next login"));
  if (g_str_equal (owed->kind, "process") || g_str_equal (owed->why, "user"))
    return g_strdup (_("Finishes when it is reopened"));
  return g_strdup (_("Finishes at the next restart of the computer"));
}

char *
suture_sentence_exposure (const SutureImprovementFacts *facts, guint others)
{
  guint n = facts->vulnerabilities->len;
  gboolean out = facts->state == SUTURE_STATE_INACTIVE || facts->state == SUTURE_STATE_OVERTAKEN;
  GString *text = g_string_new (NULL);

  if (out)
    g_string_append (text, _("It is not active, so no file of the system changes."));
  else if (suture_improvement_is_test (facts))
    g_string_append (text, _("This is a test that fixes nothing."));
  else if (n == 0)
    g_string_append (text, _("The computer becomes less secure."));
  else
    g_string_append_printf (text,
                            g_dngettext (NULL, "The computer becomes exposed again to %u problem.",
                                         "The computer becomes exposed again to %u problems.", n),
                            n);
  if (facts->exploited && !out && !suture_improvement_is_test (facts))
    g_string_append_printf (text, " %s", _("Attackers already use this."));
  if (others == 1)
    g_string_append_printf (text, " %s", _("The other improvement stays."));
  else if (others > 1)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text,
                              g_dngettext (NULL, "The other %u improvement stays.", "The other %u improvements stay.",
                                           others),
                              others);
    }
  return g_string_free (text, FALSE);
}

char *
suture_sentence_sign_in (const SutureFeedFacts *facts)
{
  gboolean token = g_str_equal (facts->signed_in, "token");
  gboolean kept = token || g_str_equal (facts->signed_in, "password");

  if (facts->needs_sign_in && kept)
    return g_strdup_printf (_("%s did not accept the sign-in"), facts->host);
  if (facts->needs_sign_in)
    return g_strdup_printf (_("%s asks for a sign-in"), facts->host);
  if (kept)
    return g_strdup (token ? _("Signed in with a token") : _("Signed in with a password"));
  return g_strdup (_("Not signed in"));
}

char *
suture_sentence_signed_in (const SutureFeedFacts *facts, gboolean tried)
{
  if (tried)
    return g_strdup (_("Signed in."));
  return g_strdup_printf (_("Kept, but not tried yet: the check could not be completed. Whether %s accepts it shows at the next "
                            "check."),
                          facts->host);
}

char *
suture_sentence_contact (const SutureFeedFacts *facts, gint64 now)
{
  g_autofree char *ago = facts->last_contact > 0 ? suture_sentence_ago (facts->last_contact, now) : NULL;
  g_autofree char *why = NULL;

  if (ago == NULL)
    ago = g_strdup (_("never"));
  /* what asks for a sign-in is said where one signs in */
  if (facts->last_error[0] == '\0' || facts->needs_sign_in)
    return g_steal_pointer (&ago);
  why = suture_sentence_error_name (facts->last_error, facts->last_message);
  /* Translators: when, and what went wrong since: "3 days ago. The publisher could not be reached. …". */
  return g_strdup_printf (_("%s. %s"), ago, why);
}

char *
suture_sentence_role (const char *role)
{
  if (g_str_equal (role, "root"))
    return g_strdup (_("Names the keys (root)"));
  if (g_str_equal (role, "targets"))
    return g_strdup (_("Signs improvements (targets)"));
  if (g_str_equal (role, "snapshot"))
    return g_strdup (_("Signs what belongs together (snapshot)"));
  if (g_str_equal (role, "timestamp"))
    return g_strdup (_("Signs what is current (timestamp)"));
  return g_strdup (role);
}

char *
suture_sentence_time (gint64 time, gint64 now, gboolean begins)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  g_autoptr (GDateTime) yesterday = NULL;
  const char *format = NULL;

  if (then == NULL || today == NULL)
    return g_strdup (begins ? _("At an unknown time") : _("at an unknown time"));
  yesterday = g_date_time_add_days (today, -1);
  if (g_date_time_get_year (then) == g_date_time_get_year (today)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (today))
    /* Translators: a format of strftime: hour and minute. */
    format = begins ? _("Today, %H:%M") : _("today, %H:%M");
  else if (g_date_time_get_year (then) == g_date_time_get_year (yesterday)
           && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (yesterday))
    /* Translators: a format of strftime: hour and minute. */
    format = begins ? _("Yesterday, %H:%M") : _("yesterday, %H:%M");
  else
    /* Translators: a format of strftime: day, month's name, year, hour and minute. */
    format = _("%-e %B %Y, %H:%M");
  return g_date_time_format (then, format);
}

char *
suture_sentence_ago (gint64 time, gint64 now)
{
  gint64 seconds = now - MAX (time, 0);

  if (time <= 0)
    return g_strdup (_("at an unknown time"));
  /* A clock that was set back, or a helper that is a second ahead. */
  if (seconds < MINUTE)
    return g_strdup (_("just now"));
  if (seconds < HOUR)
    return g_strdup_printf (g_dngettext (NULL, "%d minute ago", "%d minutes ago", (gulong) (seconds / MINUTE)),
                            (int) (seconds / MINUTE));
  if (seconds < DAY)
    return g_strdup_printf (g_dngettext (NULL, "%d hour ago", "%d hours ago", (gulong) (seconds / HOUR)),
                            (int) (seconds / HOUR));
  return g_strdup_printf (g_dngettext (NULL, "%d day ago", "%d days ago", (gulong) (seconds / DAY)),
                          (int) (seconds / DAY));
}

char *
suture_sentence_event (const SutureRecordFacts *record)
{
  const char *title = record->title[0] != '\0' ? record->title : record->improvement;

  if (g_str_equal (record->event, "installed"))
    return g_strdup_printf (_("Installed “%s”"), title);
  if (g_str_equal (record->event, "removed"))
    return g_strdup_printf (_("Removed “%s”"), title);
  if (g_str_equal (record->event, "failed"))
    return g_strdup_printf (_("Failed: “%s”"), title);
  if (g_str_equal (record->event, "undone"))
    return g_strdup_printf (_("Undone by Itself: “%s”"), title);
  if (g_str_equal (record->event, "interrupted"))
    return g_strdup_printf (_("Interrupted: “%s”"), title);
  if (g_str_equal (record->event, "withdrawn"))
    return g_strdup_printf (_("Withdrawn by Its Publisher: “%s”"), title);
  if (g_str_equal (record->event, "included"))
    return g_strdup_printf (_("Included in a System Update: “%s”"), title);
  if (g_str_equal (record->event, "local-on"))
    return g_strdup (_("Preparing on This Computer Turned On"));
  if (g_str_equal (record->event, "local-off"))
    return g_strdup (_("Preparing on This Computer Turned Off"));
  return g_strdup_printf ("%s: “%s”", record->event, title);
}

char *
suture_sentence_why (const SutureRecordFacts *record)
{
  if (record->error[0] != '\0')
    return suture_sentence_error_name (record->error, record->message);
  if (g_str_equal (record->event, "undone"))
    return suture_trouble_undone_sentence (record->message);
  if (g_str_equal (record->event, "withdrawn") && record->message[0] != '\0')
    return g_strdup_printf (_("The reason given: “%s”"), record->message);
  return g_strdup ("");
}

char *
suture_sentence_who (const SutureRecordFacts *record, const char *user)
{
  if (g_str_equal (record->by, "automatic"))
    return g_strdup (_("automatically"));
  if (g_str_equal (record->by, "user") && user != NULL)
    return g_strdup_printf (_("by %s"), user);
  if (g_str_equal (record->by, "user"))
    return g_strdup (_("by a user"));
  return g_strdup (_("by the system"));
}
