/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* What an improvement has broken does not run when it is taken out, so that no restart would bring it back: it is started. */

G_BEGIN_DECLS

/* Remembers, until the next start of the computer, which units the installation of @id restarted, or tried to: the array "units" of
 * its result. */
void suture_revive_remember (const char *id, JsonArray *units);

/* @id was taken out: starts those of its units that have failed since, but none of the never-restart list. */
void suture_revive_run (const char *id);

G_END_DECLS
