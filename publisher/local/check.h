/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The order of it all: from apt's lists to what the feed offers. */

G_BEGIN_DECLS

/* What goes on: "reading", "fetching" (bytes), "preparing" (components), "signing"; 0 of 0 where it is not known. */
typedef void (*SutureCheckProgress) (const char *word, guint64 done, guint64 total, gpointer user_data);

/* Makes the folder and its keys where there are none. */
gboolean suture_check_set_up (GError **error);

/* Prepares what is missing, drops what is of no more use, renews signatures, and writes the report. What is in the way of one
 * component holds up none of the others. FALSE with @error: the feed is as it was, or offers less than it might. */
gboolean suture_check_run (SutureCheckProgress progress, gpointer user_data, GError **error);

G_END_DECLS
