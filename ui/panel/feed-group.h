/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/feed.h"

/* One source on the page of sources: where it is, when it answered, who signs, and whether one is signed in. */

G_BEGIN_DECLS

#define SUTURE_TYPE_FEED_GROUP (suture_feed_group_get_type ())
G_DECLARE_FINAL_TYPE (SutureFeedGroup, suture_feed_group, SUTURE, FEED_GROUP, AdwPreferencesGroup)

GtkWidget *suture_feed_group_new (SutureFeed *feed);

G_END_DECLS
