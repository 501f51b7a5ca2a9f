/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* The public log: what was ever published, as lines of canonical JSON, each with the SHA-256 of the one before. Each edition's lines are a
 * file of their own, metadata/FIRST.log.jsonl (FIRST: the number of its first entry), that never changes; how many entries there
 * are and the SHA-256 of the last stand in the timestamp, as "log": {"entries", "sha256"}. So a desktop pays some bytes of the
 * timestamp for it, and whoever wants to can hold the publisher to it. Copies are kept in DEPOT/log. */

G_BEGIN_DECLS

typedef struct
{
  gint64 entries;
  char sha256[65]; /* of the last; of zeros when there is none */
} SutureChainHead;

/* What the timestamp @body says; FALSE when it says nothing (no log was begun). */
gboolean suture_chain_read_head (JsonObject *body, SutureChainHead *head);
void suture_chain_set_head (JsonObject *body, const SutureChainHead *head);

/* Gives each of @entries (JsonObject) its number, @time (seconds since the epoch) and predecessor, moves *@head on, and returns the
 * lines. */
GBytes *suture_chain_append (SutureChainHead *head, GPtrArray *entries, gint64 time) G_GNUC_WARN_UNUSED_RESULT;

/* The name of the file whose first entry is @first. */
char *suture_chain_name (gint64 first) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps the copy of a file. */
gboolean suture_chain_keep (SutureDepot *depot, gint64 first, GBytes *lines, GError **error);

/* All entries that the published timestamp counts, as served (or as kept): JsonNode, none that is not what the head stands for.
 * SUTURE_ERROR_HASH names the first one that is not. */
GPtrArray *suture_chain_read (SutureRepository *repository, gboolean kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Serves the copies again, if they are what the head stands for. */
gboolean suture_chain_restore (SutureRepository *repository, GError **error);

G_END_DECLS
