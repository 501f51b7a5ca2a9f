/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/feed.h"
#include "client/improvement.h"
#include "client/record.h"

/* Everything that is said to people about the helper's words, translated, in one place. Plain text, never markup. All
 * results are new strings. */

G_BEGIN_DECLS

/* Cause, state and next step of a failure: "No permission was given. Nothing was changed." */
char *suture_sentence_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a short error name, as in Results, LastError and history. */
char *suture_sentence_error_name (const char *name, const char *message) G_GNUC_WARN_UNUSED_RESULT;

/* What an activity of the helper is called: "Downloading “Image Viewing”". @title: of the improvement, or "". */
char *suture_sentence_activity (const char *activity, const char *title) G_GNUC_WARN_UNUSED_RESULT;

/* "471 kB of 1.8 MB"; "" where @total is 0, not known. */
char *suture_sentence_bytes (guint64 done, guint64 total) G_GNUC_WARN_UNUSED_RESULT;

/* "High"; "" for an unknown one. */
char *suture_sentence_severity (const char *severity) G_GNUC_WARN_UNUSED_RESULT;

/* "2 problems fixed", "Test – fixes nothing". */
char *suture_sentence_problems (const SutureImprovementFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* "Used in attacks · High · 2 problems fixed", and what it costs while it is ready: "471.4 kB". */
char *suture_sentence_benefit (const SutureImprovementFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* The line below an improvement's title: "Installed today, 09:12 · High · 2 problems fixed". @now: seconds since the
 * epoch. */
char *suture_sentence_improvement (const SutureImprovementFacts *facts, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* Why @improvement is not active, or should not be, or is not yet, and what helps, where that is not plain: "" when it is
 * active, or can be, or need not. Its title is part of the sentence. @now: seconds since the epoch. */
char *suture_sentence_state (SutureImprovement *improvement, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* "This computer’s turn comes today, 15:00." @turn, @now: seconds since the epoch. */
char *suture_sentence_turn (gint64 turn, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* "systemd-logind: finishes at the next restart of the computer". */
char *suture_sentence_owed (const SutureOwed *owed) G_GNUC_WARN_UNUSED_RESULT;
/* "Finishes at the next restart of the computer", for a place that names it already. */
char *suture_sentence_owed_when (const SutureOwed *owed) G_GNUC_WARN_UNUSED_RESULT;

/* Who made it, where a program did: "Prepared automatically, approved by “Release Team”"; "" where nothing is said of that. */
char *suture_sentence_preparation (const SutureImprovementFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* What removing it does: "The computer becomes exposed again to 2 problems." @others: how many others are active. */
char *suture_sentence_exposure (const SutureImprovementFacts *facts, guint others) G_GNUC_WARN_UNUSED_RESULT;

/* After a sign-in: whether the server has accepted it (@tried), or only could not be asked yet. */
char *suture_sentence_signed_in (const SutureFeedFacts *facts, gboolean tried) G_GNUC_WARN_UNUSED_RESULT;

/* What is kept for a feed, or missing: "Signed in with a token", "example.org asks for a sign-in". */
char *suture_sentence_sign_in (const SutureFeedFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
/* "3 minutes ago", or what went wrong since. @now: seconds since the epoch. */
char *suture_sentence_contact (const SutureFeedFacts *facts, gint64 now) G_GNUC_WARN_UNUSED_RESULT;
/* What a role of a feed's keys is for: "Signs the list of keys (root)". */
char *suture_sentence_role (const char *role) G_GNUC_WARN_UNUSED_RESULT;

/* "today, 09:12", "yesterday, 18:00", "4 June 2026, 09:12", with a capital where it @begins a line; and "12 minutes
 * ago". Seconds since the epoch. */
char *suture_sentence_time (gint64 time, gint64 now, gboolean begins) G_GNUC_WARN_UNUSED_RESULT;
char *suture_sentence_ago (gint64 time, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* "Installed “Image Viewing”". */
char *suture_sentence_event (const SutureRecordFacts *record) G_GNUC_WARN_UNUSED_RESULT;
/* Why it failed, or why its publisher withdrew it; "" where there is nothing to say. */
char *suture_sentence_why (const SutureRecordFacts *record) G_GNUC_WARN_UNUSED_RESULT;
/* "by Anna", "automatically", "by the system"; @user: the name of record->user or NULL. */
char *suture_sentence_who (const SutureRecordFacts *record, const char *user) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
