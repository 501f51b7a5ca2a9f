/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/updates-page.h"

#include <glib/gi18n.h>

#include "panel/plain-row.h"
#include "panel/software.h"

#define PAGE_SIZE 50 /* rows that are made at once: two screens */

struct _SutureUpdatesPage
{
  AdwBin parent_instance;
  SutureClient *client; /* (owned) (nullable) */
  GPtrArray *updates;   /* of SutureSystemUpdate: what is shown, the client's (owned) (nullable) */
  guint n_rows;         /* of updates: the others come when one scrolls there */
  GtkScrolledWindow *scrolled; /* of the template, as all below */
  AdwActionRow *open_row;
  GtkButton *open_button;
  GtkWidget *list_group;
  GtkListBox *list;
  GtkWidget *empty_group;
};

G_DEFINE_FINAL_TYPE (SutureUpdatesPage, suture_updates_page, ADW_TYPE_BIN)

static GtkWidget *
make_row (const SutureSystemUpdate *update)
{
  g_autofree char *versions = g_strdup_printf (_("Installed: %s, fixed in %s"), update->installed, update->fixed);
  g_autofree char *why = suture_system_update_sentence (update);
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", versions, why);
  AdwActionRow *row = suture_plain_row_new (update->component, subtitle);
  g_autofree char *name = g_strdup_printf ("%s. %s. %s", update->component, versions, why);

  /* All of it is what the row is about, and one reads from row to row. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_reset_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return GTK_WIDGET (row);
}

static void
add_rows (SutureUpdatesPage *self)
{
  guint end = self->updates != NULL ? MIN (self->updates->len, self->n_rows + PAGE_SIZE) : 0;

  while (self->n_rows < end)
    gtk_list_box_append (self->list, make_row (g_ptr_array_index (self->updates, self->n_rows++)));
}

static void
on_scrolled (SutureUpdatesPage *self)
{
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment (self->scrolled);
  double left = gtk_adjustment_get_upper (vertical) - gtk_adjustment_get_page_size (vertical)
                - gtk_adjustment_get_value (vertical);

  /* A screen ahead, so that the end is rarely seen. Nobody scrolls what is not shown yet. */
  if (gtk_adjustment_get_page_size (vertical) > 0 && left < gtk_adjustment_get_page_size (vertical))
    add_rows (self);
}

/* The client says "changed" for much else: rows that say the same stay, and with them the focus. */
static void
on_changed (SutureUpdatesPage *self)
{
  GPtrArray *updates = suture_client_get_facts (self->client)->system_updates;
  GtkWidget *row = NULL;

  if (updates == self->updates)
    return;
  g_clear_pointer (&self->updates, g_ptr_array_unref);
  self->updates = g_ptr_array_ref (updates);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  self->n_rows = 0;
  add_rows (self);
  gtk_widget_set_visible (self->list_group, updates->len > 0);
  gtk_widget_set_visible (self->empty_group, updates->len == 0);
}

void
suture_updates_page_prepare (SutureUpdatesPage *self)
{
  g_autofree char *name = suture_software_name ();
  g_autofree char *label = name != NULL ? g_strdup_printf (_("Open %s"), name) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->open_button), name != NULL);
  if (label != NULL)
    gtk_button_set_label (self->open_button, label);
  suture_plain_row_say (self->open_row,
                        name != NULL ? _("As always, with the program for that.")
                                     : _("As always; for example with “apt upgrade” in a terminal, as an administrator. No program "
                                         "with a window for that was found."));
}

void
suture_updates_page_set_client (SutureUpdatesPage *self, SutureClient *client)
{
  self->client = g_object_ref (client);
  g_signal_connect_object (client, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self);
  suture_updates_page_prepare (self);
}

static void
suture_updates_page_dispose (GObject *object)
{
  SutureUpdatesPage *self = SUTURE_UPDATES_PAGE (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->updates, g_ptr_array_unref);
  G_OBJECT_CLASS (suture_updates_page_parent_class)->dispose (object);
}

static void
suture_updates_page_class_init (SutureUpdatesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_updates_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/updates-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureUpdatesPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SutureUpdatesPage, open_row);
  gtk_widget_class_bind_template_child (widget_class, SutureUpdatesPage, open_button);
  gtk_widget_class_bind_template_child (widget_class, SutureUpdatesPage, list_group);
  gtk_widget_class_bind_template_child (widget_class, SutureUpdatesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SutureUpdatesPage, empty_group);
}

static void
suture_updates_page_init (SutureUpdatesPage *self)
{
  GtkAdjustment *vertical = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  vertical = gtk_scrolled_window_get_vadjustment (self->scrolled);
  g_signal_connect_object (vertical, "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (vertical, "changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
}
