/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/delay-row.h"

#include <glib/gi18n.h>

#include "panel/focus.h"

static const guint usual[] = { 0, 1, 3, 7 }; /* days */

struct _SutureDelayRow
{
  AdwActionRow parent_instance;
  guint days;
  GtkMenuButton *button; /* (borrowed from the row) */
};

G_DEFINE_FINAL_TYPE (SutureDelayRow, suture_delay_row, ADW_TYPE_ACTION_ROW)

enum
{
  SIGNAL_WISHED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

enum
{
  PROPERTY_DAYS = 1,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

static char *
words_for (guint days)
{
  return days == 0 ? g_strdup (_("No Wait")) : g_strdup_printf (g_dngettext (NULL, "%u Day", "%u Days", days), days);
}

static void
add_item (GMenu *menu, guint days)
{
  g_autofree char *words = words_for (days);
  g_autoptr (GMenuItem) item = g_menu_item_new (words, NULL);

  g_menu_item_set_action_and_target (item, "delay.days", "u", days);
  g_menu_append_item (menu, item);
}

/* The usual ones, rising, and @days among them. */
static GMenuModel *
make_menu (guint days)
{
  GMenu *menu = g_menu_new ();
  gboolean added = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    {
      if (!added && days < usual[i])
        add_item (menu, days);
      added = added || days <= usual[i];
      add_item (menu, usual[i]);
    }
  if (!added)
    add_item (menu, days);
  return G_MENU_MODEL (menu);
}

static void
set_days (SutureDelayRow *self, guint days)
{
  g_autoptr (GMenuModel) menu = make_menu (days);
  g_autofree char *words = words_for (days);

  self->days = days;
  gtk_menu_button_set_menu_model (self->button, menu);
  gtk_menu_button_set_label (self->button, words);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROPERTY_DAYS]);
}

void
suture_delay_row_show (SutureDelayRow *self, guint days)
{
  if (days != self->days)
    set_days (self, days);
}

void
suture_delay_row_set_usable (SutureDelayRow *self, gboolean usable)
{
  /* not the row: why it can't be used has to be read */
  suture_focus_set_sensitive (GTK_WIDGET (self->button), usable);
}

/* By the menu: a wish, and nothing else. */
static void
suture_delay_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROPERTY_DAYS)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (g_value_get_uint (value) != SUTURE_DELAY_ROW (object)->days)
    g_signal_emit (object, signals[SIGNAL_WISHED], 0, g_value_get_uint (value));
}

static void
suture_delay_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id != PROPERTY_DAYS)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else
    g_value_set_uint (value, SUTURE_DELAY_ROW (object)->days);
}

static void
suture_delay_row_class_init (SutureDelayRowClass *klass)
{
  G_OBJECT_CLASS (klass)->set_property = suture_delay_row_set_property;
  G_OBJECT_CLASS (klass)->get_property = suture_delay_row_get_property;
  properties[PROPERTY_DAYS] = g_param_spec_uint ("days", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPERTIES, properties);
  signals[SIGNAL_WISHED]
      = g_signal_new ("wished", SUTURE_TYPE_DELAY_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_install_property_action (GTK_WIDGET_CLASS (klass), "delay.days", "days");
}

static void
suture_delay_row_init (SutureDelayRow *self)
{
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->button), GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->button));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), GTK_WIDGET (self->button));
  set_days (self, 0);
}
