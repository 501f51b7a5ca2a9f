/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/local-control.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "client/local-words.h"

struct _SutureLocalControl
{
  GObject parent_instance;
  SutureClient *client; /* (owned) */
  gboolean wanted;      /* while it is busy */
  gboolean busy;
};

G_DEFINE_FINAL_TYPE (SutureLocalControl, suture_local_control, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
set_busy (SutureLocalControl *self, gboolean busy)
{
  self->busy = busy;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureLocalControl) self = user_data;
  SutureClient *client = SUTURE_CLIENT (source);
  g_autoptr (GError) error = NULL;
  gboolean well = suture_client_set_local_feed_finish (client, result, &error);
  gboolean is_on = g_str_equal (suture_client_get_facts (client)->local_feed, "on");
  g_autofree char *sentence = suture_local_words_ended (self->wanted, is_on, error);

  if (!well)
    g_message ("%s", error->message);
  set_busy (self, FALSE);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, sentence, well);
}

void
suture_local_control_turn (SutureLocalControl *self, gboolean on)
{
  if (self->busy)
    return;
  self->wanted = on;
  set_busy (self, TRUE);
  suture_client_set_local_feed_async (self->client, on, NULL, on_ended, g_object_ref (self));
}

static void
on_response (AdwMessageDialog *dialog, const char *response, SutureLocalControl *self)
{
  if (g_str_equal (response, "on"))
    suture_local_control_turn (self, TRUE);
}

void
suture_local_control_ask (SutureLocalControl *self, GtkWindow *parent)
{
  g_autofree char *question = suture_local_words_question ();
  g_autofree char *explanation = suture_local_words_explanation ();
  GtkWidget *dialog = adw_message_dialog_new (parent, question, explanation);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "on", _("_Turn On"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "on", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "on");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

gboolean
suture_local_control_is_busy (SutureLocalControl *self)
{
  return self->busy;
}

static void
suture_local_control_finalize (GObject *object)
{
  g_object_unref (SUTURE_LOCAL_CONTROL (object)->client);
  G_OBJECT_CLASS (suture_local_control_parent_class)->finalize (object);
}

static void
suture_local_control_class_init (SutureLocalControlClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_local_control_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SUTURE_TYPE_LOCAL_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", SUTURE_TYPE_LOCAL_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
suture_local_control_init (SutureLocalControl *self)
{
}

SutureLocalControl *
suture_local_control_new (SutureClient *client)
{
  SutureLocalControl *self = g_object_new (SUTURE_TYPE_LOCAL_CONTROL, NULL);

  self->client = g_object_ref (client);
  return self;
}
