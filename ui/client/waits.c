/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/waits.h"

#include <glib/gi18n.h>

#include "client/app-names.h"
#include "client/facts.h"
#include "client/sentences.h"
#include "client/troubles.h"

#define WAITS_MAX 64 /* more than there are reasons */

static const char *const names[] = {
  [SUTURE_WAIT_POLICY] = "policy",   [SUTURE_WAIT_MANAGED] = "managed",   [SUTURE_WAIT_UNDONE] = "undone",
  [SUTURE_WAIT_REMOVED] = "removed", [SUTURE_WAIT_STAYS] = "stays",       [SUTURE_WAIT_OFF] = "off",           [SUTURE_WAIT_PAUSED] = "paused",
  [SUTURE_WAIT_HOURS] = "hours",     [SUTURE_WAIT_BATTERY] = "battery",   [SUTURE_WAIT_METERED] = "metered",
  [SUTURE_WAIT_ANNOUNCE] = "announce", [SUTURE_WAIT_APPS] = "apps",       [SUTURE_WAIT_DELAY] = "delay",
  [SUTURE_WAIT_ROLLOUT] = "rollout",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == SUTURE_WAIT_UNKNOWN);

static void
wait_free (gpointer data)
{
  SutureWait *self = data;

  g_free (self->name);
  g_free (self->detail);
  g_free (self);
}

static SutureWaitReason
reason_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      return (SutureWaitReason) i;
  return SUTURE_WAIT_UNKNOWN;
}

void
suture_waits_add (GPtrArray *waits, const char *name, gint64 until, const char *detail)
{
  SutureWait *wait = g_new (SutureWait, 1);
  guint at = 0;

  *wait = (SutureWait){ .reason = reason_from_name (name),
                        .name = suture_facts_clean (name),
                        .until = until,
                        .detail = suture_facts_clean (detail) };
  while (at < waits->len && ((SutureWait *) g_ptr_array_index (waits, at))->reason <= wait->reason)
    at++;
  g_ptr_array_insert (waits, (int) at, wait);
}

GPtrArray *
suture_waits_read (GVariant *said)
{
  GPtrArray *waits = g_ptr_array_new_with_free_func (wait_free);
  gsize n = said != NULL ? MIN (g_variant_n_children (said), WAITS_MAX) : 0;

  for (gsize i = 0; i < n; i++)
    {
      const char *name = NULL;
      const char *detail = NULL;
      gint64 until = 0;

      g_variant_get_child (said, i, "(&sx&s)", &name, &until, &detail);
      suture_waits_add (waits, name, until, detail);
    }
  return waits;
}

/* What was said may be old: the helper is not there all the time. */
static gboolean
is_over (const SutureWait *wait, gint64 now)
{
  return wait->until > 0 && wait->until <= now;
}

const SutureWait *
suture_waits_first (GPtrArray *waits, gint64 now)
{
  for (guint i = 0; i < waits->len; i++)
    if (!is_over (g_ptr_array_index (waits, i), now))
      return g_ptr_array_index (waits, i);
  return NULL;
}

const SutureWait *
suture_waits_find (GPtrArray *waits, SutureWaitReason reason, gint64 now)
{
  for (guint i = 0; i < waits->len; i++)
    {
      const SutureWait *wait = g_ptr_array_index (waits, i);

      if (wait->reason == reason && !is_over (wait, now))
        return wait;
    }
  return NULL;
}

gboolean
suture_wait_is_for_a_person (const SutureWait *wait)
{
  return wait->reason == SUTURE_WAIT_OFF || wait->reason == SUTURE_WAIT_REMOVED || wait->reason == SUTURE_WAIT_STAYS
         || wait->reason == SUTURE_WAIT_ANNOUNCE;
}

gboolean
suture_waits_allow_install (GPtrArray *waits)
{
  for (guint i = 0; i < waits->len; i++)
    {
      const SutureWait *wait = g_ptr_array_index (waits, i);

      if (wait->reason == SUTURE_WAIT_MANAGED || wait->reason == SUTURE_WAIT_POLICY)
        return FALSE;
    }
  return TRUE;
}

char *
suture_wait_day (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  const char *format = NULL;

  if (then == NULL || today == NULL)
    return g_strdup (_("an unknown time"));
  if (g_date_time_get_year (then) != g_date_time_get_year (today))
    /* Translators: a format of strftime: day, month's name and year. */
    format = _("%-e %B %Y");
  else if (g_date_time_get_day_of_year (then) != g_date_time_get_day_of_year (today))
    /* Translators: a format of strftime: day and month's name. */
    format = _("%-e %B");
  else
    /* Translators: a format of strftime: hour and minute. */
    format = _("%H:%M");
  return g_date_time_format (then, format);
}

char *
suture_wait_title (const SutureWait *wait, gint64 now)
{
  g_autofree char *day = wait->until > 0 ? suture_wait_day (wait->until, now) : NULL;

  switch (wait->reason)
    {
    case SUTURE_WAIT_POLICY:
      return g_strdup (_("Policy Can’t Be Used"));
    case SUTURE_WAIT_MANAGED:
      return g_strdup (_("Managed by Your Organization"));
    case SUTURE_WAIT_UNDONE:
      return g_strdup (_("Improvement Undone"));
    case SUTURE_WAIT_REMOVED:
      return g_strdup (_("Removed Before"));
    case SUTURE_WAIT_STAYS:
      return g_strdup (_("Another One Is Installed"));
    case SUTURE_WAIT_OFF:
      return g_strdup (_("Automatic Installation Is Off"));
    case SUTURE_WAIT_PAUSED:
      return day != NULL ? g_strdup_printf (_("Paused Until %s"), day) : g_strdup (_("Paused"));
    case SUTURE_WAIT_HOURS:
      return day != NULL ? g_strdup_printf (_("Waiting Until %s: Maintenance Hours"), day)
                         : g_strdup (_("Waiting: Maintenance Hours"));
    case SUTURE_WAIT_BATTERY:
      /* Translators: %s is a number: "Waiting: Battery 12%". */
      return wait->detail[0] != '\0' ? g_strdup_printf (_("Waiting: Battery %s%%"), wait->detail)
                                     : g_strdup (_("Waiting: Low Battery"));
    case SUTURE_WAIT_METERED:
      return g_strdup (_("Waiting: Metered Network"));
    case SUTURE_WAIT_ANNOUNCE:
      return g_strdup (_("Waiting: Announcement"));
    case SUTURE_WAIT_APPS:
      return g_strdup (_("Waiting: Apps in Use"));
    case SUTURE_WAIT_DELAY:
      return day != NULL ? g_strdup_printf (_("Waiting Until %s"), day) : g_strdup (_("Waiting Some Days"));
    case SUTURE_WAIT_ROLLOUT:
      return g_strdup (_("Rolling Out in Stages"));
    case SUTURE_WAIT_UNKNOWN:
    default:
      return g_strdup (_("Waiting"));
    }
}

char *
suture_wait_reason_given (const char *reason)
{
  g_autofree char *given = g_strdup_printf (_("The reason given: “%s”"), reason);

  return reason[0] != '\0' ? g_strconcat (" ", given, NULL) : g_strdup ("");
}

static char *
policy_sentence (const SutureWait *wait)
{
  g_autofree char *detail = suture_trouble_without_stop (wait->detail);

  if (detail[0] == '\0')
    return g_strdup (_("Your organization’s policy can’t be used, so nothing is installed. Ask your administrator to correct it."));
  /* Translators: %s is a technical reason in English, that begins with the name of a file. */
  return g_strdup_printf (_("Your organization’s policy can’t be used, so nothing is installed: %s. Ask your administrator to "
                            "correct it."),
                          detail);
}

static char *
managed_sentence (const SutureWait *wait)
{
  g_autofree char *given = suture_wait_reason_given (wait->detail);

  return g_strconcat (_("Your organization holds it back, or has not approved it."), given, NULL);
}

static char *
apps_sentence (const SutureWait *wait)
{
  g_auto (GStrv) ids = g_strsplit (wait->detail, " ", -1);
  g_autoptr (GPtrArray) apps = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *list = NULL;
  guint n = 0;

  for (gsize i = 0; ids[i] != NULL; i++)
    if (ids[i][0] != '\0')
      g_ptr_array_add (apps, suture_app_name (ids[i]));
  n = apps->len;
  if (n == 0)
    return g_strdup (_("Apps that use it would have to be reopened. It is installed when they are closed, or install it now."));
  g_ptr_array_add (apps, NULL);
  /* Translators: between the names of a list. */
  list = g_strjoinv (_(", "), (char **) apps->pdata);
  return g_strdup_printf (g_dngettext (NULL,
                                       "In use, and would have to be reopened: %s. It is installed when that is closed, or install it "
                                       "now.",
                                       "In use, and would have to be reopened together: %s. It is installed when they are closed, or "
                                       "install it now.",
                                       n),
                          list);
}

static char *
rollout_sentence (const SutureWait *wait, gint64 now)
{
  g_autofree char *turn = wait->until > 0 ? suture_sentence_turn (wait->until, now) : NULL;

  if (turn == NULL)
    return g_strdup (_("It is rolled out in stages. It can be installed now all the same."));
  /* Translators: %s is the sentence "This computer’s turn comes today, 15:00." */
  return g_strdup_printf (_("It is rolled out in stages. %s It can be installed now all the same."), turn);
}

char *
suture_wait_sentence (const SutureWait *wait, gint64 now)
{
  g_autofree char *when = wait->until > 0 ? suture_sentence_time (wait->until, now, FALSE) : NULL;

  switch (wait->reason)
    {
    case SUTURE_WAIT_POLICY:
      return policy_sentence (wait);
    case SUTURE_WAIT_MANAGED:
      return managed_sentence (wait);
    case SUTURE_WAIT_UNDONE:
      return suture_trouble_undone_sentence (wait->detail);
    case SUTURE_WAIT_REMOVED:
      return g_strdup (_("A person has removed it, so it stays out until a newer one is there. It can be installed again."));
    case SUTURE_WAIT_STAYS:
      return g_strdup_printf (_("What is installed instead stays: %s. This one can be installed in its place."), wait->detail);
    case SUTURE_WAIT_OFF:
      return g_strdup (_("Automatic installation is off. Turn it on, or install it now."));
    case SUTURE_WAIT_PAUSED:
      /* Translators: %s is a time, "today, 15:00"; so in the next ones. */
      return when != NULL ? g_strdup_printf (_("Automatic installation is paused until %s. Resume it, or install it now."), when)
                          : g_strdup (_("Automatic installation is paused. Resume it, or install it now."));
    case SUTURE_WAIT_HOURS:
      return when != NULL ? g_strdup_printf (_("Your organization has improvements installed at certain hours. They begin %s. It "
                                                 "can be installed now all the same."),
                                               when)
                          : g_strdup (_("Your organization has improvements installed at certain hours. It can be installed "
                                        "now all the same."));
    case SUTURE_WAIT_BATTERY:
      return g_strdup (_("The battery is low and not charging. Plug the computer in, or install it now."));
    case SUTURE_WAIT_METERED:
      return g_strdup (_("The network is metered. Use another one, allow metered networks, or install it now."));
    case SUTURE_WAIT_ANNOUNCE:
      return when != NULL ? g_strdup_printf (_("Nobody has been told yet that improvements are installed automatically. It begins all "
                                                 "the same: %s. It can be installed now."),
                                               when)
                          : g_strdup (_("Nobody has been told yet that improvements are installed automatically. It begins "
                                        "within a day. It can be installed now."));
    case SUTURE_WAIT_APPS:
      return apps_sentence (wait);
    case SUTURE_WAIT_DELAY:
      return when != NULL ? g_strdup_printf (_("It waits some days after it was first seen, until %s. Choose a shorter wait, or install "
                                                 "it now."),
                                               when)
                          : g_strdup (_("It waits some days after it was first seen. Choose a shorter wait, or install it now."));
    case SUTURE_WAIT_ROLLOUT:
      return rollout_sentence (wait, now);
    case SUTURE_WAIT_UNKNOWN:
    default:
      return g_strdup_printf (_("It waits for a reason that this program does not know: %s. It can be installed now all the same."),
                              wait->name);
    }
}

char *
suture_waits_sentences (GPtrArray *waits, gint64 now)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < waits->len; i++)
    {
      const SutureWait *wait = g_ptr_array_index (waits, i);
      g_autofree char *sentence = is_over (wait, now) ? NULL : suture_wait_sentence (wait, now);

      if (sentence != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", sentence);
    }
  return g_string_free (text, FALSE);
}
