/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/feed-group.h"

#include "client/sentences.h"
#include "panel/keys-row.h"

struct _SutureFeedGroup
{
  AdwPreferencesGroup parent_instance;
  SutureFeed *feed;          /* (owned) */
  AdwActionRow *address_row; /* of the template, as all below */
  AdwActionRow *contact_row;
  AdwActionRow *components_row;
  AdwActionRow *sign_in_row;
  GtkWidget *warning;
  GtkWidget *sign_in_button;
  GtkWidget *sign_out_button;
  SutureKeysRow *keys_row;
};

G_DEFINE_FINAL_TYPE (SutureFeedGroup, suture_feed_group, ADW_TYPE_PREFERENCES_GROUP)

static void
show_button (GtkWidget *button, const char *action, const SutureFeedFacts *facts, gboolean visible)
{
  gtk_widget_set_visible (button, visible);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", facts->name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action); /* it wants its target first */
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, facts->name, -1);
}

static void
on_changed (SutureFeedGroup *self)
{
  const SutureFeedFacts *facts = suture_feed_get_facts (self->feed);
  g_autofree char *title = g_markup_escape_text (facts->name, -1); /* a group reads its title as markup */
  g_autofree char *contact = suture_sentence_contact (facts, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *components = g_strjoinv (", ", facts->components);
  g_autofree char *sign_in = suture_sentence_sign_in (facts);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), title);
  adw_action_row_set_subtitle (self->address_row, facts->address);
  gtk_widget_set_visible (GTK_WIDGET (self->address_row), suture_feed_is_usable (facts));
  adw_action_row_set_subtitle (self->contact_row, contact);
  gtk_widget_set_visible (GTK_WIDGET (self->components_row), components[0] != '\0');
  adw_action_row_set_subtitle (self->components_row, components);
  adw_action_row_set_subtitle (self->sign_in_row, sign_in);
  gtk_widget_set_visible (self->warning, facts->needs_sign_in);
  show_button (self->sign_in_button, "suture.sign-in", facts,
               suture_feed_is_usable (facts) && (facts->needs_sign_in || !suture_feed_is_signed_in (self->feed)));
  show_button (self->sign_out_button, "suture.sign-out", facts, suture_feed_is_signed_in (self->feed));
  suture_keys_row_show (self->keys_row, facts);
}

static void
suture_feed_group_dispose (GObject *object)
{
  g_clear_object (&SUTURE_FEED_GROUP (object)->feed);
  G_OBJECT_CLASS (suture_feed_group_parent_class)->dispose (object);
}

static void
suture_feed_group_class_init (SutureFeedGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_feed_group_dispose;
  g_type_ensure (SUTURE_TYPE_KEYS_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/feed-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, address_row);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, contact_row);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, components_row);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, sign_in_row);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, warning);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, sign_out_button);
  gtk_widget_class_bind_template_child (widget_class, SutureFeedGroup, keys_row);
}

static void
suture_feed_group_init (SutureFeedGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
suture_feed_group_new (SutureFeed *feed)
{
  SutureFeedGroup *self = g_object_new (SUTURE_TYPE_FEED_GROUP, NULL);

  self->feed = g_object_ref (feed);
  g_signal_connect_object (feed, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self);
  return GTK_WIDGET (self);
}
