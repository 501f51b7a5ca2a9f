/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/chain.h"

#include <glib/gi18n.h>

#include "client/sentences.h"

static void
link_free (gpointer data)
{
  SutureChainLink *self = data;

  g_free (self->title);
  g_free (self->value);
  g_free (self);
}

/* Takes both strings. */
static void
add (GPtrArray *chain, char *title, char *value, gboolean code)
{
  SutureChainLink *link = g_new (SutureChainLink, 1);

  *link = (SutureChainLink){ .title = title, .value = value, .code = code };
  g_ptr_array_add (chain, link);
}

/* In UTC: what is compared with it is as well. */
static char *
utc (GDateTime *time)
{
  g_autoptr (GDateTime) there = g_date_time_to_utc (time);
  /* Translators: a format of strftime: day, month's name, year, hour and minute, in UTC. */
  char *text = g_date_time_format (there, _("%-e %B %Y, %H:%M UTC"));

  return text != NULL ? text : g_strdup ("");
}

static char *
date_of (const char *iso)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso, NULL);

  return time != NULL ? utc (time) : g_strdup (iso);
}

/* NAME VERSION ARCHITECTURE SHA-256. */
static void
add_package (GPtrArray *chain, const char *which)
{
  g_auto (GStrv) words = g_strsplit (which, " ", 4);

  if (g_strv_length (words) == 4)
    add (chain, g_strdup_printf (_("Package %s"), words[0]), g_strdup_printf ("%s %s\n%s", words[1], words[2], words[3]), TRUE);
  else
    add (chain, g_strdup (_("Package")), g_strdup (which), TRUE);
}

GPtrArray *
suture_chain_of_archive (const SutureImprovementFacts *facts)
{
  static const struct
  {
    const char *what;
    const char *title;
    gboolean code;
  } words[] = {
    { "origin", N_ ("Archive"), FALSE },
    { "suite", N_ ("Suite"), FALSE },
    { "date", N_ ("List Made"), FALSE },
    { "key", N_ ("Signed with the Key"), TRUE },
    { "release", N_ ("Signed File (SHA-256)"), TRUE },
    { "packages", N_ ("List of Packages (SHA-256)"), TRUE },
  };
  GPtrArray *chain = g_ptr_array_new_with_free_func (link_free);

  for (guint i = 0; i < facts->provenance->len; i++)
    {
      const SutureProvenance *link = g_ptr_array_index (facts->provenance, i);
      const char *title = link->what; /* a word that is newer than this program */
      gboolean code = TRUE;

      for (gsize j = 0; j < G_N_ELEMENTS (words); j++)
        if (g_str_equal (link->what, words[j].what))
          {
            title = _(words[j].title);
            code = words[j].code;
          }
      if (g_str_equal (link->what, "package"))
        add_package (chain, link->which);
      else
        add (chain, g_strdup (title), g_str_equal (link->what, "date") ? date_of (link->which) : g_strdup (link->which), code);
    }
  return chain;
}

static void
add_list (GPtrArray *chain, const SutureFeedFacts *feed)
{
  g_autoptr (GDateTime) expires = feed->expires > 0 ? g_date_time_new_from_unix_utc (feed->expires) : NULL;

  if (feed->version == 0)
    return;
  add (chain, g_strdup (_("Version of the List")), g_strdup_printf ("%" G_GUINT64_FORMAT, feed->version), FALSE);
  if (expires != NULL)
    add (chain, g_strdup (_("List Valid Until")), utc (expires), FALSE);
}

GPtrArray *
suture_chain_of_feed (const SutureImprovementFacts *facts, const SutureFeedFacts *feed)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func (link_free);

  add (chain, g_strdup (_("Improvement")), g_strdup (facts->id), TRUE);
  if (facts->feed[0] != '\0')
    add (chain, g_strdup (_("Source")), g_strdup (facts->feed), FALSE);
  if (feed == NULL)
    return chain;
  if (feed->address[0] != '\0')
    add (chain, g_strdup (_("Address")), g_strdup (feed->address), TRUE);
  if (feed->root_version > 0)
    add (chain, g_strdup (_("Version of the Root")), g_strdup_printf ("%" G_GUINT64_FORMAT, feed->root_version), FALSE);
  for (guint i = 0; i < feed->keys->len; i++)
    {
      const SutureFeedKey *key = g_ptr_array_index (feed->keys, i);

      add (chain, suture_sentence_role (key->role), g_strdup_printf ("%s\n%s", key->type, key->fingerprint), TRUE);
    }
  add_list (chain, feed);
  return chain;
}

char *
suture_chain_to_text (GPtrArray *chain)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < chain->len; i++)
    {
      const SutureChainLink *link = g_ptr_array_index (chain, i);
      g_autofree char *line = g_strdelimit (g_strdup (link->value), "\n", ' ');

      g_string_append_printf (text, "%s: %s\n", link->title, line);
    }
  return g_string_free (text, FALSE);
}
