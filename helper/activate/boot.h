/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* Which improvements a start of the computer is tried with, and which it goes without. A start has finished when
 * suture-boot-complete.service is reached; one that ends in an orderly shutdown before that has neither finished nor failed.
 * When SUTURE_BOOT_TRIES starts in a row did not finish after something was installed, all that was installed since the last
 * one that did is left out, until it is removed or installed again.
 *
 * Kept in SUTURE_PATH_ROOT_BOOT. All but suture_boot_load () and suture_boot_save () only reckon. */

G_BEGIN_DECLS

#define SUTURE_BOOT_TRIES 2
#define SUTURE_BOOT_WORD "suture=off" /* on the kernel's command line: this start goes without any improvement */
#define SUTURE_BOOT_IDS_MAX 1024      /* in each list; more than one overlay's options can name */

typedef struct _SutureBoot SutureBoot;

/* A record of nothing: everything that is installed counts as new. */
SutureBoot *suture_boot_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_boot_free (SutureBoot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureBoot, suture_boot_free)

/* The record on the disk, and whether this start was asked to go without improvements. One that is damaged is like none, and
 * said in the log; so is a command line that can't be read. Never NULL. */
SutureBoot *suture_boot_load (void) G_GNUC_WARN_UNUSED_RESULT;
/* Replaces the one on the disk if it is another one now. */
gboolean suture_boot_save (SutureBoot *self, GError **error);

/* The record as JSON, and back. NULL with SUTURE_ERROR_MALFORMED. */
GBytes *suture_boot_to_bytes (const SutureBoot *self) G_GNUC_WARN_UNUSED_RESULT;
SutureBoot *suture_boot_from_bytes (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The name of this start, made up where @begins and it has none yet; "" when it has none. Kept below /run, which a soft reboot
 * does not empty. (The kernel's own, boot_id, looks different to a sandboxed program in a container.) */
char *suture_boot_current (gboolean begins) G_GNUC_WARN_UNUSED_RESULT;

/* The start @boot begins with @installed (ids, NULL-terminated) on the disk. A start that began already changes nothing, nor does
 * one that was asked to go without improvements. Whether something was left out by this. */
gboolean suture_boot_begin (SutureBoot *self, const char *boot, const char *const *installed);
/* The start @boot has finished: what it was tried with is good. Another start than the one that began changes nothing. */
void suture_boot_complete (SutureBoot *self, const char *boot);
/* The start @boot ends in an orderly way: if it has not finished, it has not failed either. */
void suture_boot_end (SutureBoot *self, const char *boot);
/* @id is installed anew, or removed: nothing is known of it any more. */
void suture_boot_forget (SutureBoot *self, const char *id);

/* Why @id is not to be merged: "boot", "asked"; NULL when nothing here says so. Static. */
const char *suture_boot_leaves_out (const SutureBoot *self, const char *id);
/* Whether this start was asked to go without improvements; for a record that was loaded. */
gboolean suture_boot_is_without (const SutureBoot *self);
/* The same, for tests. */
void suture_boot_set_without (SutureBoot *self, gboolean without);

/* Whether @command_line, as in /proc/cmdline, has SUTURE_BOOT_WORD as a word of its own. */
gboolean suture_boot_has_word (const char *command_line);

G_END_DECLS
