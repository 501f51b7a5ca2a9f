/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/feed-group.h"

#include <glib/gi18n.h>

#include "client/sentences.h"
#include "panel/plain-row.h"

#define BLOCK 4 /* hex digits between blanks: people compare in pieces, and lines can break */

struct _SutureFeedGroup
{
  AdwPreferencesGroup parent_instance;
  SutureFeed *feed;     /* (owned) */
  GPtrArray *key_rows;  /* of GtkWidget, children of keys_row */
  AdwActionRow *address_row; /* of the template, as all below */
  AdwActionRow *contact_row;
  AdwActionRow *components_row;
  AdwActionRow *sign_in_row;
  GtkWidget *warning;
  GtkWidget *sign_in_button;
  GtkWidget *sign_out_button;
  AdwExpanderRow *keys_row;
};

G_DEFINE_FINAL_TYPE (SutureFeedGroup, suture_feed_group, ADW_TYPE_PREFERENCES_GROUP)

static char *
in_blocks (const char *hex)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; hex[i] != '\0'; i++)
    {
      if (i > 0 && i % BLOCK == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, hex[i]);
    }
  return g_string_free (text, FALSE);
}

static void
show_keys (SutureFeedGroup *self, const SutureFeedFacts *facts)
{
  g_autofree char *version = g_strdup_printf ("%" G_GUINT64_FORMAT, facts->root_version);
  g_autofree char *subtitle
      = g_strdup_printf (_("To be compared with what the publisher says. Root version %s."), version);

  for (guint i = 0; i < self->key_rows->len; i++)
    adw_expander_row_remove (self->keys_row, g_ptr_array_index (self->key_rows, i));
  g_ptr_array_set_size (self->key_rows, 0);
  adw_expander_row_set_subtitle (self->keys_row, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->keys_row), facts->keys->len > 0);
  for (guint i = 0; i < facts->keys->len; i++)
    {
      const SutureFeedKey *key = g_ptr_array_index (facts->keys, i);
      g_autofree char *role = suture_sentence_role (key->role);
      g_autofree char *blocks = in_blocks (key->fingerprint);
      g_autofree char *fingerprint = g_strdup_printf ("%s\n%s", key->type, blocks);
      AdwActionRow *row = suture_plain_row_new (role, fingerprint);

      adw_expander_row_add_row (self->keys_row, GTK_WIDGET (row));
      g_ptr_array_add (self->key_rows, row);
    }
}

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
  show_keys (self, facts);
}

static void
suture_feed_group_dispose (GObject *object)
{
  g_clear_object (&SUTURE_FEED_GROUP (object)->feed);
  G_OBJECT_CLASS (suture_feed_group_parent_class)->dispose (object);
}

static void
suture_feed_group_finalize (GObject *object)
{
  g_ptr_array_unref (SUTURE_FEED_GROUP (object)->key_rows);
  G_OBJECT_CLASS (suture_feed_group_parent_class)->finalize (object);
}

static void
suture_feed_group_class_init (SutureFeedGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_feed_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = suture_feed_group_finalize;
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
  self->key_rows = g_ptr_array_new ();
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
