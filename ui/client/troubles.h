/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/improvement.h"

/* What goes wrong with an improvement that is installed, in words. Plain text; all results are new strings. @now: seconds since
 * the epoch. */

G_BEGIN_DECLS

/* "Files Keeps Closing"; "" where nothing does. */
char *suture_trouble_closing_title (const SutureImprovementFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* "It has closed 4 times since “Image Viewing” was installed today, 09:12. …"; "" where nothing does. @title: of it. */
char *suture_trouble_closing_sentence (const SutureImprovementFacts *facts, const char *title, gint64 now)
    G_GNUC_WARN_UNUSED_RESULT;

/* Why it is installed and not merged, and what helps. @title: of it. */
char *suture_trouble_inactive_sentence (const SutureImprovementFacts *facts, const char *title) G_GNUC_WARN_UNUSED_RESULT;

/* After it was taken out by itself: what did not work with it, and what is now. @detail: the helper's words, or "". */
char *suture_trouble_undone_sentence (const char *detail) G_GNUC_WARN_UNUSED_RESULT;

/* A copy of the helper's words without the full stop at their end, to stand inside a sentence. */
char *suture_trouble_without_stop (const char *words) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
