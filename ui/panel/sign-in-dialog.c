/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/sign-in-dialog.h"

#include <glib/gi18n.h>

#include "base/credential.h"
#include "base/error.h"
#include "client/keyring.h"
#include "client/sentences.h"
#include "client/sign-in.h"

#define WIDTH 420 /* pixels */

struct _SutureSignInDialog
{
  AdwWindow parent_instance;
  SutureClient *client;          /* (owned) */
  SutureFeed *feed;              /* (owned) */
  SutureCredential *entered;     /* what is being tried (owned) (nullable) */
  GCancellable *loading;         /* of what the keyring has (owned) */
  gboolean tried;                /* whether its server accepted it; else it could not be asked */
  gboolean closed;
  GtkWidget *sign_in_button; /* of the template, as all below */
  GtkSpinner *spinner;
  AdwPreferencesGroup *kind_group;
  GtkCheckButton *token_button;
  GtkCheckButton *password_button;
  AdwEntryRow *user_row;
  AdwEntryRow *secret_row;
  GtkWidget *problem_group;
  GtkLabel *problem;
};

G_DEFINE_FINAL_TYPE (SutureSignInDialog, suture_sign_in_dialog, ADW_TYPE_WINDOW)

enum
{
  SIGNAL_SIGNED_IN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static gboolean
is_password (SutureSignInDialog *self)
{
  return gtk_check_button_get_active (self->password_button);
}

static void
on_kind (SutureSignInDialog *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->user_row), is_password (self));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->secret_row), is_password (self) ? _("Password") : _("Token"));
}

static void
on_typed (SutureSignInDialog *self)
{
  gboolean user = !is_password (self) || gtk_editable_get_text (GTK_EDITABLE (self->user_row))[0] != '\0';
  gboolean secret = gtk_editable_get_text (GTK_EDITABLE (self->secret_row))[0] != '\0';

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.sign-in", user && secret && self->entered == NULL);
}

static void
set_busy (SutureSignInDialog *self, gboolean busy)
{
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->kind_group), !busy);
  /* not insensitive: the focus is in one of them, and GTK warns of a text that loses it so */
  gtk_editable_set_editable (GTK_EDITABLE (self->user_row), !busy);
  gtk_editable_set_editable (GTK_EDITABLE (self->secret_row), !busy);
  if (!busy)
    g_clear_pointer (&self->entered, suture_credential_free);
  on_typed (self);
}

static void
show_problem (SutureSignInDialog *self, const GError *error)
{
  gboolean refused = g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_SIGNED_IN);
  gboolean malformed = g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
  g_autofree char *sentence = NULL;

  if (refused)
    sentence = g_strdup_printf (_("%s did not accept it. Check what you entered, and try again."),
                                suture_feed_get_facts (self->feed)->host);
  else if (malformed)
    sentence = g_strdup (is_password (self) ? _("This can’t be a user and a password. Nothing was kept.")
                                            : _("This can’t be a token: they have no spaces and few signs. Nothing was kept."));
  else
    sentence = suture_sentence_error (error);
  gtk_label_set_text (self->problem, sentence);
  gtk_widget_set_visible (self->problem_group, TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, -1); /* as high as it wants to be now: nothing of it is below the edge */
  gtk_widget_grab_focus (GTK_WIDGET (self->secret_row));
}

static void
finish (SutureSignInDialog *self, const char *sentence, gboolean well)
{
  g_signal_emit (self, signals[SIGNAL_SIGNED_IN], 0, sentence, well);
  if (!self->closed)
    gtk_window_close (GTK_WINDOW (self));
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureSignInDialog) self = user_data;
  g_autofree char *sentence = suture_sentence_signed_in (suture_feed_get_facts (self->feed), self->tried);
  g_autofree char *both = NULL;
  g_autoptr (GError) error = NULL;

  if (!suture_keyring_save_finish (result, &error))
    {
      g_message ("the keyring: %s", error->message);
      both = g_strjoin (" ", sentence, _("It could not be kept in your keyring, so you may have to enter it again."), NULL);
    }
  if (self->tried && both == NULL)
    finish (self, _("Signed In"), TRUE);
  else
    finish (self, both != NULL ? both : sentence, FALSE);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureSignInDialog) self = user_data;
  g_autoptr (SutureCredential) entered = NULL;
  g_autoptr (GError) error = NULL;

  if (suture_sign_in_finish (SUTURE_CLIENT (source), result, &self->tried, &error))
    {
      entered = g_steal_pointer (&self->entered);
      suture_keyring_save_async (suture_feed_get_facts (self->feed)->name, entered, NULL, on_kept, g_object_ref (self));
      return;
    }
  if (self->closed)
    return;
  set_busy (self, FALSE);
  show_problem (self, error);
}

static void
on_sign_in (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureSignInDialog *self = SUTURE_SIGN_IN_DIALOG (widget);
  const SutureFeedFacts *facts = suture_feed_get_facts (self->feed);
  const char *user = is_password (self) ? gtk_editable_get_text (GTK_EDITABLE (self->user_row)) : "";
  const char *secret = gtk_editable_get_text (GTK_EDITABLE (self->secret_row));
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (self->loading); /* what was typed is what counts */
  gtk_widget_set_visible (self->problem_group, FALSE);
  self->entered = suture_credential_new (facts->origin, user, secret, &error);
  if (self->entered == NULL)
    {
      show_problem (self, error);
      return;
    }
  set_busy (self, TRUE);
  suture_sign_in_async (self->client, facts->name, user, secret, on_signed_in, g_object_ref (self));
}

/* Unless somebody was faster. */
static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureSignInDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureCredential) kept = suture_keyring_load_finish (result, &error);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("the keyring: %s", error->message);
  if (kept == NULL || self->closed || g_cancellable_is_cancelled (self->loading)
      || gtk_editable_get_text (GTK_EDITABLE (self->user_row))[0] != '\0'
      || gtk_editable_get_text (GTK_EDITABLE (self->secret_row))[0] != '\0')
    return;
  gtk_check_button_set_active (kept->user[0] != '\0' ? self->password_button : self->token_button, TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->user_row), kept->user);
  gtk_editable_set_text (GTK_EDITABLE (self->secret_row), kept->secret);
}

static gboolean
suture_sign_in_dialog_close_request (GtkWindow *window)
{
  SutureSignInDialog *self = SUTURE_SIGN_IN_DIALOG (window);

  self->closed = TRUE;
  g_cancellable_cancel (self->loading);
  return GTK_WINDOW_CLASS (suture_sign_in_dialog_parent_class)->close_request (window);
}

static void
suture_sign_in_dialog_dispose (GObject *object)
{
  SutureSignInDialog *self = SUTURE_SIGN_IN_DIALOG (object);

  self->closed = TRUE;
  g_cancellable_cancel (self->loading);
  G_OBJECT_CLASS (suture_sign_in_dialog_parent_class)->dispose (object);
}

static void
suture_sign_in_dialog_finalize (GObject *object)
{
  SutureSignInDialog *self = SUTURE_SIGN_IN_DIALOG (object);

  suture_credential_free (self->entered);
  g_clear_object (&self->loading);
  g_clear_object (&self->client);
  g_clear_object (&self->feed);
  G_OBJECT_CLASS (suture_sign_in_dialog_parent_class)->finalize (object);
}

static void
suture_sign_in_dialog_class_init (SutureSignInDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_sign_in_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = suture_sign_in_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = suture_sign_in_dialog_close_request;
  signals[SIGNAL_SIGNED_IN] = g_signal_new ("signed-in", SUTURE_TYPE_SIGN_IN_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/sign-in-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, kind_group);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, token_button);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, password_button);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, user_row);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, secret_row);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, problem_group);
  gtk_widget_class_bind_template_child (widget_class, SutureSignInDialog, problem);
  gtk_widget_class_install_action (widget_class, "dialog.sign-in", NULL, on_sign_in);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
suture_sign_in_dialog_init (SutureSignInDialog *self)
{
  self->loading = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->password_button, "toggled", G_CALLBACK (on_kind), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->password_button, "toggled", G_CALLBACK (on_typed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->user_row, "changed", G_CALLBACK (on_typed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->secret_row, "changed", G_CALLBACK (on_typed), self, G_CONNECT_SWAPPED);
  on_typed (self);
}

GtkWidget *
suture_sign_in_dialog_new (GtkWindow *parent, SutureClient *client, SutureFeed *feed)
{
  SutureSignInDialog *self = g_object_new (SUTURE_TYPE_SIGN_IN_DIALOG, "transient-for", parent, "default-width", WIDTH, NULL);
  const SutureFeedFacts *facts = suture_feed_get_facts (feed);
  g_autofree char *title = g_markup_escape_text (facts->host, -1);
  g_autofree char *plain = g_strdup_printf (_("For the source “%s”. What you enter is kept on this computer and in your keyring, "
                                              "and is sent to this server only."),
                                            facts->name);
  g_autofree char *description = g_markup_escape_text (plain, -1);

  self->client = g_object_ref (client);
  self->feed = g_object_ref (feed);
  adw_preferences_group_set_title (self->kind_group, title);
  adw_preferences_group_set_description (self->kind_group, description);
  gtk_widget_grab_focus (GTK_WIDGET (self->secret_row));
  suture_keyring_load_async (facts->name, facts->origin, self->loading, on_loaded, g_object_ref (self));
  return GTK_WIDGET (self);
}
