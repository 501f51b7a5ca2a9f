/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A feed is a file that root wrote: feeds.d/NAME.conf with [Feed] URL=https://…, and NAME.root.json beside it, its first
 * root. /etc/suture/feeds.d replaces /usr/lib/suture/feeds.d by name; an empty .conf switches a vendor's feed off. */

G_BEGIN_DECLS

typedef struct
{
  char *name;   /* a name of base/name.h (owned) */
  char *url;    /* https://…, without a trailing slash; metadata/ and targets/ lie below (owned) */
  GBytes *root; /* the first root's bytes (owned) */
} SutureFeedConfig;
void suture_feed_config_free (SutureFeedConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFeedConfig, suture_feed_config_free)

/* All feeds by name, sorted. An unknown key or group, an address that is not https, or a missing root is an error that
 * names the file. No feed at all is an empty array. */
GPtrArray *suture_feed_config_load (GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One feed; SUTURE_ERROR_NOT_FOUND. */
SutureFeedConfig *suture_feed_config_find (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
