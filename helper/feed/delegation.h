/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/role.h"

/* The "delegations" of a targets role: who else may sign which paths. */

G_BEGIN_DECLS

#define SUTURE_DELEGATION_NAME_MAX 170 /* bytes, percent-encoded: a version, ".json" and a frame's tag have room */

typedef struct
{
  char *name;          /* never that of a top-level role (owned) */
  SutureRole *role;    /* (owned) */
  GPtrArray *paths;    /* char *, patterns; NULL when @prefixes decides (owned) */
  GPtrArray *prefixes; /* char *, first hex digits of a path's SHA-256; or NULL (owned) */
  gboolean terminating;
} SutureDelegation;

typedef struct
{
  GHashTable *keys; /* key id → SutureKey (owned) */
  GPtrArray *roles; /* SutureDelegation, in order, no name twice (owned) */
} SutureDelegations;

SutureDelegations *suture_delegations_parse (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_delegations_free (SutureDelegations *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDelegations, suture_delegations_free)

/* The delegation to @name, or NULL; it stays part of @self. @self may be NULL. */
const SutureDelegation *suture_delegations_find (const SutureDelegations *self, const char *name);

/* Whether @path is one that the delegate may sign. */
gboolean suture_delegation_covers (const SutureDelegation *self, const char *path);

/* Whether @path matches @pattern: '*' any number of characters, '?' one, neither ever a '/'. */
gboolean suture_delegation_match (const char *pattern, const char *path);

G_END_DECLS
