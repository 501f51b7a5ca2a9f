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

/* How the log goes on. */
typedef enum
{
  SUTURE_CHAIN_NEW,     /* with the first edition of all */
  SUTURE_CHAIN_BEGINS,  /* at its first entry, since what is published has no log yet */
  SUTURE_CHAIN_GOES_ON, /* behind what the published timestamp counts */
  SUTURE_CHAIN_RESUMED, /* behind what DEPOT/log and the served folder have alike, whatever the timestamp says */
} SutureChainStart;

/* Where the next edition of @repository goes on, in *@head and *@start. The published timestamp alone is not believed: its key may be a
 * thief's. What it counts has to end with a file of DEPOT/log, or to be served whole and to go on from all files there (those that
 * are missing there, of a folder that was brought back from a backup, are copied). Otherwise the log is resumed if @replaced:
 * root takes the thief's key away; or else it is SUTURE_ERROR_HASH, with what to do. */
gboolean suture_chain_find_head (
    SutureRepository *repository, gboolean replaced, SutureChainHead *head, SutureChainStart *start, GError **error);

/* Adds @entries to what @repository is going to serve, as one file behind *@head, which moves on, and keeps a copy. Nothing when there are
 * none. @time: seconds since the epoch. */
gboolean suture_chain_add (
    SutureRepository *repository, SutureChainHead *head, GPtrArray *entries, gint64 time, GError **error);

/* All entries that the published timestamp counts, as served (or as kept): JsonNode, none that is not what the head stands for.
 * SUTURE_ERROR_HASH names the first one that is not. */
GPtrArray *suture_chain_read (SutureRepository *repository, gboolean kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Serves the copies again, if they are what the head stands for. */
gboolean suture_chain_restore (SutureRepository *repository, GError **error);

G_END_DECLS
