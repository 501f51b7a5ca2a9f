/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* What --json prints: stable names, one object, times in seconds since the epoch (0: never), sizes in bytes. All
 * results are new strings that end with a line feed. */

G_BEGIN_DECLS

/* status: "status" is a word of suture_status_kind_to_name (). */
char *suture_json_status (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;

/* history: "records", newest first. @records: of SutureRecord. */
char *suture_json_history (GPtrArray *records) G_GNUC_WARN_UNUSED_RESULT;

/* The end of all other commands: "error" is "" or a short error name, "message" says why. */
char *suture_json_result (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* { "feeds": [ … ] }, and one of them alone. */
char *suture_json_feeds (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;
char *suture_json_feed (const SutureFeedFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* One improvement, as in the status. */
char *suture_json_improvement (SutureImprovement *improvement) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
