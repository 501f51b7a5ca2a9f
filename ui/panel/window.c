/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/window.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "client/sentences.h"
#include "panel/details-page.h"
#include "panel/history-page.h"
#include "panel/overview-page.h"
#include "panel/local-control.h"
#include "panel/proof-page.h"
#include "panel/sign-in-dialog.h"
#include "panel/sign-out.h"
#include "panel/software.h"
#include "panel/sources-page.h"
#include "panel/updates-page.h"

#define SHORT_SECONDS 8 /* a toast that tells of a success, and can undo it */
#define LONG_SECONDS 20 /* one that tells of a failure: two sentences to read */
#define TOAST_CHARS 32  /* a wrapped line of a toast, so that its button stays inside 360 pixels */

struct _SutureWindow
{
  AdwApplicationWindow parent_instance;
  SutureClient *client; /* (owned) (nullable) */
  SutureLocalControl *control; /* (owned) (nullable) */
  GQueue queue;         /* ids to install after the present one (owned strings) */
  GtkWidget *focus;     /* what led to the page that is shown (weak) (nullable) */
  AdwToastOverlay *toasts; /* of the template, as all below */
  AdwLeaflet *leaflet;
  SutureOverviewPage *overview;
  SutureDetailsPage *details;
  SutureHistoryPage *history;
  SutureSourcesPage *sources;
  SutureUpdatesPage *updates;
  SutureProofPage *proof;
};

G_DEFINE_FINAL_TYPE (SutureWindow, suture_window, ADW_TYPE_APPLICATION_WINDOW)

static AdwToast *
show_toast (SutureWindow *self, const char *text, guint seconds)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (text);

  /* The toast's own title is markup and is cut at the edge of a narrow window. */
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TOAST_CHARS);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  adw_toast_set_custom_title (toast, label);
  adw_toast_set_timeout (toast, seconds);
  adw_toast_overlay_add_toast (self->toasts, toast);
  return toast;
}

static void
show_failure (SutureWindow *self, const GError *error)
{
  g_autofree char *sentence = suture_sentence_error (error);

  if (!g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    g_message ("%s", error->message);
  show_toast (self, sentence, LONG_SECONDS);
}

/* The focus goes along: into a page that is opened, and back to what opened it. */
static void
show_page (SutureWindow *self, GtkWidget *page)
{
  gboolean home = page == GTK_WIDGET (self->overview);

  if (!home && page != GTK_WIDGET (self->proof))
    g_set_weak_pointer (&self->focus, gtk_root_get_focus (GTK_ROOT (self)));
  gtk_widget_set_visible (page, TRUE);
  adw_leaflet_set_visible_child (self->leaflet, page);
  if (!home)
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
  else if (self->focus != NULL)
    gtk_widget_grab_focus (self->focus);
}

/* A page that was left is out of reach of swipes and of screen readers. */
static void
hide_left_pages (SutureWindow *self)
{
  GtkWidget *pages[] = { GTK_WIDGET (self->details), GTK_WIDGET (self->history), GTK_WIDGET (self->sources),
                         GTK_WIDGET (self->updates), GTK_WIDGET (self->proof) };
  GtkWidget *shown = adw_leaflet_get_visible_child (self->leaflet);

  if (adw_leaflet_get_child_transition_running (self->leaflet))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (pages[i] != shown)
      gtk_widget_set_visible (pages[i], FALSE);
}

static void
on_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  gboolean proof = adw_leaflet_get_visible_child (self->leaflet) == GTK_WIDGET (self->proof);

  /* a proof lies behind the improvement that it is about, unless that has gone meanwhile */
  if (proof && suture_details_page_get_improvement (self->details) != NULL)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->details), TRUE);
      adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->details));
      suture_details_page_focus_proof (self->details);
      return;
    }
  show_page (self, GTK_WIDGET (self->overview));
}

static void
on_open (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  SutureImprovement *improvement = suture_client_find (self->client, g_variant_get_string (parameter, NULL));

  if (improvement == NULL)
    return;
  suture_details_page_show (self->details, self->client, improvement);
  show_page (self, GTK_WIDGET (self->details));
}

static void
on_history (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);

  suture_history_page_load (self->history, self->client);
  show_page (self, GTK_WIDGET (self->history));
}

static void
on_sources (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);

  show_page (self, GTK_WIDGET (self->sources));
}

static void
on_updates (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);

  suture_updates_page_prepare (self->updates);
  show_page (self, GTK_WIDGET (self->updates));
}

static void
on_software (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;

  if (suture_software_open (widget, &error))
    return;
  g_message ("%s", error->message);
  show_toast (SUTURE_WINDOW (widget), _("The program could not be started. Start it yourself, or update the system in a terminal."),
              LONG_SECONDS);
}

static void
on_proof (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  SutureImprovement *improvement = suture_details_page_get_improvement (self->details);

  if (improvement == NULL)
    return;
  suture_proof_page_show (self->proof, self->client, improvement);
  show_page (self, GTK_WIDGET (self->proof));
}

static void
on_use_local (GtkWidget *widget, const char *name, GVariant *parameter)
{
  suture_local_control_ask (SUTURE_WINDOW (widget)->control, GTK_WINDOW (widget));
}

static void
on_local_ended (SutureLocalControl *control, const char *sentence, gboolean well, SutureWindow *self)
{
  show_toast (self, sentence, well ? SHORT_SECONDS : LONG_SECONDS);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!suture_client_run_finish (SUTURE_CLIENT (source), result, &error))
    show_failure (self, error);
}

static void
on_check (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);

  suture_client_run_async (self->client, SUTURE_WORK_CHECK, NULL, NULL, on_checked, g_object_ref (self));
}

static void install_next (SutureWindow *self);

static void
on_installed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (suture_client_run_finish (SUTURE_CLIENT (source), result, &error))
    {
      install_next (self);
      return;
    }
  g_queue_clear_full (&self->queue, g_free);
  show_failure (self, error);
}

static void
install_next (SutureWindow *self)
{
  g_autofree char *id = g_queue_pop_head (&self->queue);

  if (id != NULL)
    suture_client_run_async (self->client, SUTURE_WORK_INSTALL, id, NULL, on_installed, g_object_ref (self));
}

static void
on_install (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);

  suture_client_run_async (self->client, SUTURE_WORK_INSTALL, id, NULL, on_installed, g_object_ref (self));
}

static void
on_install_all (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  GListModel *improvements = suture_client_get_improvements (self->client);
  guint n = g_list_model_get_n_items (improvements);

  g_queue_clear_full (&self->queue, g_free);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);
      const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);

      if (facts->state == SUTURE_STATE_AVAILABLE && suture_improvement_can_install (facts)
          && !suture_improvement_stands_in (improvements, facts))
        g_queue_push_tail (&self->queue, g_strdup (facts->id));
    }
  install_next (self);
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  /* An operation that has ended meanwhile tells so itself. */
  if (!suture_client_cancel_finish (SUTURE_CLIENT (source), result, &error)
      && !g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    show_failure (self, error);
}

static void
on_cancel (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  const SutureFacts *facts = suture_client_get_facts (self->client);

  g_queue_clear_full (&self->queue, g_free);
  if (facts->operation[0] != '\0')
    suture_client_cancel_async (self->client, facts->operation, on_cancelled, g_object_ref (self));
}

typedef struct
{
  SutureWindow *window; /* (owned) */
  char *id;             /* (owned) */
} Removal;

static void
show_removed (SutureWindow *self, const char *id)
{
  AdwToast *toast = show_toast (self, _("Removed"), SHORT_SECONDS);
  SutureImprovement *improvement = suture_client_find (self->client, id);

  /* what no longer fits, or is offered no more, can't come back */
  if (improvement == NULL || !suture_state_can_install (suture_improvement_get_facts (improvement)->state))
    return;
  adw_toast_set_button_label (toast, _("_Put Back"));
  adw_toast_set_action_target (toast, "s", id);
  adw_toast_set_action_name (toast, "suture.install");
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Removal *removal = user_data;
  g_autoptr (SutureWindow) self = removal->window;
  g_autofree char *id = removal->id;
  g_autoptr (GError) error = NULL;

  g_free (removal);
  if (!suture_client_run_finish (SUTURE_CLIENT (source), result, &error))
    show_failure (self, error);
  else
    show_removed (self, id);
}

static void
on_remove_response (AdwMessageDialog *dialog, const char *response, SutureWindow *self)
{
  const char *id = g_object_get_data (G_OBJECT (dialog), "suture-id");
  Removal *removal = NULL;

  if (!g_str_equal (response, "remove"))
    return;
  removal = g_new (Removal, 1);
  *removal = (Removal){ .window = g_object_ref (self), .id = g_strdup (id) };
  suture_client_run_async (self->client, SUTURE_WORK_REMOVE, id, NULL, on_removed, removal);
}

static guint
count_others (SutureWindow *self, SutureImprovement *one)
{
  GListModel *improvements = suture_client_get_improvements (self->client);
  guint n = g_list_model_get_n_items (improvements);
  guint others = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);

      if (improvement != one && suture_improvement_get_facts (improvement)->state == SUTURE_STATE_ACTIVE)
        others++;
    }
  return others;
}

static void
on_remove (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  SutureImprovement *improvement = suture_client_find (self->client, id);
  g_autofree char *heading = NULL;
  g_autofree char *body = NULL;
  GtkWidget *dialog = NULL;

  if (improvement == NULL)
    return;
  heading = g_strdup_printf (_("Remove “%s”?"), suture_improvement_get_title (improvement));
  body = suture_sentence_exposure (suture_improvement_get_facts (improvement), count_others (self, improvement));
  dialog = adw_message_dialog_new (GTK_WINDOW (self), heading, body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "suture-id", g_strdup (id), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_remove_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_signed_in (SutureSignInDialog *dialog, const char *sentence, gboolean well, SutureWindow *self)
{
  show_toast (self, sentence, well ? SHORT_SECONDS : LONG_SECONDS);
}

static void
on_sign_in (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureWindow *self = SUTURE_WINDOW (widget);
  SutureFeed *feed = suture_client_find_feed (self->client, g_variant_get_string (parameter, NULL));
  GtkWidget *dialog = NULL;

  if (feed == NULL)
    return;
  dialog = suture_sign_in_dialog_new (GTK_WINDOW (self), self->client, feed);
  g_signal_connect_object (dialog, "signed-in", G_CALLBACK (on_signed_in), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_signed_out (GtkWindow *window, const char *sentence, gboolean well)
{
  show_toast (SUTURE_WINDOW (window), sentence, well ? SHORT_SECONDS : LONG_SECONDS);
}

static void
on_sign_out (GtkWidget *widget, const char *name, GVariant *parameter)
{
  suture_sign_out_ask (GTK_WINDOW (widget), SUTURE_WINDOW (widget)->client, g_variant_get_string (parameter, NULL), on_signed_out);
}

static void
on_add_source (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (widget), _("Add a Source"),
      _("Improvements come from a publisher that you or your organization trusts. An administrator adds one: its two "
        "files, NAME.conf and NAME.root.json, belong in /etc/suture/feeds.d. Then choose Check Now."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_about (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_show_about_window (GTK_WINDOW (widget), "application-name", _("Privacy & Security"), "application-icon",
                         "org.suture.PrivacySecurity", "version", SUTURE_VERSION, "developer-name",
                         _("The Suture developers"), "license-type", GTK_LICENSE_LGPL_2_1, "comments",
                         _("Small security fixes between system updates, removable at any time."), NULL);
}

/* One thing at a time; and the improvement that is shown opened may be gone: withdrawn, or part of the system now. */
static void
on_changed (SutureWindow *self)
{
  const char *const work[] = { "suture.check", "suture.install", "suture.install-all", "suture.remove" };
  gboolean idle = g_str_equal (suture_client_get_facts (self->client)->activity, "idle");
  SutureImprovement *shown = suture_details_page_get_improvement (self->details);
  const char *id = shown != NULL ? suture_improvement_get_facts (shown)->id : "";

  for (gsize i = 0; i < G_N_ELEMENTS (work); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), work[i], idle);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "suture.use-local", idle && !suture_local_control_is_busy (self->control));
  if (shown == NULL || suture_client_find (self->client, id) == shown)
    return;
  suture_details_page_show (self->details, self->client, NULL);
  if (adw_leaflet_get_visible_child (self->leaflet) == GTK_WIDGET (self->details))
    on_back (GTK_WIDGET (self), NULL, NULL);
}

static void
suture_window_dispose (GObject *object)
{
  SutureWindow *self = SUTURE_WINDOW (object);

  g_clear_object (&self->client);
  g_clear_object (&self->control);
  g_clear_weak_pointer (&self->focus);
  g_queue_clear_full (&self->queue, g_free);
  G_OBJECT_CLASS (suture_window_parent_class)->dispose (object);
}

static void
suture_window_class_init (SutureWindowClass *klass)
{
  static const struct
  {
    const char *name;
    const char *type;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "suture.back", NULL, on_back },
    { "suture.open", "s", on_open },
    { "suture.history", NULL, on_history },
    { "suture.sources", NULL, on_sources },
    { "suture.updates", NULL, on_updates },
    { "suture.software", NULL, on_software },
    { "suture.proof", NULL, on_proof },
    { "suture.use-local", NULL, on_use_local },
    { "suture.sign-in", "s", on_sign_in },
    { "suture.sign-out", "s", on_sign_out },
    { "suture.check", NULL, on_check },
    { "suture.install", "s", on_install },
    { "suture.install-all", NULL, on_install_all },
    { "suture.cancel", NULL, on_cancel },
    { "suture.remove", "s", on_remove },
    { "suture.add-source", NULL, on_add_source },
    { "suture.about", NULL, on_about },
  };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_window_dispose;
  g_type_ensure (SUTURE_TYPE_OVERVIEW_PAGE);
  g_type_ensure (SUTURE_TYPE_DETAILS_PAGE);
  g_type_ensure (SUTURE_TYPE_HISTORY_PAGE);
  g_type_ensure (SUTURE_TYPE_SOURCES_PAGE);
  g_type_ensure (SUTURE_TYPE_UPDATES_PAGE);
  g_type_ensure (SUTURE_TYPE_PROOF_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/window.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, overview);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, details);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, history);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, sources);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, updates);
  gtk_widget_class_bind_template_child (widget_class, SutureWindow, proof);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].type, actions[i].activate);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "suture.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "suture.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "suture.check", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_r, GDK_CONTROL_MASK, "suture.check", NULL);
}

static void
suture_window_init (SutureWindow *self)
{
  g_queue_init (&self->queue);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->leaflet, "notify::child-transition-running", G_CALLBACK (hide_left_pages), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->leaflet, "notify::visible-child", G_CALLBACK (hide_left_pages), self,
                           G_CONNECT_SWAPPED);
}

SutureWindow *
suture_window_new (GtkApplication *application, SutureClient *client)
{
  SutureWindow *self = g_object_new (SUTURE_TYPE_WINDOW, "application", application, NULL);

  self->client = g_object_ref (client);
  suture_overview_page_set_client (self->overview, client);
  self->control = suture_local_control_new (client);
  suture_sources_page_set_client (self->sources, client, self->control);
  suture_updates_page_set_client (self->updates, client);
  g_signal_connect_object (self->control, "ended", G_CALLBACK (on_local_ended), self, 0);
  g_signal_connect_object (self->control, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->overview, "failed", G_CALLBACK (show_failure), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  return self;
}
