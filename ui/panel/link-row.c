/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/link-row.h"

struct _SutureLinkRow
{
  AdwActionRow parent_instance;
  char *target; /* (owned) */
};

G_DEFINE_FINAL_TYPE (SutureLinkRow, suture_link_row, ADW_TYPE_ACTION_ROW)

enum
{
  PROPERTY_TARGET = 1,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

static void
suture_link_row_activate (AdwActionRow *row)
{
  gtk_widget_activate_action (GTK_WIDGET (row), SUTURE_LINK_ROW (row)->target, NULL);
}

static void
on_open (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_action_row_activate (ADW_ACTION_ROW (widget));
}

static void
suture_link_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SutureLinkRow *self = SUTURE_LINK_ROW (object);

  if (id != PROPERTY_TARGET)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  g_free (self->target);
  self->target = g_value_dup_string (value);
}

static void
suture_link_row_finalize (GObject *object)
{
  g_free (SUTURE_LINK_ROW (object)->target);
  G_OBJECT_CLASS (suture_link_row_parent_class)->finalize (object);
}

static void
suture_link_row_class_init (SutureLinkRowClass *klass)
{
  G_OBJECT_CLASS (klass)->set_property = suture_link_row_set_property;
  G_OBJECT_CLASS (klass)->finalize = suture_link_row_finalize;
  ADW_ACTION_ROW_CLASS (klass)->activate = suture_link_row_activate;
  properties[PROPERTY_TARGET]
      = g_param_spec_string ("target", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPERTIES, properties);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.open", NULL, on_open);
}

static void
suture_link_row_init (SutureLinkRow *self)
{
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), arrow);
}
