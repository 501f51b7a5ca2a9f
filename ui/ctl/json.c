/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/json.h"

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "client/sentences.h"
#include "client/status.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_list (JsonBuilder *builder, const char *name, char **list)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (gsize i = 0; list[i] != NULL; i++)
    json_builder_add_string_value (builder, list[i]);
  json_builder_end_array (builder);
}

static char *
print (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);

  return g_strconcat (text, "\n", NULL);
}

static void
add_vulnerabilities (JsonBuilder *builder, const SutureImprovementFacts *facts)
{
  json_builder_set_member_name (builder, "vulnerabilities");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->vulnerabilities->len; i++)
    {
      const SutureVulnerability *vulnerability = g_ptr_array_index (facts->vulnerabilities, i);

      json_builder_begin_object (builder);
      add_text (builder, "id", vulnerability->cve);
      add_text (builder, "title", vulnerability->title);
      add_text (builder, "credit", vulnerability->credit);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_owed (JsonBuilder *builder, const SutureImprovementFacts *facts)
{
  json_builder_set_member_name (builder, "owed");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->owed->len; i++)
    {
      const SutureOwed *owed = g_ptr_array_index (facts->owed, i);

      json_builder_begin_object (builder);
      add_text (builder, "name", owed->name);
      add_text (builder, "kind", owed->kind);
      add_text (builder, "why", owed->why);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_provenance (JsonBuilder *builder, const SutureImprovementFacts *facts)
{
  json_builder_set_member_name (builder, "provenance");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->provenance->len; i++)
    {
      const SutureProvenance *link = g_ptr_array_index (facts->provenance, i);

      json_builder_begin_object (builder);
      add_text (builder, "what", link->what);
      add_text (builder, "which", link->which);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_system_updates (JsonBuilder *builder, const SutureFacts *facts)
{
  json_builder_set_member_name (builder, "system_updates");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->system_updates->len; i++)
    {
      const SutureSystemUpdate *update = g_ptr_array_index (facts->system_updates, i);
      g_autofree char *sentence = suture_system_update_sentence (update);

      json_builder_begin_object (builder);
      add_text (builder, "component", update->component);
      add_text (builder, "installed", update->installed);
      add_text (builder, "fixed", update->fixed);
      add_text (builder, "why", update->why);
      add_text (builder, "detail", update->detail);
      add_text (builder, "sentence", sentence);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* Why it is not installed by itself, with the words that people read. */
static void
add_waits (JsonBuilder *builder, GPtrArray *waits)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  json_builder_set_member_name (builder, "waits");
  json_builder_begin_array (builder);
  for (guint i = 0; i < waits->len; i++)
    {
      const SutureWait *wait = g_ptr_array_index (waits, i);
      g_autofree char *title = suture_wait_title (wait, now);
      g_autofree char *sentence = suture_wait_sentence (wait, now);

      json_builder_begin_object (builder);
      add_text (builder, "reason", wait->name);
      add_number (builder, "until", wait->until);
      add_text (builder, "detail", wait->detail);
      add_text (builder, "title", title);
      add_text (builder, "sentence", sentence);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_keeps_closing (JsonBuilder *builder, const SutureImprovementFacts *facts)
{
  json_builder_set_member_name (builder, "keeps_closing");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->keeps_closing->len; i++)
    {
      const SutureKeepsClosing *one = g_ptr_array_index (facts->keeps_closing, i);

      json_builder_begin_object (builder);
      add_text (builder, "program", one->program);
      add_number (builder, "times", one->times);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_managed (JsonBuilder *builder, const SutureFacts *facts)
{
  json_builder_set_member_name (builder, "managed");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->managed->len; i++)
    {
      const SutureManaged *managed = g_ptr_array_index (facts->managed, i);

      json_builder_begin_object (builder);
      add_text (builder, "what", managed->what);
      add_text (builder, "reason", managed->reason);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_watching (JsonBuilder *builder, const SutureFacts *facts)
{
  json_builder_set_member_name (builder, "watching");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->watching->len; i++)
    {
      const SutureWatched *watched = g_ptr_array_index (facts->watching, i);

      json_builder_begin_object (builder);
      add_text (builder, "id", watched->id);
      add_number (builder, "until", watched->until);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* What is chosen about what is installed by itself, and what the policy decides. */
static void
add_choices (JsonBuilder *builder, const SutureFacts *facts)
{
  add_boolean (builder, "automatic", facts->automatic);
  add_number (builder, "paused_until", facts->paused_until);
  add_number (builder, "delay_days", facts->delay_days);
  add_boolean (builder, "delay_exploited", facts->delay_exploited);
  add_boolean (builder, "use_metered", facts->use_metered);
  add_boolean (builder, "announced", facts->announced);
  add_waits (builder, facts->waits);
  add_managed (builder, facts);
  add_watching (builder, facts);
}

static void
add_improvement (JsonBuilder *builder, const SutureImprovementFacts *facts)
{
  json_builder_begin_object (builder);
  add_text (builder, "id", facts->id);
  add_text (builder, "component", facts->component);
  add_text (builder, "letter", facts->letter);
  add_text (builder, "kind", facts->kind);
  add_text (builder, "title", facts->title);
  add_text (builder, "description", facts->description);
  add_text (builder, "publisher", facts->publisher);
  add_text (builder, "feed", facts->feed);
  add_text (builder, "prepared", facts->automatic ? "automatic" : "");
  add_text (builder, "approved_by", facts->approved_by);
  add_provenance (builder, facts);
  add_text (builder, "severity", facts->severity);
  add_boolean (builder, "exploited", facts->exploited);
  add_vulnerabilities (builder, facts);
  add_text (builder, "state", suture_state_to_name (facts->state));
  add_number (builder, "download_size", (gint64) facts->download_size);
  add_number (builder, "image_size", (gint64) facts->image_size);
  add_list (builder, "files", facts->files);
  add_number (builder, "installed_at", facts->installed_at);
  add_owed (builder, facts);
  add_list (builder, "restarted", facts->restarted);
  add_list (builder, "conflict", facts->conflict);
  add_number (builder, "waits_until", facts->waits_until);
  add_waits (builder, facts->waits);
  add_keeps_closing (builder, facts);
  add_text (builder, "left_out", facts->left_out);
  add_boolean (builder, "withdrawn", facts->withdrawn);
  add_number (builder, "withdrawn_at", facts->withdrawn_at);
  add_text (builder, "withdrawn_reason", facts->withdrawn_reason);
  json_builder_end_object (builder);
}

static void
add_improvements (JsonBuilder *builder, GListModel *improvements)
{
  guint n = g_list_model_get_n_items (improvements);

  json_builder_set_member_name (builder, "improvements");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);

      add_improvement (builder, suture_improvement_get_facts (improvement));
    }
  json_builder_end_array (builder);
}

char *
suture_json_status (SutureClient *client)
{
  const SutureFacts *facts = suture_client_get_facts (client);
  g_autoptr (SutureStatus) status = suture_status_new_for_client (client);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "status", suture_status_kind_to_name (status->kind));
  add_text (builder, "title", status->title);
  add_text (builder, "subtitle", status->subtitle);
  add_text (builder, "version", facts->version);
  add_text (builder, "label", facts->label);
  add_text (builder, "activity", facts->activity);
  add_text (builder, "operation", facts->operation);
  add_text (builder, "operation_kind", facts->operation_kind);
  add_text (builder, "operation_improvement", facts->operation_improvement);
  add_number (builder, "bytes_done", (gint64) facts->bytes_done);
  add_number (builder, "bytes_total", (gint64) facts->bytes_total);
  add_choices (builder, facts);
  add_list (builder, "feeds", facts->feeds);
  add_text (builder, "local_feed", facts->local_feed);
  add_number (builder, "archive_time", facts->archive_time);
  add_system_updates (builder, facts);
  add_number (builder, "last_checked", facts->last_checked);
  add_text (builder, "last_error", facts->last_error);
  add_text (builder, "last_message", facts->last_message);
  add_improvements (builder, suture_client_get_improvements (client));
  json_builder_end_object (builder);
  return print (builder);
}

static void
add_keys (JsonBuilder *builder, const SutureFeedFacts *facts)
{
  json_builder_set_member_name (builder, "keys");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->keys->len; i++)
    {
      const SutureFeedKey *key = g_ptr_array_index (facts->keys, i);

      json_builder_begin_object (builder);
      add_text (builder, "role", key->role);
      add_text (builder, "type", key->type);
      add_text (builder, "fingerprint", key->fingerprint);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_feed (JsonBuilder *builder, const SutureFeedFacts *facts)
{
  json_builder_begin_object (builder);
  add_text (builder, "name", facts->name);
  add_text (builder, "kind", facts->kind);
  add_text (builder, "address", facts->address);
  add_list (builder, "components", facts->components);
  add_text (builder, "signed_in", facts->signed_in);
  add_boolean (builder, "needs_sign_in", facts->needs_sign_in);
  add_number (builder, "last_contact", facts->last_contact);
  add_text (builder, "last_error", facts->last_error);
  add_text (builder, "last_message", facts->last_message);
  add_number (builder, "metadata_version", (gint64) facts->version);
  add_number (builder, "expires", facts->expires);
  add_number (builder, "root_version", (gint64) facts->root_version);
  add_keys (builder, facts);
  json_builder_end_object (builder);
}

char *
suture_json_feeds (SutureClient *client)
{
  GListModel *feeds = suture_client_get_feeds (client);
  guint n = g_list_model_get_n_items (feeds);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "feeds");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureFeed) feed = g_list_model_get_item (feeds, i);

      add_feed (builder, suture_feed_get_facts (feed));
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return print (builder);
}

char *
suture_json_feed (const SutureFeedFacts *facts)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  add_feed (builder, facts);
  return print (builder);
}

char *
suture_json_history (GPtrArray *records)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "records");
  json_builder_begin_array (builder);
  for (guint i = 0; i < records->len; i++)
    {
      const SutureRecordFacts *record = suture_record_get_facts (g_ptr_array_index (records, i));

      json_builder_begin_object (builder);
      add_number (builder, "id", (gint64) record->id);
      add_number (builder, "time", record->time);
      add_text (builder, "event", record->event);
      add_text (builder, "improvement", record->improvement);
      add_text (builder, "title", record->title);
      add_text (builder, "letter", record->letter);
      add_text (builder, "by", record->by);
      if (record->user != SUTURE_RECORD_NO_USER)
        add_number (builder, "user", record->user);
      add_text (builder, "error", record->error);
      add_text (builder, "message", record->message);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return print (builder);
}

char *
suture_json_result (const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sentence = error != NULL ? suture_sentence_error (error) : g_strdup ("");
  gboolean ours = error != NULL && error->domain == SUTURE_ERROR;

  json_builder_begin_object (builder);
  add_text (builder, "error", error == NULL ? "" : suture_error_to_name (ours ? error->code : SUTURE_ERROR_FAILED));
  add_text (builder, "message", error != NULL ? error->message : "");
  add_text (builder, "sentence", sentence);
  json_builder_end_object (builder);
  return print (builder);
}

char *
suture_json_improvement (SutureImprovement *improvement)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  add_improvement (builder, suture_improvement_get_facts (improvement));
  return print (builder);
}
