/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/sources-page.h"

#include "panel/feed-group.h"
#include "panel/local-group.h"

struct _SutureSourcesPage
{
  AdwBin parent_instance;
  GListModel *feeds; /* the client's, without the local one, which has its own group (owned) (nullable) */
  GPtrArray *groups; /* of GtkWidget, one for each of feeds */
  AdwPreferencesPage *page; /* of the template, as all below */
  GtkWidget *empty_group;
  SutureLocalGroup *local_group;
};

G_DEFINE_FINAL_TYPE (SutureSourcesPage, suture_sources_page, ADW_TYPE_BIN)

/* Groups of feeds that stay are left alone: one of them may have the focus. A page can only append, so those behind a new one
 * are made anew. */
static void
on_items_changed (GListModel *feeds, guint position, guint removed, guint added, SutureSourcesPage *self)
{
  guint n = g_list_model_get_n_items (feeds);

  if (added > 0)
    removed = self->groups->len - position;
  for (guint i = position; i < position + removed; i++)
    adw_preferences_page_remove (self->page, g_ptr_array_index (self->groups, i));
  if (removed > 0)
    g_ptr_array_remove_range (self->groups, position, removed);
  for (guint i = self->groups->len; i < n; i++)
    {
      g_autoptr (SutureFeed) feed = g_list_model_get_item (feeds, i);
      GtkWidget *group = suture_feed_group_new (feed);

      adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
      g_ptr_array_add (self->groups, group);
    }
}

static gboolean
is_remote (gpointer item, gpointer user_data)
{
  return !suture_feed_is_local (suture_feed_get_facts (item));
}

/* Whoever has turned on the local feed has a source, and is not told that there is none. */
static void
on_changed (SutureSourcesPage *self, SutureClient *client)
{
  gboolean local = g_str_equal (suture_client_get_facts (client)->local_feed, "on");

  gtk_widget_set_visible (self->empty_group, !local && g_list_model_get_n_items (self->feeds) == 0);
}

void
suture_sources_page_set_client (SutureSourcesPage *self, SutureClient *client, SutureLocalControl *control)
{
  GtkCustomFilter *filter = gtk_custom_filter_new (is_remote, NULL, NULL);
  GListModel *all = g_object_ref (suture_client_get_feeds (client));

  self->feeds = G_LIST_MODEL (gtk_filter_list_model_new (all, GTK_FILTER (filter)));
  suture_local_group_set_client (self->local_group, client, control);
  g_signal_connect_object (self->feeds, "items-changed", G_CALLBACK (on_items_changed), self, 0);
  g_signal_connect_object (client, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_items_changed (self->feeds, 0, 0, g_list_model_get_n_items (self->feeds), self);
  on_changed (self, client);
}

static void
suture_sources_page_dispose (GObject *object)
{
  g_clear_object (&SUTURE_SOURCES_PAGE (object)->feeds);
  G_OBJECT_CLASS (suture_sources_page_parent_class)->dispose (object);
}

static void
suture_sources_page_finalize (GObject *object)
{
  g_ptr_array_unref (SUTURE_SOURCES_PAGE (object)->groups);
  G_OBJECT_CLASS (suture_sources_page_parent_class)->finalize (object);
}

static void
suture_sources_page_class_init (SutureSourcesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_sources_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = suture_sources_page_finalize;
  g_type_ensure (SUTURE_TYPE_LOCAL_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/sources-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureSourcesPage, page);
  gtk_widget_class_bind_template_child (widget_class, SutureSourcesPage, empty_group);
  gtk_widget_class_bind_template_child (widget_class, SutureSourcesPage, local_group);
}

static void
suture_sources_page_init (SutureSourcesPage *self)
{
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
