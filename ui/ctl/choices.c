/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/choices.h"

#include <glib/gi18n.h>

#include "client/sentences.h"

#define DAY (24 * 60 * 60)  /* seconds */
#define PAUSE_DAYS_MAX 366  /* of the contract, as the next */
#define DELAY_DAYS_MAX 30

static gboolean
parse_switch (const char *argument, gboolean *on)
{
  *on = g_str_equal (argument, "on");
  return *on || g_str_equal (argument, "off");
}

static gboolean
parse_days (const char *argument, guint least, guint most, guint *days)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (argument, 10, least, most, &number, NULL))
    return FALSE;
  *days = (guint) number;
  return TRUE;
}

static gboolean
parse_date (const char *argument, gint64 *time)
{
  g_autofree char *midnight = g_strconcat (argument, "T00:00:00", NULL);
  g_autoptr (GTimeZone) here = g_time_zone_new_local ();
  g_autoptr (GDateTime) date = NULL;

  if (!g_regex_match_simple ("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", argument, 0, 0))
    return FALSE;
  date = g_date_time_new_from_iso8601 (midnight, here);
  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix (date);
  return TRUE;
}

/* Whether the date lies ahead is the helper's to say, whose clock counts. */
static gboolean
parse_pause (SutureChoice *choice, const char *argument, gint64 now)
{
  guint days = 0;

  choice->on = !g_str_equal (argument, "off");
  if (!choice->on || parse_date (argument, &choice->until))
    return TRUE;
  if (!parse_days (argument, 1, PAUSE_DAYS_MAX, &days))
    return FALSE;
  choice->until = now + (gint64) days * DAY;
  return TRUE;
}

gboolean
suture_choice_parse (SutureChoice *choice, const char *command, const char *argument, gboolean exploited, gint64 now)
{
  *choice = (SutureChoice){ .command = command, .exploited = exploited };
  if (g_str_equal (command, "delay"))
    return parse_days (argument, 0, DELAY_DAYS_MAX, &choice->days);
  if (exploited)
    return FALSE;
  return g_str_equal (command, "pause") ? parse_pause (choice, argument, now) : parse_switch (argument, &choice->on);
}

void
suture_choice_send (const SutureChoice *choice, SutureClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  if (g_str_equal (choice->command, "pause"))
    suture_client_set_pause_async (client, choice->until, callback, user_data);
  else if (g_str_equal (choice->command, "delay"))
    suture_client_set_delay_async (client, choice->days, choice->exploited, callback, user_data);
  else if (g_str_equal (choice->command, "metered"))
    suture_client_set_metered_async (client, choice->on, callback, user_data);
  else
    suture_client_set_automatic_async (client, choice->on, callback, user_data);
}

static char *
pause_done (const SutureChoice *choice, gint64 now)
{
  g_autofree char *until = NULL;

  if (!choice->on)
    return g_strdup (_("Automatic installation is not paused."));
  until = suture_sentence_time (choice->until, now, FALSE);
  return g_strdup_printf (_("Nothing is installed automatically until %s."), until);
}

static char *
delay_done (const SutureChoice *choice)
{
  g_autofree char *wait = NULL;

  if (choice->days == 0)
    return g_strdup (_("Improvements are installed without a wait."));
  wait = g_strdup_printf (
      g_dngettext (NULL, "Improvements are installed %u day after they were first seen.",
                   "Improvements are installed %u days after they were first seen.", choice->days),
      choice->days);
  return g_strdup_printf ("%s %s", wait,
                          choice->exploited ? _("Fixes for problems being used in attacks wait as well.")
                                            : _("Fixes for problems being used in attacks are not delayed."));
}

char *
suture_choice_done (const SutureChoice *choice, gint64 now)
{
  if (g_str_equal (choice->command, "pause"))
    return pause_done (choice, now);
  if (g_str_equal (choice->command, "delay"))
    return delay_done (choice);
  if (g_str_equal (choice->command, "metered"))
    return g_strdup (choice->on ? _("Improvements are downloaded over metered networks as well.")
                                : _("Improvements wait while the network is metered."));
  return g_strdup (choice->on ? _("Improvements are installed automatically.")
                              : _("Improvements are not installed automatically. The computer stays exposed until the next "
                                  "system update."));
}
