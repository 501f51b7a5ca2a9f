/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/plain-row.h"

/* A path or a version that is broken into lines gets no sign that is not in it. */
static void
break_without_hyphens (GtkWidget *widget)
{
  g_autoptr (PangoAttrList) attributes = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    break_without_hyphens (child);
  if (!GTK_IS_LABEL (widget))
    return;
  attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (widget), attributes);
}

AdwActionRow *
suture_plain_row_new (const char *title, const char *subtitle)
{
  AdwActionRow *row
      = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title-lines", 0, "subtitle-lines", 0, NULL);

  /* Only now: while it is made, the row's labels have not heard of use-markup yet. */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  suture_plain_row_say (row, subtitle);
  break_without_hyphens (GTK_WIDGET (row));
  return row;
}

void
suture_plain_row_say (AdwActionRow *row, const char *subtitle)
{
  adw_action_row_set_subtitle (row, subtitle);
  if (subtitle[0] != '\0')
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}
