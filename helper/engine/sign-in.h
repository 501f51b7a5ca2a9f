/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/credential.h"
#include "engine/feeds.h"

/* Signing in to a feed, or out of it, frozen before anybody is asked for permission: what is kept then is what was sent with
 * the call that polkit was asked for, for the server that it was asked for. Never changed after it was made. */

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount count;
  char *feed;                   /* strings are (owned) */
  char *host;                   /* as people know it */
  char *origin;
  SutureCredential *credential; /* NULL: signing out (owned) */
} SutureSignIn;

/* @user "": @secret is a token; @user NULL: signing out. SUTURE_ERROR_INVALID_ARGUMENT: suture_credential_check ();
 * SUTURE_ERROR_NOT_FOUND: there is no such feed; _NOT_APPLICABLE: it is the local one; _CONFIGURATION: its files can't be used, which hinders no signing out. */
SutureSignIn *suture_sign_in_new (
    const SutureFeeds *feeds, const char *feed, const char *user, const char *secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureSignIn *suture_sign_in_ref (SutureSignIn *self);
void suture_sign_in_unref (SutureSignIn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSignIn, suture_sign_in_unref)

/* Does it; on the disk when it returns. Blocks. SUTURE_ERROR_NOT_APPLICABLE: the feed's address was changed meanwhile to
 * another server; _NOT_FOUND, _CONFIGURATION, _NO_SPACE, _FAILED. Nothing was changed then. */
gboolean suture_sign_in_run (const SutureSignIn *self, SutureDatabase *database, GError **error);

G_END_DECLS
