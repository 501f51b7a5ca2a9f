/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Why the unit @name is never restarted for an improvement: a lower case sentence without full stop, static. NULL when it
 * may be. Such units are told as owed: a login or a start of the computer completes them. */
const char *suture_never_reason (const char *name);

G_END_DECLS
