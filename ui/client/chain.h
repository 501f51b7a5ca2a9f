/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/feed.h"
#include "client/improvement.h"

/* What an improvement can be checked by, for a person who does: two chains of signatures and digests, as pairs of what it is
 * and which. Only what the helper publishes; nothing is made up where it says nothing. */

G_BEGIN_DECLS

typedef struct
{
  char *title; /* translated: "Signed with the Key" (owned) */
  char *value; /* plain text, may have several lines (owned) */
  gboolean code; /* a digest, a fingerprint or an id: each letter counts */
} SutureChainLink;

/* The archive's chain: arrays of SutureChainLink; empty for what the local feed did not make. */
GPtrArray *suture_chain_of_archive (const SutureImprovementFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* The feed's chain. @feed: NULL where it is configured no longer. */
GPtrArray *suture_chain_of_feed (const SutureImprovementFacts *facts, const SutureFeedFacts *feed) G_GNUC_WARN_UNUSED_RESULT;

/* All of a chain as lines of text, to be kept or sent: "TITLE: VALUE". */
char *suture_chain_to_text (GPtrArray *chain) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
