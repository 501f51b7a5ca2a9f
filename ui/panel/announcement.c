/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/announcement.h"

#include "panel/side-layout.h"

struct _SutureAnnouncement
{
  AdwBin parent_instance;
  SutureClient *client;  /* (owned) (nullable) */
  gboolean told;         /* the helper, or it was tried: once a window */
  gboolean dismissed;
  GtkWidget *label;      /* of the template */
};

G_DEFINE_FINAL_TYPE (SutureAnnouncement, suture_announcement, ADW_TYPE_BIN)

static void
on_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The next window says it again. */
  if (!suture_client_set_finish (SUTURE_CLIENT (source), result, &error))
    g_message ("%s", error->message);
}

/* What nobody could see was not shown. */
static void
tell_when_shown (SutureAnnouncement *self)
{
  if (self->told || self->client == NULL || !gtk_widget_get_mapped (self->label))
    return;
  self->told = TRUE;
  suture_client_announce_async (self->client, on_told, NULL);
}

static void
refresh (SutureAnnouncement *self)
{
  const SutureFacts *facts = suture_client_get_facts (self->client);
  gboolean reachable = suture_client_get_error (self->client) == NULL;
  gboolean news = reachable && facts->automatic && (!facts->announced || self->told);

  gtk_widget_set_visible (GTK_WIDGET (self), news && !self->dismissed);
  tell_when_shown (self);
}

void
suture_announcement_dismiss (SutureAnnouncement *self)
{
  self->dismissed = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static void
on_dismiss (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  suture_announcement_dismiss (SUTURE_ANNOUNCEMENT (widget));
  gtk_widget_child_focus (GTK_WIDGET (root), GTK_DIR_TAB_FORWARD);
}

void
suture_announcement_set_client (SutureAnnouncement *self, SutureClient *client)
{
  self->client = g_object_ref (client);
  g_signal_connect_object (client, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
}

static void
suture_announcement_dispose (GObject *object)
{
  g_clear_object (&SUTURE_ANNOUNCEMENT (object)->client);
  G_OBJECT_CLASS (suture_announcement_parent_class)->dispose (object);
}

static void
suture_announcement_class_init (SutureAnnouncementClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_announcement_dispose;
  g_type_ensure (SUTURE_TYPE_SIDE_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/announcement.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureAnnouncement, label);
  gtk_widget_class_install_action (widget_class, "announcement.dismiss", NULL, on_dismiss);
}

static void
suture_announcement_init (SutureAnnouncement *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->label, "map", G_CALLBACK (tell_when_shown), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}
