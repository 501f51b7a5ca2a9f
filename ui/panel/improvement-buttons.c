/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/improvement-buttons.h"

static void
show_button (GtkWidget *button, const char *action, SutureImprovement *improvement, gboolean visible)
{
  gtk_widget_set_visible (button, visible);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", suture_improvement_get_facts (improvement)->id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action); /* it wants its target first */
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  suture_improvement_get_title (improvement), -1);
}

void
suture_improvement_buttons_show (GtkWidget *install, GtkWidget *remove, SutureImprovement *improvement)
{
  SutureState state = suture_improvement_get_facts (improvement)->state;

  show_button (install, "suture.install", improvement, suture_state_can_install (state));
  show_button (remove, "suture.remove", improvement, suture_state_can_remove (state));
}
