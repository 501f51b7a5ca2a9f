/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/sign-out.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "client/keyring.h"
#include "client/sentences.h"

/* A sign-out on its way: the keyring's entry goes only when the helper's has gone. */
typedef struct
{
  GtkWindow *window;    /* (owned) */
  SutureClient *client; /* (owned) */
  char *feed;           /* (owned) */
  SutureSignOutDone done;
} SignOut;

static void
sign_out_free (SignOut *out)
{
  g_object_unref (out->window);
  g_object_unref (out->client);
  g_free (out->feed);
  g_free (out);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignOut, sign_out_free)

static SignOut *
sign_out_copy (const SignOut *out)
{
  SignOut *copy = g_new (SignOut, 1);

  *copy = (SignOut){ g_object_ref (out->window), g_object_ref (out->client), g_strdup (out->feed), out->done };
  return copy;
}

static void
on_keyring_erased (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignOut) out = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (suture_keyring_erase_finish (result, &error))
    {
      out->done (out->window, _("Signed Out"), TRUE);
      return;
    }
  g_message ("the keyring: %s", error->message);
  sentence = g_strdup_printf (_("Signed out, but your keyring still has what was kept for “%s”. To erase it there, unlock the "
                                "keyring and remove its entry of that name."),
                              out->feed);
  out->done (out->window, sentence, FALSE);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignOut) out = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (!suture_client_sign_out_finish (SUTURE_CLIENT (source), result, &error))
    {
      sentence = suture_sentence_error (error);
      g_message ("%s", error->message);
      out->done (out->window, sentence, FALSE);
      return;
    }
  suture_keyring_erase_async (out->feed, NULL, on_keyring_erased, out);
  g_steal_pointer (&out);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, const SignOut *out)
{
  if (g_str_equal (response, "sign-out"))
    suture_client_sign_out_async (out->client, out->feed, on_signed_out, sign_out_copy (out));
}

static void
on_dialog_gone (gpointer data, GClosure *closure)
{
  sign_out_free (data);
}

void
suture_sign_out_ask (GtkWindow *parent, SutureClient *client, const char *feed, SutureSignOutDone done)
{
  const SignOut out = { parent, client, (char *) feed, done };
  g_autofree char *heading = g_strdup_printf (_("Sign Out of “%s”?"), feed);
  GtkWidget *dialog = adw_message_dialog_new (
      parent, heading,
      _("What is kept for this source is erased, on this computer and in your keyring. New improvements from it no longer "
        "arrive until somebody signs in again. Those that are active stay."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "sign-out", _("_Sign Out"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "sign-out", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), sign_out_copy (&out), on_dialog_gone, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
