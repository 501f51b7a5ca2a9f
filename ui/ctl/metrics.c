/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/metrics.h"

#include "base/error.h"

#define MODE 0644

/* The format's help texts are English, like its names. */

static void
begin (GString *text, const char *name, const char *help)
{
  g_string_append_printf (text, "# HELP suture_%s %s\n# TYPE suture_%s gauge\n", name, help, name);
}

/* A label's value: a backslash, a quote and a line feed are escaped. */
static void
append_value (GString *text, const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (*at == '\n')
      g_string_append (text, "\\n");
    else
      {
        if (*at == '\\' || *at == '"')
          g_string_append_c (text, '\\');
        g_string_append_c (text, *at);
      }
}

/* One series: pairs of label and value after @number, up to NULL. */
static void G_GNUC_NULL_TERMINATED
add (GString *text, const char *name, gint64 number, ...)
{
  va_list labels;
  const char *label;
  gboolean any = FALSE;

  g_string_append_printf (text, "suture_%s", name);
  va_start (labels, number);
  while ((label = va_arg (labels, const char *)) != NULL)
    {
      g_string_append_printf (text, "%s%s=\"", any ? "," : "{", label);
      append_value (text, va_arg (labels, const char *));
      g_string_append_c (text, '"');
      any = TRUE;
    }
  va_end (labels);
  g_string_append_printf (text, "%s %" G_GINT64_FORMAT "\n", any ? "}" : "", number);
}

static void
add_alone (GString *text, const char *name, const char *help, gint64 number)
{
  begin (text, name, help);
  add (text, name, number, NULL);
}

typedef void (*Each) (GString *text, const SutureImprovementFacts *facts);

static void
add_each (GString *text, SutureClient *client, const char *name, const char *help, Each each)
{
  GListModel *improvements = suture_client_get_improvements (client);

  begin (text, name, help);
  for (guint i = 0; i < g_list_model_get_n_items (improvements); i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);

      each (text, suture_improvement_get_facts (improvement));
    }
}

static void
add_waiting (GString *text, const SutureImprovementFacts *facts)
{
  for (guint i = 0; facts->state == SUTURE_STATE_AVAILABLE && i < facts->waits->len; i++)
    add (text, "waiting", 1, "id", facts->id, "reason", ((SutureWait *) g_ptr_array_index (facts->waits, i))->name, NULL);
}

static void
add_left_out (GString *text, const SutureImprovementFacts *facts)
{
  if (*facts->left_out != '\0')
    add (text, "left_out", 1, "id", facts->id, "reason", facts->left_out, NULL);
}

static void
add_withdrawn (GString *text, const SutureImprovementFacts *facts)
{
  if (facts->withdrawn)
    add (text, "withdrawn", 1, "id", facts->id, NULL);
}

static void
add_running_old (GString *text, const SutureImprovementFacts *facts)
{
  if (facts->state == SUTURE_STATE_ACTIVE)
    add (text, "running_old_programs", facts->owed->len, "id", facts->id, NULL);
}

static void
add_exploited (GString *text, const SutureImprovementFacts *facts)
{
  if (facts->exploited && facts->state == SUTURE_STATE_AVAILABLE)
    add (text, "exploited", 1, "id", facts->id, NULL);
}

static void
add_states (GString *text, SutureClient *client)
{
  GListModel *improvements = suture_client_get_improvements (client);
  guint counts[SUTURE_STATE_CONFLICT + 1] = { 0 };

  for (guint i = 0; i < g_list_model_get_n_items (improvements); i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);

      counts[suture_improvement_get_facts (improvement)->state]++;
    }
  begin (text, "improvements", "Improvements that are known, by state.");
  for (SutureState state = SUTURE_STATE_UNKNOWN; state <= SUTURE_STATE_CONFLICT; state++)
    add (text, "improvements", counts[state], "state", suture_state_to_name (state), NULL);
}

static void
add_feeds (GString *text, SutureClient *client)
{
  GListModel *feeds = suture_client_get_feeds (client);

  begin (text, "feed_last_contact_timestamp_seconds", "When the feed answered last and its signatures held; 0: never.");
  for (guint i = 0; i < g_list_model_get_n_items (feeds); i++)
    {
      g_autoptr (SutureFeed) feed = g_list_model_get_item (feeds, i);
      const SutureFeedFacts *facts = suture_feed_get_facts (feed);

      add (text, "feed_last_contact_timestamp_seconds", facts->last_contact, "feed", facts->name, NULL);
    }
  begin (text, "feed_expires_timestamp_seconds", "When the feed's trusted list expires; 0: there is none.");
  for (guint i = 0; i < g_list_model_get_n_items (feeds); i++)
    {
      g_autoptr (SutureFeed) feed = g_list_model_get_item (feeds, i);
      const SutureFeedFacts *facts = suture_feed_get_facts (feed);

      add (text, "feed_expires_timestamp_seconds", facts->expires, "feed", facts->name, NULL);
    }
}

static void
add_general (GString *text, const SutureFacts *facts)
{
  begin (text, "info", "The service's version, and the base with the letter of the newest active improvement.");
  add (text, "info", 1, "version", facts->version, "label", facts->label, NULL);
  add_alone (text, "automatic", "Whether improvements are installed automatically.", facts->automatic);
  add_alone (text, "paused_until_timestamp_seconds", "Until when nothing is installed automatically; 0: no pause.", facts->paused_until);
  add_alone (text, "last_check_timestamp_seconds", "When all feeds were asked last and answered; 0: never.", facts->last_checked);
  begin (text, "last_error", "The error of the last check, by name; none when it succeeded.");
  if (*facts->last_error != '\0')
    add (text, "last_error", 1, "name", facts->last_error, NULL);
  begin (text, "managed", "What the administrator's policy decides.");
  for (guint i = 0; i < facts->managed->len; i++)
    add (text, "managed", 1, "what", ((SutureManaged *) g_ptr_array_index (facts->managed, i))->what, NULL);
  begin (text, "watched_until_timestamp_seconds", "Until when an installed improvement is looked after.");
  for (guint i = 0; i < facts->watching->len; i++)
    {
      const SutureWatched *watched = g_ptr_array_index (facts->watching, i);

      add (text, "watched_until_timestamp_seconds", watched->until, "id", watched->id, NULL);
    }
  add_alone (text, "system_updates", "Security updates that the local feed leaves to the system update.", facts->system_updates->len);
}

char *
suture_metrics_new (SutureClient *client)
{
  GString *text = g_string_new (NULL);

  add_alone (text, "up", "Whether the service could be asked.", client != NULL);
  if (client == NULL)
    return g_string_free (text, FALSE);
  add_general (text, suture_client_get_facts (client));
  add_states (text, client);
  add_each (text, client, "waiting", "An available improvement that is not installed automatically now, and why.", add_waiting);
  add_each (text, client, "exploited", "An available improvement for a problem that is used in attacks.", add_exploited);
  add_each (text, client, "running_old_programs", "Programs that still run the old version of what an active improvement replaces.",
            add_running_old);
  add_each (text, client, "left_out", "An installed improvement that is not in use, and why.", add_left_out);
  add_each (text, client, "withdrawn", "An installed improvement that its publisher has withdrawn.", add_withdrawn);
  add_feeds (text, client);
  return g_string_free (text, FALSE);
}

gboolean
suture_metrics_tell (SutureClient *client, const char *output, GError **error)
{
  g_autofree char *text = suture_metrics_new (client);
  g_autoptr (GError) failure = NULL;

  if (output == NULL)
    g_print ("%s", text);
  else if (!g_file_set_contents_full (output, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, MODE, &failure))
    g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, failure->message);
  return failure == NULL;
}
