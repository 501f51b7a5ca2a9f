/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/feeds.h"

/* The objects /org/suture/Helper1/feed/ESCAPED_NAME, one for each feed that can be used. */

G_BEGIN_DECLS

/* Makes the objects below @server be what @feeds say, and sends the changes. Text is cut to 4 KiB. */
void suture_feed_publish (GDBusObjectManagerServer *server, const SutureFeeds *feeds);

/* What the local feed leaves to the system update, as SystemUpdates is. */
GVariant *suture_feed_left_to_variant (const SutureReport *report) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
