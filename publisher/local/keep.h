/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the feed offers in the end: what is staged goes out, what is of no more use here is no longer listed and its bytes go, and
 * signatures are renewed. In a process of its own, as a preparation is (prepare.h). */

G_BEGIN_DECLS

/* Publishes what is staged in the folder @feed, with what of the published is named in @names ("ROLE/ID", a set), and nothing else. A run that
 * is killed is finished by the next one. */
gboolean suture_keep_run (const char *feed, GHashTable *names, GError **error);

/* Has a process of this program do it; @work: a folder to hand the names over in. */
gboolean suture_keep_spawn (const char *work, GHashTable *names, GError **error);

/* The command line word, with the file of names behind it, that main () hands to suture_keep_main (), and its exit status. */
#define SUTURE_KEEP_WORD "--publish"
int suture_keep_main (const char *file);

G_END_DECLS
