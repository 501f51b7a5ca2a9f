/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/proof-row.h"

struct _SutureProofRow
{
  AdwPreferencesRow parent_instance;
  GtkLabel *title; /* of the template, as the next */
  GtkLabel *value;
};

G_DEFINE_FINAL_TYPE (SutureProofRow, suture_proof_row, ADW_TYPE_PREFERENCES_ROW)

static void
suture_proof_row_class_init (SutureProofRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/proof-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureProofRow, title);
  gtk_widget_class_bind_template_child (widget_class, SutureProofRow, value);
}

static void
suture_proof_row_init (SutureProofRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
suture_proof_row_new (const SutureChainLink *link)
{
  SutureProofRow *self = g_object_new (SUTURE_TYPE_PROOF_ROW, NULL);
  g_autofree char *name = g_strdup_printf ("%s: %s", link->title, link->value);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), link->title);
  gtk_label_set_label (self->title, link->title);
  gtk_label_set_label (self->value, link->value);
  if (link->code)
    gtk_widget_add_css_class (GTK_WIDGET (self->value), "suture-code");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  /* The keyboard stops at the value: what it is has to be heard there. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->value), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, link->title, -1);
  return GTK_WIDGET (self);
}
