/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/overview-page.h"

#include <glib/gi18n.h>

#include "client/status.h"
#include "panel/announcement.h"
#include "panel/automatic-group.h"
#include "panel/improvement-row.h"
#include "panel/link-row.h"
#include "panel/plain-row.h"
#include "panel/status-row.h"

#define REFRESH_SECONDS 60 /* "12 minutes ago" becomes 13 */

struct _SutureOverviewPage
{
  AdwBin parent_instance;
  SutureClient *client;           /* (owned) (nullable) */
  SutureAnnouncement *announcement; /* of the template, as all below */
  SutureStatusRow *status_row;
  SutureAutomaticGroup *automatic_group;
  AdwActionRow *system_row;
  GtkWidget *ready_group;
  GtkListBox *ready_list;
  GtkWidget *active_group;
  GtkListBox *active_list;
  GtkWidget *inactive_group;
  GtkListBox *inactive_list;
  GtkWidget *updates_group;
  AdwActionRow *updates_row;
  GtkFilterListModel *ready;      /* of SutureImprovement (owned) */
  GtkFilterListModel *active;     /* of SutureImprovement (owned) */
  GtkFilterListModel *inactive;   /* of SutureImprovement (owned) */
  guint refresh;
};

G_DEFINE_FINAL_TYPE (SutureOverviewPage, suture_overview_page, ADW_TYPE_BIN)

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* Only their number: they have a page of their own. */
static void
show_updates (SutureOverviewPage *self, const SutureFacts *facts)
{
  guint n = facts->system_updates->len;
  g_autofree char *number = g_strdup_printf (g_dngettext (NULL, "%u fix", "%u fixes", n), n);

  gtk_widget_set_visible (self->updates_group, n > 0);
  suture_plain_row_say (self->updates_row, number);
}

static void
refresh_status (SutureOverviewPage *self)
{
  const SutureFacts *facts = suture_client_get_facts (self->client);
  g_autoptr (SutureStatus) status = suture_status_new_for_client (self->client);

  suture_status_row_show (self->status_row, status, facts);
  gtk_widget_set_visible (GTK_WIDGET (self->system_row), facts->label[0] != '\0');
  adw_action_row_set_subtitle (self->system_row, facts->label);
  show_updates (self, facts);
  gtk_widget_set_visible (self->ready_group, g_list_model_get_n_items (G_LIST_MODEL (self->ready)) > 0);
  gtk_widget_set_visible (self->active_group, g_list_model_get_n_items (G_LIST_MODEL (self->active)) > 0);
  gtk_widget_set_visible (self->inactive_group, g_list_model_get_n_items (G_LIST_MODEL (self->inactive)) > 0);
}

static gboolean
on_refresh (gpointer user_data)
{
  refresh_status (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_changed (SutureOverviewPage *self)
{
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->ready), GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->active), GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->inactive), GTK_FILTER_CHANGE_DIFFERENT);
  refresh_status (self);
}

static void
on_failed (SutureOverviewPage *self, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
on_resume (GtkWidget *widget, const char *name, GVariant *parameter)
{
  suture_automatic_group_resume (SUTURE_OVERVIEW_PAGE (widget)->automatic_group);
}

/* To where it is changed. */
static void
on_change (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureOverviewPage *self = SUTURE_OVERVIEW_PAGE (widget);

  suture_automatic_group_take_focus (self->automatic_group);
  suture_announcement_dismiss (self->announcement);
}

static gboolean
is_in_group (gpointer item, gpointer user_data)
{
  SutureState state = suture_improvement_get_facts (item)->state;

  return suture_state_group (state) == (SutureStateGroup) GPOINTER_TO_INT (user_data);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  return suture_improvement_row_new (item, user_data);
}

static GtkFilterListModel *
bind_list (GtkListBox *list, SutureClient *client, SutureStateGroup group)
{
  GListModel *improvements = suture_client_get_improvements (client);
  GtkCustomFilter *filter = gtk_custom_filter_new (is_in_group, GINT_TO_POINTER (group), NULL);
  GtkFilterListModel *model = gtk_filter_list_model_new (g_object_ref (improvements), GTK_FILTER (filter));

  gtk_list_box_bind_model (list, G_LIST_MODEL (model), make_row, client, NULL);
  return model;
}

void
suture_overview_page_set_client (SutureOverviewPage *self, SutureClient *client)
{
  self->client = g_object_ref (client);
  suture_announcement_set_client (self->announcement, client);
  suture_automatic_group_set_client (self->automatic_group, client);
  self->ready = bind_list (self->ready_list, client, SUTURE_STATE_GROUP_READY);
  self->active = bind_list (self->active_list, client, SUTURE_STATE_GROUP_ACTIVE);
  self->inactive = bind_list (self->inactive_list, client, SUTURE_STATE_GROUP_INACTIVE);
  g_signal_connect_object (client, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  self->refresh = g_timeout_add_seconds (REFRESH_SECONDS, on_refresh, self);
}

static void
suture_overview_page_dispose (GObject *object)
{
  SutureOverviewPage *self = SUTURE_OVERVIEW_PAGE (object);

  g_clear_handle_id (&self->refresh, g_source_remove);
  g_clear_object (&self->ready);
  g_clear_object (&self->active);
  g_clear_object (&self->inactive);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (suture_overview_page_parent_class)->dispose (object);
}

static void
suture_overview_page_class_init (SutureOverviewPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_overview_page_dispose;
  signals[SIGNAL_FAILED] = g_signal_new ("failed", SUTURE_TYPE_OVERVIEW_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
  g_type_ensure (SUTURE_TYPE_ANNOUNCEMENT);
  g_type_ensure (SUTURE_TYPE_AUTOMATIC_GROUP);
  g_type_ensure (SUTURE_TYPE_STATUS_ROW);
  g_type_ensure (SUTURE_TYPE_LINK_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/overview-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, status_row);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, announcement);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, automatic_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, system_row);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, ready_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, ready_list);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, active_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, active_list);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, inactive_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, inactive_list);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, updates_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, updates_row);
  gtk_widget_class_install_action (widget_class, "overview.resume", NULL, on_resume);
  gtk_widget_class_install_action (widget_class, "overview.change", NULL, on_change);
}

static void
suture_overview_page_init (SutureOverviewPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->automatic_group, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
}
