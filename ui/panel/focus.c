/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/focus.h"

#define KEY "suture-focus"

typedef struct
{
  GtkWidget *had; /* what had the focus when the widget became insensitive (weak) */
} Memory;

static void
memory_free (gpointer data)
{
  Memory *memory = data;

  g_clear_weak_pointer (&memory->had);
  g_free (memory);
}

static void
remember (GtkWidget *widget, GtkWidget *focus)
{
  Memory *memory = g_new0 (Memory, 1);

  g_set_weak_pointer (&memory->had, focus);
  g_object_set_data_full (G_OBJECT (widget), KEY, memory, memory_free);
}

static gboolean
is_inside (GtkWidget *focus, GtkWidget *widget)
{
  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

void
suture_focus_swap (GtkWidget *old, GtkWidget *new)
{
  GtkRoot *root = gtk_widget_get_root (old);
  gboolean focused = root != NULL && is_inside (gtk_root_get_focus (root), old);

  gtk_widget_set_visible (new, TRUE);
  if (focused)
    gtk_widget_grab_focus (new);
  gtk_widget_set_visible (old, FALSE);
}

void
suture_focus_set_sensitive (GtkWidget *widget, gboolean sensitive)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  Memory *memory = NULL;

  if (gtk_widget_get_sensitive (widget) == sensitive)
    return;
  if (!sensitive && is_inside (focus, widget))
    remember (widget, focus);
  gtk_widget_set_sensitive (widget, sensitive);
  memory = g_object_get_data (G_OBJECT (widget), KEY);
  if (!sensitive || memory == NULL)
    return;
  if (memory->had != NULL && root != NULL && gtk_root_get_focus (root) == NULL)
    gtk_widget_grab_focus (memory->had);
  g_object_set_data (G_OBJECT (widget), KEY, NULL);
}
