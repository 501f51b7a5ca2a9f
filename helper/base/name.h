/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a string from outside may look like before anything is looked up or shown. */

G_BEGIN_DECLS

#define SUTURE_SENTENCE_MAX 4096 /* bytes of a sentence that is kept and told: THREATS 31 */

/* Ids of improvements, components, feeds and operations: ^[a-z0-9][a-z0-9._-]{0,63}$ (THREATS.md V5; a name that
 * passes is also safe as a file name: it can't be "..", hidden or empty). Length in bytes. */
#define SUTURE_NAME_MAX 64
gboolean suture_name_is_valid (const char *name);

/* A copy of signed or caller text that is safe in a terminal, a log and a label: valid UTF-8, C0 and C1
 * controls (line feed aside when @keep_lines) and bidirectional controls removed, cut at @max_length bytes on a
 * character boundary (CVE-2023-28101). Never NULL. */
char *suture_name_clean_text (const char *text, gsize max_length, gboolean keep_lines) G_GNUC_WARN_UNUSED_RESULT;

/* A copy of @text, which is clean, for a place that may take it for markup, plain or escaped, nobody knows which: the
 * signs that markup is made of give way to ones that look alike. Polkit's agents are such places: polkit-gnome and
 * KDE's read a message as markup, GNOME Shell's and pkttyagent do not. */
char *suture_name_without_markup (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* The letter of an improvement's number: 1 → "a", 26 → "z", 27 → "aa". Number 0 gives "". */
char *suture_name_letter (guint number) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
