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

/* All feeds that can be used, by name, sorted; never NULL, and empty where there is none. A feed whose files are
 * missing, unreadable or wrong (an unknown key or group, an address that is not https, a first root that is none) is
 * left out and costs no other. @fault (out): NULL, or why the first of them is: SUTURE_ERROR_CONFIGURATION, which names
 * the file. Where not even the names can be read there is no feed at all, since a name in one folder can switch off one
 * in the other. */
GPtrArray *suture_feed_config_load (GError **fault) G_GNUC_WARN_UNUSED_RESULT;
/* One feed; SUTURE_ERROR_NOT_FOUND, or _CONFIGURATION as above: a fault never gives way to another folder's feed. */
SutureFeedConfig *suture_feed_config_find (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
