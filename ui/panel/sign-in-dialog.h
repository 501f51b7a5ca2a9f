/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* Asks for a token, or for a user and a password, of one feed; hands it to the helper, has it tried, says inline what is wrong,
 * and keeps it in the user's keyring once it works. What the keyring has already stands in it from the start.
 *
 * Signal "signed-in" (sentence): it is over, and well; the sentence is for the user. */

G_BEGIN_DECLS

#define SUTURE_TYPE_SIGN_IN_DIALOG (suture_sign_in_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SutureSignInDialog, suture_sign_in_dialog, SUTURE, SIGN_IN_DIALOG, AdwWindow)

GtkWidget *suture_sign_in_dialog_new (GtkWindow *parent, SutureClient *client, SutureFeed *feed);

G_END_DECLS
