/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/local-words.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "client/distribution.h"
#include "client/sentences.h"

/* @named has a place for the distribution's name. */
static char *
with_name (const char *named, const char *unnamed)
{
  g_autofree char *name = suture_distribution_name ();
  g_auto (GStrv) parts = name != NULL ? g_strsplit (named, "%s", -1) : NULL;

  return name != NULL ? g_strjoinv (name, parts) : g_strdup (unnamed);
}

char *
suture_local_words_title (void)
{
  /* Translators: %s is the name of a distribution, "Debian"; here and in the next ones. */
  return with_name (_("%s’s Security Updates"), _("The System’s Security Updates"));
}

char *
suture_local_words_invitation (void)
{
  return with_name (_("Use %s’s Security Updates…"), _("Use the System’s Security Updates…"));
}

char *
suture_local_words_question (void)
{
  return with_name (_("Use %s’s Security Updates?"), _("Use the System’s Security Updates?"));
}

char *
suture_local_words_explanation (void)
{
  return with_name (_("This computer then prepares fixes itself, out of security updates that %s has signed. Each can be "
                      "removed again, and becomes permanent with the next system update. Nobody new is trusted. A password is "
                      "asked for once."),
                    _("This computer then prepares fixes itself, out of security updates that the system’s publisher has signed. "
                      "Each can be removed again, and becomes permanent with the next system update. Nobody new is trusted. A "
                      "password is asked for once."));
}

char *
suture_local_words_purpose (gboolean on)
{
  if (on)
    return with_name (_("This computer prepares fixes itself, out of what %s has signed."),
                      _("This computer prepares fixes itself, out of what the system’s publisher has signed."));
  return with_name (_("This computer can prepare fixes itself, out of what %s has signed."),
                    _("This computer can prepare fixes itself, out of what the system’s publisher has signed."));
}

char *
suture_local_words_activity (void)
{
  return with_name (_("Preparing Fixes from %s’s Security Updates"), _("Preparing Fixes from the System’s Security Updates"));
}

char *
suture_local_words_list (gint64 time)
{
  g_autoptr (GDateTime) made = time > 0 ? g_date_time_new_from_unix_local (time) : NULL;
  /* Translators: a format of strftime: day, month's name, year. */
  g_autofree char *day = made != NULL ? g_date_time_format (made, _("%-e %B %Y")) : NULL;
  g_autofree char *name = suture_distribution_name ();

  if (day == NULL)
    return g_strdup (_("No list is there yet"));
  if (name == NULL)
    return g_strdup_printf (_("The list of %s"), day);
  /* Translators: a name and a day: "Debian’s list of 29 November 2026". */
  return g_strdup_printf (_("%s’s list of %s"), name, day);
}

gboolean
suture_local_words_made (const SutureImprovementFacts *facts, SutureFeed *feed)
{
  return facts->provenance->len > 0 || (feed != NULL && suture_feed_is_local (suture_feed_get_facts (feed)));
}

char *
suture_local_words_publisher (const SutureImprovementFacts *facts)
{
  if (facts->publisher[0] == '\0')
    return g_strdup (_("Prepared on this computer"));
  return g_strdup_printf (_("%s, prepared on this computer"), facts->publisher);
}

/* For the errors that mean something else here than of an improvement; NULL for all others. */
static const char *
own_sentence (const GError *error)
{
  if (g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return _("What prepares fixes on this computer (suture-local) is not installed. Nothing was changed. Ask your administrator "
             "to install it.");
  if (g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE))
    return _("A source of the name “local” is there already, and it is the administrator’s own. Nothing was changed. Ask your "
             "administrator.");
  return NULL;
}

char *
suture_local_words_ended (gboolean wanted, gboolean is_on, const GError *error)
{
  if (error == NULL)
    return g_strdup (wanted ? _("Turned On") : _("Turned Off. What is installed stays."));
  if (wanted && is_on && g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    return g_strdup (_("Turned on. The first check was stopped; the next one goes on."));
  if (wanted && is_on)
    return g_strdup (_("Turned on, but the first check could not be completed. The first page says why."));
  return own_sentence (error) != NULL ? g_strdup (own_sentence (error)) : suture_sentence_error (error);
}
