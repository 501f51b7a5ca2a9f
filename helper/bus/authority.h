/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Who calls, and may they: the only user of polkit. It fails closed: whatever goes wrong is SUTURE_ERROR_NOT_AUTHORIZED. */

G_BEGIN_DECLS

#define SUTURE_TYPE_AUTHORITY (suture_authority_get_type ())
G_DECLARE_FINAL_TYPE (SutureAuthority, suture_authority, SUTURE, AUTHORITY, GObject)

SutureAuthority *suture_authority_new (GDBusConnection *connection);

/* Asks the bus for the user of @sender and polkit whether it may do @action (NULL: polkit is not asked), then the bus again
 * whether @sender is still there. The subject is the sender's bus name and nothing else. @interactive: polkit may ask the
 * person. @details: what polkit's dialog may name (key → text, borrowed), or NULL.
 * SUTURE_ERROR_NOT_AUTHORIZED; SUTURE_ERROR_BUSY when too many questions to polkit of this user, or of all, or not yet
 * identified ones of this connection, are open. */
void suture_authority_check (SutureAuthority *self,
                             const char *sender,
                             const char *action,
                             GHashTable *details,
                             gboolean interactive,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* @user (out): the uid behind the sender. */
gboolean suture_authority_check_finish (SutureAuthority *self, GAsyncResult *result, guint32 *user, GError **error);

/* How many questions are open. */
guint suture_authority_get_pending (SutureAuthority *self);

G_END_DECLS
