/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* What is said about the feed that this computer makes itself, out of its distribution's security updates. Translated, plain
 * text; all strings are new. The distribution is called by its name where it has one: else the sentences say "the system". */

G_BEGIN_DECLS

/* "Debian’s Security Updates". */
char *suture_local_words_title (void) G_GNUC_WARN_UNUSED_RESULT;

/* The button that leads to turning it on: "Use Debian’s Security Updates…"; and the question after it, with what that does. */
char *suture_local_words_invitation (void) G_GNUC_WARN_UNUSED_RESULT;
char *suture_local_words_question (void) G_GNUC_WARN_UNUSED_RESULT;
char *suture_local_words_explanation (void) G_GNUC_WARN_UNUSED_RESULT;

/* What it is, in one sentence: "This computer can prepare fixes itself, out of what Debian has signed." @on: whether it does. */
char *suture_local_words_purpose (gboolean on) G_GNUC_WARN_UNUSED_RESULT;

/* What is going on: "Preparing Fixes from Debian’s Security Updates". */
char *suture_local_words_activity (void) G_GNUC_WARN_UNUSED_RESULT;

/* "Debian’s list of 29 November 2026". @time: ArchiveTime. */
char *suture_local_words_list (gint64 time) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it made this improvement: also one that stayed after it was turned off. @feed: where it comes from, or NULL. */
gboolean suture_local_words_made (const SutureImprovementFacts *facts, SutureFeed *feed);

/* Who published an improvement of it: "Debian, prepared on this computer". */
char *suture_local_words_publisher (const SutureImprovementFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* How turning it on, or off, ended. @error: of the operation, or NULL; @is_on: LocalFeed now, because a first check that fails
 * does not take back what was turned on. */
char *suture_local_words_ended (gboolean wanted, gboolean is_on, const GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
