/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Which apps are in use, by the names of their control groups: systemd's "Desktop Environment Integration" has desktops start each
 * app in a unit of its own, app[-LAUNCHER]-ID-RANDOM.scope or app[-LAUNCHER]-ID[@RANDOM].service, below the user's slice; dbus-broker starts those that are
 * activated over the bus as dbus-SENDER-ID@N.service. */

G_BEGIN_DECLS

/* The app that the control group @name may be: its ID, without ".desktop", unescaped; with and without what may be a launcher. NULL:
 * it is no app's. */
char **suture_apps_read_unit (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The IDs of all apps that users have open now, as above: a set of strings. Empty where there are no control groups. Reads some
 * hundred folders at most some thousand: not for each of many decisions. */
GHashTable *suture_apps_find (void) G_GNUC_WARN_UNUSED_RESULT;

/* Those of the desktop files @reopen (char *, with ".desktop") that are in @open (NULL: nothing is), with blanks between; "": none. */
char *suture_apps_name_open (GHashTable *open, GPtrArray *reopen) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
