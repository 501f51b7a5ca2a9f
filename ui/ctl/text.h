/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* What suturectl prints to people. Every string of the bus was cleaned by ui/client before: nothing of a stranger
 * writes to the terminal. All results are new strings. */

G_BEGIN_DECLS

char *suture_text_status (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;

/* All that is known of one. */
char *suture_text_improvement (SutureImprovement *improvement) G_GNUC_WARN_UNUSED_RESULT;

/* @records: of SutureRecord, newest first. */
char *suture_text_history (GPtrArray *records) G_GNUC_WARN_UNUSED_RESULT;

/* All feeds in a few lines each, and all that is known of one. */
char *suture_text_feeds (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;
char *suture_text_feed (const SutureFeedFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
