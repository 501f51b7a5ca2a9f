/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/envelope.h"

/* Who may sign what: key ids, how many of them, and the keys themselves. */

G_BEGIN_DECLS

typedef struct
{
  gint64 threshold;   /* at least 1 */
  GPtrArray *key_ids; /* char *, none twice (owned) */
} SutureRole;

/* Reads the members "keyids" and "threshold" of @object. A key listed twice is one key; a threshold below 1 is
 * SUTURE_ERROR_MALFORMED. */
SutureRole *suture_role_parse (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_role_free (SutureRole *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureRole, suture_role_free)

/* Reads a "keys" object: key id → SutureKey. */
GHashTable *suture_role_parse_keys (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether as many different keys of the role as its threshold says have validly signed @envelope. A key under two ids
 * counts once. @name is the role's, for the error. SUTURE_ERROR_SIGNATURE. */
gboolean suture_role_verify (
    const SutureRole *self, GHashTable *keys, const SutureEnvelope *envelope, const char *name, GError **error);

/* Whether a key of @self is no longer one of @next: a rotation, after which old versions stop to count. */
gboolean suture_role_is_rotated (const SutureRole *self, GHashTable *keys, const SutureRole *next, GHashTable *next_keys);

G_END_DECLS
