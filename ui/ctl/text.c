/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/text.h"

#include <glib/gi18n.h>

#include "client/local-words.h"
#include "client/managed.h"
#include "client/sentences.h"
#include "client/status.h"
#include "client/user.h"

static gint64
seconds_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
add_line (GString *text, const char *name, const char *value)
{
  /* Padded by characters, not bytes. */
  g_string_append_printf (text, "%s:%*s %s\n", name, MAX (0, 24 - (int) g_utf8_strlen (name, -1)), "", value);
}

static void
add_improvement (GString *text, SutureImprovement *improvement, gint64 now)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);
  g_autofree char *subtitle = suture_sentence_improvement (facts, now);
  g_autofree char *why = suture_sentence_state (improvement, now);
  g_autofree char *preparation
      = suture_local_words_made (facts, NULL) ? suture_local_words_publisher (facts) : suture_sentence_preparation (facts);

  g_string_append_printf (text, "  %s  %s\n    %s\n", facts->id, suture_improvement_get_title (improvement), subtitle);
  if (why[0] != '\0')
    g_string_append_printf (text, "    %s\n", why);
  /* of several that offer it none is the one */
  if (preparation[0] != '\0' && facts->state != SUTURE_STATE_CONFLICT)
    g_string_append_printf (text, "    %s\n", preparation);
  for (guint i = 0; i < facts->vulnerabilities->len && !suture_improvement_is_test (facts); i++)
    {
      const SutureVulnerability *vulnerability = g_ptr_array_index (facts->vulnerabilities, i);

      g_string_append_printf (text, "    %s  %s\n", vulnerability->cve, vulnerability->title);
    }
  for (guint i = 0; i < facts->owed->len; i++)
    {
      g_autofree char *owed = suture_sentence_owed (g_ptr_array_index (facts->owed, i));

      g_string_append_printf (text, "    %s\n", owed);
    }
}

static void
add_group (GString *text, SutureClient *client, SutureStateGroup group, const char *name)
{
  GListModel *improvements = suture_client_get_improvements (client);
  guint n = g_list_model_get_n_items (improvements);
  gboolean titled = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);

      if (suture_state_group (suture_improvement_get_facts (improvement)->state) != group)
        continue;
      if (!titled)
        g_string_append_printf (text, "\n%s\n", name);
      titled = TRUE;
      add_improvement (text, improvement, seconds_now ());
    }
}

/* What the local feed leaves to the system update, and why. */
static void
add_system_updates (GString *text, const SutureFacts *facts)
{
  if (facts->system_updates->len > 0)
    g_string_append_printf (text, "\n%s\n", _("Comes with the system update"));
  for (guint i = 0; i < facts->system_updates->len; i++)
    {
      const SutureSystemUpdate *update = g_ptr_array_index (facts->system_updates, i);
      g_autofree char *why = suture_system_update_sentence (update);

      g_string_append_printf (text, "  %s  %s → %s\n    %s\n", update->component, update->installed, update->fixed, why);
    }
}

/* What people have chosen about what is installed by itself, where it is not what everybody has. */
static void
add_choices (GString *text, const SutureFacts *facts)
{
  gint64 pause = suture_facts_get_pause (facts, seconds_now ());
  g_autofree char *until = pause > 0 ? suture_sentence_time (pause, seconds_now (), FALSE) : NULL;
  g_autofree char *days = g_strdup_printf (g_dngettext (NULL, "%u day", "%u days", facts->delay_days), facts->delay_days);
  g_autofree char *all = g_strdup_printf (_("%s, also what is used in attacks"), days);

  add_line (text, _("Automatically install"), facts->automatic ? _("on") : _("off"));
  if (until != NULL)
    add_line (text, _("Paused until"), until);
  if (facts->delay_days > 0)
    add_line (text, _("Wait before installing"), facts->delay_exploited ? all : days);
  if (facts->use_metered)
    add_line (text, _("Metered networks"), _("used"));
}

/* What is decided elsewhere. */
static void
add_managed (GString *text, const SutureFacts *facts)
{
  if (facts->managed->len > 0)
    g_string_append_printf (text, "\n%s\n", _("Managed by your organization"));
  for (guint i = 0; i < facts->managed->len; i++)
    {
      g_autofree char *sentence = suture_managed_sentence (g_ptr_array_index (facts->managed, i));

      g_string_append_printf (text, "  %s\n", sentence);
    }
}

static void
add_local_feed (GString *text, const SutureFacts *facts)
{
  g_autofree char *lists = facts->archive_time > 0 ? suture_sentence_time (facts->archive_time, seconds_now (), FALSE) : NULL;

  if (g_str_equal (facts->local_feed, "absent"))
    return;
  add_line (text, _("Prepared here"), g_str_equal (facts->local_feed, "on") ? _("on") : _("off"));
  if (lists != NULL)
    add_line (text, _("System’s update lists"), lists);
}

char *
suture_text_status (SutureClient *client)
{
  const SutureFacts *facts = suture_client_get_facts (client);
  g_autoptr (SutureStatus) status = suture_status_new_for_client (client);
  g_autofree char *feeds = g_strjoinv (", ", facts->feeds);
  g_autofree char *checked
      = facts->last_checked > 0 ? suture_sentence_ago (facts->last_checked, seconds_now ()) : g_strdup (_("never"));
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n", status->title);
  if (status->subtitle[0] != '\0')
    g_string_append_printf (text, "%s\n", status->subtitle);
  g_string_append_c (text, '\n');
  if (facts->label[0] != '\0')
    add_line (text, _("System"), facts->label);
  add_choices (text, facts);
  add_line (text, _("Sources"), feeds[0] != '\0' ? feeds : _("none"));
  add_line (text, _("Last checked"), checked);
  add_local_feed (text, facts);
  add_managed (text, facts);
  add_group (text, client, SUTURE_STATE_GROUP_READY, _("Ready"));
  add_group (text, client, SUTURE_STATE_GROUP_ACTIVE, _("Active"));
  add_group (text, client, SUTURE_STATE_GROUP_INACTIVE, _("Not active"));
  add_system_updates (text, facts);
  return g_string_free (text, FALSE);
}

char *
suture_text_feeds (SutureClient *client)
{
  GListModel *feeds = suture_client_get_feeds (client);
  guint n = g_list_model_get_n_items (feeds);
  GString *text = g_string_new (NULL);

  if (n == 0)
    g_string_append_printf (text, "%s\n", _("No source can be used."));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureFeed) feed = g_list_model_get_item (feeds, i);
      const SutureFeedFacts *facts = suture_feed_get_facts (feed);
      g_autofree char *contact = suture_sentence_contact (facts, seconds_now ());
      g_autofree char *sign_in = suture_sentence_sign_in (facts);

      g_string_append_printf (text, "%s\n", facts->name);
      if (suture_feed_is_usable (facts))
        g_string_append_printf (text, "  %s\n", facts->address);
      g_string_append_printf (text, "  %s: %s\n  %s\n", _("Last contact"), contact,
                              suture_feed_is_local (facts) ? _("Made on this computer") : sign_in);
    }
  return g_string_free (text, FALSE);
}

char *
suture_text_feed (const SutureFeedFacts *facts)
{
  g_autofree char *contact = suture_sentence_contact (facts, seconds_now ());
  g_autofree char *sign_in = suture_sentence_sign_in (facts);
  g_autofree char *components = g_strjoinv (", ", facts->components);
  g_autofree char *root = g_strdup_printf ("%" G_GUINT64_FORMAT, facts->root_version);
  g_autofree char *version = g_strdup_printf ("%" G_GUINT64_FORMAT, facts->version);
  g_autofree char *expires
      = facts->expires > 0 ? suture_sentence_time (facts->expires, seconds_now (), TRUE) : g_strdup (_("unknown"));
  GString *text = g_string_new (NULL);

  add_line (text, _("Source"), facts->name);
  add_line (text, _("Address"), suture_feed_is_usable (facts) ? facts->address : _("unknown"));
  add_line (text, _("Components"), components[0] != '\0'          ? components
                                   : suture_feed_is_usable (facts) ? _("any")
                                                                   : _("unknown"));
  if (suture_feed_is_local (facts))
    add_line (text, _("Kind"), _("Made on this computer"));
  else
    add_line (text, _("Sign-in"), sign_in);
  add_line (text, _("Last contact"), contact);
  add_line (text, _("List version"), version);
  add_line (text, _("List valid until"), expires);
  add_line (text, _("Root version"), root);
  g_string_append_printf (text, "\n%s\n", _("Keys"));
  for (guint i = 0; i < facts->keys->len; i++)
    {
      const SutureFeedKey *key = g_ptr_array_index (facts->keys, i);
      g_autofree char *role = suture_sentence_role (key->role);

      g_string_append_printf (text, "  %s, %s\n    %s\n", role, key->type, key->fingerprint);
    }
  return g_string_free (text, FALSE);
}

static void
add_list (GString *text, const char *title, char **list)
{
  if (list[0] != NULL)
    g_string_append_printf (text, "\n%s\n", title);
  for (gsize i = 0; list[i] != NULL; i++)
    g_string_append_printf (text, "  %s\n", list[i]);
}

char *
suture_text_improvement (SutureImprovement *improvement)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);
  GString *text = g_string_new (NULL);

  add_improvement (text, improvement, seconds_now ());
  if (facts->description[0] != '\0')
    g_string_append_printf (text, "\n%s\n", facts->description);
  g_string_append_c (text, '\n');
  add_line (text, _("Publisher"), facts->publisher);
  add_line (text, _("Source"), facts->feed);
  if (facts->provenance->len > 0)
    g_string_append_printf (text, "\n%s\n", _("Prepared from"));
  for (guint i = 0; i < facts->provenance->len; i++)
    {
      const SutureProvenance *link = g_ptr_array_index (facts->provenance, i);

      g_string_append_printf (text, "  %s: %s\n", link->what, link->which);
    }
  add_list (text, _("Files"), facts->files);
  return g_string_free (text, FALSE);
}

/* What the record is about, where it is about an improvement. */
static char *
about (const SutureRecordFacts *record)
{
  return record->improvement[0] != '\0' ? g_strdup_printf ("  (%s)", record->improvement) : g_strdup ("");
}

char *
suture_text_history (GPtrArray *records)
{
  GString *text = g_string_new (NULL);

  if (records->len == 0)
    g_string_append_printf (text, "%s\n", _("Nothing was installed or removed yet."));
  for (guint i = 0; i < records->len; i++)
    {
      const SutureRecordFacts *record = suture_record_get_facts (g_ptr_array_index (records, i));
      g_autofree char *when = suture_sentence_time (record->time, seconds_now (), TRUE);
      g_autofree char *event = suture_sentence_event (record);
      g_autofree char *user = suture_user_name (record->user);
      g_autofree char *who = suture_sentence_who (record, user);
      g_autofree char *why = suture_sentence_why (record);
      g_autofree char *what = about (record);

      g_string_append_printf (text, "%s  %s  %s%s\n", when, event, who, what);
      if (why[0] != '\0')
        g_string_append_printf (text, "    %s\n", why);
    }
  return g_string_free (text, FALSE);
}
