/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/history-page.h"

#include <glib/gi18n.h>

#include "client/sentences.h"
#include "client/user.h"
#include "panel/plain-row.h"

#define PAGE_SIZE 50 /* records a call: two screens */

struct _SutureHistoryPage
{
  AdwBin parent_instance;
  SutureClient *client; /* (owned) (nullable) */
  guint64 oldest;       /* id of the last record shown, 0: none */
  gboolean loading;
  gboolean complete;
  GtkStack *stack; /* of the template, as all below */
  AdwStatusPage *empty;
  GtkScrolledWindow *scrolled;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (SutureHistoryPage, suture_history_page, ADW_TYPE_BIN)

static const char *
icon_for (const SutureRecordFacts *record)
{
  if (g_str_equal (record->event, "installed") || g_str_equal (record->event, "included"))
    return "emblem-ok-symbolic";
  if (g_str_equal (record->event, "removed"))
    return "user-trash-symbolic";
  if (g_str_equal (record->event, "undone"))
    return "edit-undo-symbolic";
  if (g_str_equal (record->event, "local-on") || g_str_equal (record->event, "local-off"))
    return "emblem-system-symbolic";
  return "dialog-warning-symbolic";
}

static GtkWidget *
make_row (const SutureRecordFacts *record)
{
  g_autofree char *event = suture_sentence_event (record);
  g_autofree char *when = suture_sentence_time (record->time, g_get_real_time () / G_USEC_PER_SEC, TRUE);
  g_autofree char *user = suture_user_name (record->user);
  g_autofree char *who = suture_sentence_who (record, user);
  g_autofree char *why = suture_sentence_why (record);
  /* Translators: when, and by whom: "today, 09:12, by Anna". */
  g_autofree char *line = g_strdup_printf (_("%s, %s"), when, who);
  g_autofree char *subtitle = why[0] != '\0' ? g_strconcat (line, "\n", why, NULL) : g_strdup (line);
  AdwActionRow *row = suture_plain_row_new (event, subtitle);

  adw_action_row_add_prefix (row, g_object_new (GTK_TYPE_IMAGE, "icon-name", icon_for (record), "accessible-role",
                                                GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
  return GTK_WIDGET (row);
}

static void
show_nothing (SutureHistoryPage *self, const char *title, const char *description)
{
  adw_status_page_set_title (self->empty, title);
  adw_status_page_set_description (self->empty, description);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureHistoryPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = suture_client_get_history_finish (SUTURE_CLIENT (source), result, &error);

  self->loading = FALSE;
  if (records == NULL)
    {
      g_autofree char *sentence = suture_sentence_error (error);

      self->complete = TRUE;
      show_nothing (self, _("History Not Available"), sentence);
      return;
    }
  self->complete = records->len < PAGE_SIZE;
  for (guint i = 0; i < records->len; i++)
    {
      const SutureRecordFacts *record = suture_record_get_facts (g_ptr_array_index (records, i));

      gtk_list_box_append (self->list, make_row (record));
      self->oldest = record->id;
    }
  if (self->oldest == 0)
    show_nothing (self, _("No History Yet"), _("Nothing was installed or removed yet."));
  else
    gtk_stack_set_visible_child_name (self->stack, "records");
}

static void
load_more (SutureHistoryPage *self)
{
  if (self->loading || self->complete || self->client == NULL)
    return;
  self->loading = TRUE;
  suture_client_get_history_async (self->client, self->oldest, PAGE_SIZE, on_records, g_object_ref (self));
}

static void
on_scrolled (SutureHistoryPage *self)
{
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment (self->scrolled);
  double left = gtk_adjustment_get_upper (vertical) - gtk_adjustment_get_page_size (vertical)
                - gtk_adjustment_get_value (vertical);

  /* A screen ahead, so that the end is rarely seen. */
  if (left < gtk_adjustment_get_page_size (vertical))
    load_more (self);
}

void
suture_history_page_load (SutureHistoryPage *self, SutureClient *client)
{
  GtkWidget *row = NULL;

  if (self->loading)
    return;
  g_set_object (&self->client, client);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  self->oldest = 0;
  self->complete = FALSE;
  gtk_stack_set_visible_child_name (self->stack, "loading");
  load_more (self);
}

static void
suture_history_page_dispose (GObject *object)
{
  g_clear_object (&SUTURE_HISTORY_PAGE (object)->client);
  G_OBJECT_CLASS (suture_history_page_parent_class)->dispose (object);
}

static void
suture_history_page_class_init (SutureHistoryPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_history_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/history-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureHistoryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SutureHistoryPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SutureHistoryPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SutureHistoryPage, list);
}

static void
suture_history_page_init (SutureHistoryPage *self)
{
  GtkAdjustment *vertical = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  vertical = gtk_scrolled_window_get_vadjustment (self->scrolled);
  g_signal_connect_object (vertical, "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (vertical, "changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
}
