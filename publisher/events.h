/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* What happens between two versions of a role, as entries of the log (chain.h). */

G_BEGIN_DECLS

/* Where an entry can be looked up: the file that says it, and the snapshot that names that. */
typedef struct
{
  const char *role;
  gint64 version;
  GBytes *bytes; /* of the file */
  gint64 snapshot_version;
  GBytes *snapshot;
} SutureEventsPlace;

/* Adds to @entries (JsonObject) what is in @after and was not in @before (NULL: nothing was), which are bodies of root, targets, or a delegated
 * role: events "root", "keys", "published", "withdrawn", "restored" and "rollout". */
void suture_events_find (JsonObject *before, JsonObject *after, const SutureEventsPlace *place, GPtrArray *entries);

G_END_DECLS
