/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Which machine this is, for what is computed here and told to nobody. */

G_BEGIN_DECLS

/* The id of this machine for Suture alone, 32 hex digits, as sd_id128_get_machine_app_specific(3) computes it: HMAC-SHA256
 * keyed by the machine id over an id of the application, its first 16 bytes made a UUID of version 4. Nobody who sees it
 * learns the machine id, and it never leaves the machine all the same. NULL: there is no machine id, or it is not
 * initialized yet, machine-id(5). */
char *suture_machine_read_id (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
