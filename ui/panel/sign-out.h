/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/client.h"

G_BEGIN_DECLS

/* How it ended, in a sentence. */
typedef void (*SutureSignOutDone) (GtkWindow *parent, const char *sentence, gboolean well);

/* Asks in a dialog of @parent whether to sign out of @feed, and for a yes has the helper and the keyring forget what they keep.
 * @parent lives until @done was called, and is not told of a no. */
void suture_sign_out_ask (GtkWindow *parent, SutureClient *client, const char *feed, SutureSignOutDone done);

G_END_DECLS
