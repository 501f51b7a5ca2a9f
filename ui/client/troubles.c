/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/troubles.h"

#include <glib/gi18n.h>

#include "client/app-names.h"
#include "client/sentences.h"

/* The one that closed most often. */
static const SutureKeepsClosing *
worst (const SutureImprovementFacts *facts)
{
  const SutureKeepsClosing *most = NULL;

  for (guint i = 0; i < facts->keeps_closing->len; i++)
    {
      const SutureKeepsClosing *one = g_ptr_array_index (facts->keeps_closing, i);

      if (most == NULL || one->times > most->times)
        most = one;
    }
  return most;
}

char *
suture_trouble_closing_title (const SutureImprovementFacts *facts)
{
  const SutureKeepsClosing *most = worst (facts);
  g_autofree char *name = most != NULL ? suture_app_name_of_program (most->program) : NULL;

  /* Translators: %s is the name of an app, "Files". */
  return name != NULL ? g_strdup_printf (_("%s Keeps Closing"), name) : g_strdup ("");
}

char *
suture_trouble_closing_sentence (const SutureImprovementFacts *facts, const char *title, gint64 now)
{
  const SutureKeepsClosing *most = worst (facts);
  g_autofree char *name = NULL;
  g_autofree char *when = NULL;

  if (most == NULL)
    return g_strdup ("");
  name = suture_app_name_of_program (most->program);
  when = suture_sentence_time (facts->installed_at, now, FALSE);
  /* Translators: an app, how often, the improvement, and a time, "today, 09:12". */
  return g_strdup_printf (g_dngettext (NULL,
                                       "%s has closed %u time since “%s” was installed %s. Removing that improvement may help. "
                                       "This may be a coincidence.",
                                       "%s has closed %u times since “%s” was installed %s. Removing that improvement may help. "
                                       "This may be a coincidence.",
                                       most->times),
                          name, most->times, title, when);
}

char *
suture_trouble_without_stop (const char *words)
{
  gsize length = strlen (words);

  return g_strndup (words, length > 0 && words[length - 1] == '.' ? length - 1 : length);
}

char *
suture_trouble_undone_sentence (const char *detail)
{
  g_autofree char *what = suture_trouble_without_stop (detail);

  if (what[0] == '\0')
    return g_strdup (_("Something did not work with it, so the computer went back to the version before. The fix is not active."));
  /* Translators: %s says what did not work, in English. */
  return g_strdup_printf (_("Something did not work with it, so the computer went back to the version before: %s. The fix is not "
                            "active."),
                          what);
}

char *
suture_trouble_inactive_sentence (const SutureImprovementFacts *facts, const char *title)
{
  if (g_str_equal (facts->left_out, "boot"))
    return g_strdup_printf (_("The computer did not start twice in a row with “%s”, so it was left out. The fix is not active. "
                              "Remove it, or install it again."),
                            title);
  if (g_str_equal (facts->left_out, "asked"))
    return g_strdup_printf (_("The computer was started without improvements, as was asked for, so “%s” is not active. It comes "
                              "back at the next start."),
                            title);
  if (g_str_equal (facts->left_out, "image"))
    return g_strdup_printf (_("What was kept of “%s” is damaged, so it was left out. The fix is not active. Install it again."),
                            title);
  return g_strdup_printf (_("“%s” is installed but not active now. It comes back when other software is done "
                            "installing. If it does not, install it again."),
                          title);
}
