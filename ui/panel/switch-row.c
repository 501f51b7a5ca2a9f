/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/switch-row.h"

#include "panel/focus.h"

struct _SutureSwitchRow
{
  AdwActionRow parent_instance;
  GtkSwitch *toggle; /* (borrowed from the row) */
  gulong state_set;  /* handler */
};

G_DEFINE_FINAL_TYPE (SutureSwitchRow, suture_switch_row, ADW_TYPE_ACTION_ROW)

enum
{
  SIGNAL_WISHED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static gboolean
on_state_set (SutureSwitchRow *self, gboolean wanted)
{
  g_signal_emit (self, signals[SIGNAL_WISHED], 0, wanted);
  return TRUE;
}

void
suture_switch_row_show (SutureSwitchRow *self, gboolean on)
{
  g_signal_handler_block (self->toggle, self->state_set);
  gtk_switch_set_active (self->toggle, on);
  gtk_switch_set_state (self->toggle, on);
  g_signal_handler_unblock (self->toggle, self->state_set);
}

void
suture_switch_row_set_usable (SutureSwitchRow *self, gboolean usable)
{
  /* not the row: why it can't be used has to be read */
  suture_focus_set_sensitive (GTK_WIDGET (self->toggle), usable);
}

static void
suture_switch_row_class_init (SutureSwitchRowClass *klass)
{
  signals[SIGNAL_WISHED] = g_signal_new ("wished", SUTURE_TYPE_SWITCH_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                         1, G_TYPE_BOOLEAN);
}

static void
suture_switch_row_init (SutureSwitchRow *self)
{
  self->toggle = GTK_SWITCH (gtk_switch_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->toggle), GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->toggle));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), GTK_WIDGET (self->toggle));
  self->state_set = g_signal_connect_object (self->toggle, "state-set", G_CALLBACK (on_state_set), self, G_CONNECT_SWAPPED);
}
