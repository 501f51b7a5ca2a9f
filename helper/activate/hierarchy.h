/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The trees below /usr that are merged, each with an overlay of its own, and what is merged on them now. /usr/local and
 * whatever else is mounted below /usr stay as they are. The marker files are systemd-sysext's own (252), so that its
 * status, refresh and unmerge understand our overlays when told the same trees. */

G_BEGIN_DECLS

#define SUTURE_HIERARCHIES 6

/* "bin", "sbin", "lib", "lib64", "libexec", "share"; static. */
const char *suture_hierarchy_name (guint i);
/* The same below /usr: "/usr/bin" …. Free with g_free (). */
char *suture_hierarchy_path (guint i) G_GNUC_WARN_UNUSED_RESULT;

/* What systemd-sysext's variable SYSTEMD_SYSEXT_HIERARCHIES must hold to mean the same. */
char *suture_hierarchy_all (void) G_GNUC_WARN_UNUSED_RESULT;

/* The names of the extensions merged on tree @i, sorted; NULL where nothing is merged. */
char **suture_hierarchy_merged (guint i) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a merge covers the whole of /usr: somebody ran systemd-sysext with its defaults. */
gboolean suture_hierarchy_usr_is_covered (void);
/* The names merged there, sorted; NULL when it is not covered. */
char **suture_hierarchy_usr_merged (void) G_GNUC_WARN_UNUSED_RESULT;

/* Whether extension @name is merged wherever it has to be seen first: on the whole of /usr, or on some tree. */
gboolean suture_hierarchy_has (const char *name);

G_END_DECLS
