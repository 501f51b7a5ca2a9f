/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The folder that holds the feed, and the keys that it is signed with. The caller holds the lock (local/place.h). */

G_BEGIN_DECLS

/* Makes the feed where there is none, or one without all that it needs to go on: of a run that was killed, or whose keys were lost. */
gboolean suture_set_up_run (GError **error);

/* FALSE with @error, SIGNATURE: root trusts other keys than these, since they were made anew behind it. TRUE where it trusts none. */
gboolean suture_set_up_is_trusted (GError **error);

G_END_DECLS
