/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* Signing in to a feed, as far as a person is concerned: kept by the helper, and tried. */

G_BEGIN_DECLS

/* Hands the helper a token (@user "") or a password for @feed, and then has it check. Ends with SUTURE_ERROR_NOT_SIGNED_IN
 * when the feed's server did not accept it (it is kept all the same, until another one is); with another error when it was
 * not kept; and well when it was: *@tried says whether the server accepted it, or could not be asked to yet. */
void suture_sign_in_async (SutureClient *client, const char *feed, const char *user, const char *secret,
                           GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_sign_in_finish (SutureClient *client, GAsyncResult *result, gboolean *tried, GError **error);

G_END_DECLS
