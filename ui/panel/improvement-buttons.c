/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/improvement-buttons.h"

#include <glib/gi18n.h>

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
suture_improvement_buttons_show (GtkWidget *install, GtkWidget *remove, SutureImprovement *improvement, const SutureFacts *facts)
{
  const SutureImprovementFacts *known = suture_improvement_get_facts (improvement);
  const SutureWait *wait = suture_improvement_get_wait (known, g_get_real_time () / G_USEC_PER_SEC);
  gboolean removable = suture_state_can_remove (known->state) && suture_facts_find_managed (facts, "removal") == NULL;

  /* against what is set, and only this once */
  gtk_button_set_label (GTK_BUTTON (install),
                        wait != NULL && !suture_wait_is_for_a_person (wait) ? _("Install Now") : _("Install"));
  show_button (install, "suture.install", improvement, suture_improvement_can_install (known));
  show_button (remove, "suture.remove", improvement, removable);
}
