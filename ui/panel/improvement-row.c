/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/improvement-row.h"

#include "client/local-words.h"
#include "client/sentences.h"
#include "panel/improvement-buttons.h"
#include "panel/plain-row.h"

struct _SutureImprovementRow
{
  AdwActionRow parent_instance;
  SutureImprovement *improvement; /* (owned) */
  SutureClient *client;           /* (owned) */
  GtkWidget *install_button;      /* of the template, as the next */
  GtkWidget *remove_button;
};

G_DEFINE_FINAL_TYPE (SutureImprovementRow, suture_improvement_row, ADW_TYPE_ACTION_ROW)

static void
on_changed (SutureImprovementRow *self)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (self->improvement);
  g_autofree char *subtitle = suture_sentence_improvement (facts, g_get_real_time () / G_USEC_PER_SEC);
  gboolean local = suture_local_words_made (facts, suture_client_find_feed (self->client, facts->feed));
  g_autofree char *publisher = suture_local_words_publisher (facts);
  g_autofree char *with_publisher = g_strdup_printf ("%s\n%s", subtitle, publisher);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), suture_improvement_get_title (self->improvement));
  suture_plain_row_say (ADW_ACTION_ROW (self), local ? with_publisher : subtitle);
  suture_improvement_buttons_show (self->install_button, self->remove_button, self->improvement,
                                   suture_client_get_facts (self->client));
}

static void
suture_improvement_row_activate (AdwActionRow *row)
{
  SutureImprovementRow *self = SUTURE_IMPROVEMENT_ROW (row);
  const char *id = suture_improvement_get_facts (self->improvement)->id;

  gtk_widget_activate_action (GTK_WIDGET (row), "suture.open", "s", id);
}

static void
on_open (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_action_row_activate (ADW_ACTION_ROW (widget));
}

static void
suture_improvement_row_dispose (GObject *object)
{
  g_clear_object (&SUTURE_IMPROVEMENT_ROW (object)->improvement);
  g_clear_object (&SUTURE_IMPROVEMENT_ROW (object)->client);
  G_OBJECT_CLASS (suture_improvement_row_parent_class)->dispose (object);
}

static void
suture_improvement_row_class_init (SutureImprovementRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_improvement_row_dispose;
  ADW_ACTION_ROW_CLASS (klass)->activate = suture_improvement_row_activate;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/improvement-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureImprovementRow, install_button);
  gtk_widget_class_bind_template_child (widget_class, SutureImprovementRow, remove_button);
  gtk_widget_class_install_action (widget_class, "row.open", NULL, on_open);
}

static void
suture_improvement_row_init (SutureImprovementRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
suture_improvement_row_new (SutureImprovement *improvement, SutureClient *client)
{
  SutureImprovementRow *self = g_object_new (SUTURE_TYPE_IMPROVEMENT_ROW, NULL);

  self->improvement = g_object_ref (improvement);
  self->client = g_object_ref (client);
  g_signal_connect_object (improvement, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self);
  return GTK_WIDGET (self);
}
