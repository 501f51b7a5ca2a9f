/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/local-group.h"

#include "client/local-words.h"
#include "client/sentences.h"
#include "panel/keys-row.h"
#include "panel/plain-row.h"

struct _SutureLocalGroup
{
  AdwPreferencesGroup parent_instance;
  SutureClient *client;        /* (owned) (nullable) */
  SutureLocalControl *control; /* (owned) (nullable) */
  gulong state_set;            /* handler */
  AdwActionRow *switch_row;    /* of the template, as all below */
  GtkSwitch *on_switch;
  AdwActionRow *work_row;
  GtkWidget *cancel_button;
  AdwActionRow *list_row;
  AdwActionRow *contact_row;
  SutureKeysRow *keys_row;
};

G_DEFINE_FINAL_TYPE (SutureLocalGroup, suture_local_group, ADW_TYPE_PREFERENCES_GROUP)

/* The client's feeds are few, and at most one of them is local. */
static SutureFeed *
dup_feed (SutureLocalGroup *self)
{
  GListModel *feeds = suture_client_get_feeds (self->client);
  guint n = g_list_model_get_n_items (feeds);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureFeed) feed = g_list_model_get_item (feeds, i);

      if (suture_feed_is_local (suture_feed_get_facts (feed)))
        return g_steal_pointer (&feed);
    }
  return NULL;
}

/* What is, without taking it for a wish; while a wish is on its way the switch shows that. */
static void
show_switch (SutureLocalGroup *self, const SutureFacts *facts, gboolean on)
{
  gboolean busy = suture_local_control_is_busy (self->control);
  gboolean ready = !busy && g_str_equal (facts->activity, "idle");
  g_autofree char *title = suture_local_words_title ();
  g_autofree char *purpose = suture_local_words_purpose (on);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->switch_row), title);
  suture_plain_row_say (self->switch_row, purpose);
  gtk_widget_set_sensitive (GTK_WIDGET (self->switch_row), ready);
  gtk_widget_set_sensitive (GTK_WIDGET (self->on_switch), ready); /* its own: a screen reader asks the switch alone */
  if (busy)
    return;
  g_signal_handler_block (self->on_switch, self->state_set);
  gtk_switch_set_active (self->on_switch, on);
  gtk_switch_set_state (self->on_switch, on);
  g_signal_handler_unblock (self->on_switch, self->state_set);
}

/* The page has no other place that says what goes on, and none to stop it. */
static void
show_work (SutureLocalGroup *self, const SutureFacts *facts)
{
  gboolean working = g_str_equal (facts->operation_kind, "local-feed") && !g_str_equal (facts->activity, "idle");
  g_autofree char *activity = suture_sentence_activity (facts->activity, "");
  g_autofree char *bytes = suture_sentence_bytes (facts->bytes_done, facts->bytes_total);

  gtk_widget_set_visible (GTK_WIDGET (self->work_row), working);
  if (!working)
    return;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->work_row), activity);
  suture_plain_row_say (self->work_row, bytes);
  gtk_widget_set_visible (self->cancel_button, facts->cancellable);
}

static void
show_feed (SutureLocalGroup *self, const SutureFacts *facts, gboolean on)
{
  g_autoptr (SutureFeed) feed = on ? dup_feed (self) : NULL;
  g_autofree char *list = suture_local_words_list (facts->archive_time);

  gtk_widget_set_visible (GTK_WIDGET (self->list_row), on);
  suture_plain_row_say (self->list_row, list);
  gtk_widget_set_visible (GTK_WIDGET (self->contact_row), feed != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->keys_row), FALSE);
  if (feed != NULL)
    {
      const SutureFeedFacts *known = suture_feed_get_facts (feed);
      g_autofree char *contact = suture_sentence_contact (known, g_get_real_time () / G_USEC_PER_SEC);

      suture_plain_row_say (self->contact_row, contact);
      suture_keys_row_show (self->keys_row, known);
    }
}

static void
refresh (SutureLocalGroup *self)
{
  const SutureFacts *facts = suture_client_get_facts (self->client);
  gboolean on = g_str_equal (facts->local_feed, "on");

  gtk_widget_set_visible (GTK_WIDGET (self), on || g_str_equal (facts->local_feed, "off"));
  show_switch (self, facts, on);
  show_work (self, facts);
  show_feed (self, facts, on);
}

static gboolean
on_state_set (SutureLocalGroup *self, gboolean wanted)
{
  suture_local_control_turn (self->control, wanted);
  return TRUE; /* the state follows the helper, not the finger */
}

void
suture_local_group_set_client (SutureLocalGroup *self, SutureClient *client, SutureLocalControl *control)
{
  self->client = g_object_ref (client);
  self->control = g_object_ref (control);
  g_signal_connect_object (client, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
}

static void
suture_local_group_dispose (GObject *object)
{
  g_clear_object (&SUTURE_LOCAL_GROUP (object)->client);
  g_clear_object (&SUTURE_LOCAL_GROUP (object)->control);
  G_OBJECT_CLASS (suture_local_group_parent_class)->dispose (object);
}

static void
suture_local_group_class_init (SutureLocalGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_local_group_dispose;
  g_type_ensure (SUTURE_TYPE_KEYS_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/local-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, switch_row);
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, on_switch);
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, work_row);
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, list_row);
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, contact_row);
  gtk_widget_class_bind_template_child (widget_class, SutureLocalGroup, keys_row);
}

static void
suture_local_group_init (SutureLocalGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->state_set = g_signal_connect_object (self->on_switch, "state-set", G_CALLBACK (on_state_set), self, G_CONNECT_SWAPPED);
}
