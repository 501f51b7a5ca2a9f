/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* How urgent Debian's security tracker finds what this computer is vulnerable to, from debsecan(1), which brings its data
 * where it is installed. suture-local has no network, so that only data that lies on this computer counts: where
 * debsecan's SOURCE is a file:// address (/etc/default/debsecan), with a file for each suite in it. */

G_BEGIN_DECLS

/* Asks debsecan about @suite, a code name ("bookworm"). CVE number → "low", "medium" or "high", static; the highest one
 * where there are several packages; none for what the tracker has not judged. Empty where debsecan is not installed, or
 * has its data on the network. The caller's. */
GHashTable *suture_urgency_load (const char *suite, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with the program @program (a name in PATH, or a path), its settings @config and dpkg's @status. */
GHashTable *suture_urgency_ask (
    const char *program, const char *config, const char *status, const char *suite, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The higher one of the urgencies @a and @b; NULL and unknown words are the lowest. */
const char *suture_urgency_max (const char *a, const char *b);

G_END_DECLS
