/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/credential.h"

/* The user's own keyring (libsecret), where a person's programs keep what was entered for a feed, so that it need not be typed
 * again when the helper has lost it. Schema org.suture.Feed with the attributes "feed" and "origin". Errors are of libsecret,
 * D-Bus and GIO, for a log: without a keyring everything else works. The secret service may ask for the keyring's password. */

G_BEGIN_DECLS

/* NULL without @error: nothing is kept for @feed at @origin. */
void suture_keyring_load_async (const char *feed, const char *origin, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
SutureCredential *suture_keyring_load_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In place of what was kept for @feed at the credential's origin. */
void suture_keyring_save_async (const char *feed, const SutureCredential *credential, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_keyring_save_finish (GAsyncResult *result, GError **error);

/* Whatever is kept for @feed, at any origin. Well when nothing is left of it, also where there is no secret service; an error
 * when something is: the person refused to unlock the keyring, or the service failed. */
void suture_keyring_erase_async (const char *feed, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean suture_keyring_erase_finish (GAsyncResult *result, GError **error);

G_END_DECLS
