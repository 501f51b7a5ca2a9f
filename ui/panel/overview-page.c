/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/overview-page.h"

#include <glib/gi18n.h>

#include "client/status.h"
#include "panel/improvement-row.h"
#include "panel/link-row.h"
#include "panel/plain-row.h"
#include "panel/status-row.h"

#define REFRESH_SECONDS 60 /* "12 minutes ago" becomes 13 */

struct _SutureOverviewPage
{
  AdwBin parent_instance;
  SutureClient *client;           /* (owned) (nullable) */
  SutureStatusRow *status_row;    /* of the template, as all below */
  AdwActionRow *automatic_row;
  GtkSwitch *automatic_switch;
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
  gulong state_set;               /* handler */
  gboolean setting;               /* SetAutomatic has not been answered yet */
  guint refresh;
};

G_DEFINE_FINAL_TYPE (SutureOverviewPage, suture_overview_page, ADW_TYPE_BIN)

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* Shows what is, without taking it for a wish of the user. */
static void
show_automatic (SutureOverviewPage *self, gboolean automatic)
{
  g_signal_handler_block (self->automatic_switch, self->state_set);
  gtk_switch_set_active (self->automatic_switch, automatic);
  gtk_switch_set_state (self->automatic_switch, automatic);
  g_signal_handler_unblock (self->automatic_switch, self->state_set);
  adw_action_row_set_subtitle (self->automatic_row,
                               automatic ? _("Small security fixes are installed when ready. Apps are never closed.")
                                         : _("These fixes arrive with the next system update instead. The computer "
                                             "stays exposed until then."));
}

static void
on_automatic_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureOverviewPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = suture_client_set_automatic_finish (SUTURE_CLIENT (source), result, &error);
  gboolean wanted = gtk_switch_get_active (self->automatic_switch);

  self->setting = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->automatic_row), TRUE);
  show_automatic (self, done ? wanted : suture_client_get_facts (self->client)->automatic);
  if (!done)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static gboolean
on_state_set (SutureOverviewPage *self, gboolean wanted)
{
  self->setting = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->automatic_row), FALSE);
  suture_client_set_automatic_async (self->client, wanted, on_automatic_set, g_object_ref (self));
  return TRUE; /* the state follows the helper, not the finger */
}

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
  gboolean reachable = suture_client_get_error (self->client) == NULL;

  suture_status_row_show (self->status_row, status, facts);
  gtk_widget_set_visible (GTK_WIDGET (self->automatic_row), reachable);
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
  if (!self->setting && suture_client_get_error (self->client) == NULL)
    show_automatic (self, suture_client_get_facts (self->client)->automatic);
  refresh_status (self);
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
  g_type_ensure (SUTURE_TYPE_STATUS_ROW);
  g_type_ensure (SUTURE_TYPE_LINK_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/overview-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, status_row);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, automatic_row);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, automatic_switch);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, system_row);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, ready_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, ready_list);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, active_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, active_list);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, inactive_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, inactive_list);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, updates_group);
  gtk_widget_class_bind_template_child (widget_class, SutureOverviewPage, updates_row);
}

static void
suture_overview_page_init (SutureOverviewPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->state_set = g_signal_connect_object (self->automatic_switch, "state-set", G_CALLBACK (on_state_set), self,
                                             G_CONNECT_SWAPPED);
}
