/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A feed is a file that root wrote: feeds.d/NAME.conf with [Feed] URL=https://…, and NAME.root.json beside it, its first
 * root. /etc/suture/feeds.d replaces /usr/lib/suture/feeds.d by name; an empty .conf switches a vendor's feed off.
 * Components=openssl;libx*; is its scope: the components that may come from it, and from no feed that does not name them. */

G_BEGIN_DECLS

typedef struct
{
  char *name;   /* a name of base/name.h (owned) */
  char *url;    /* https://…, without a trailing slash; metadata/ and targets/ lie below (owned) */
  char **components; /* its scope: names of base/name.h, one with a '*' behind it stands for all that begin so; NULL: any
                        that no feed names (owned) */
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

/* Whether the scope of @self names @component; one without a scope names none. */
gboolean suture_feed_config_names (const SutureFeedConfig *self, const char *component);

/* Whether the feed @name may be where @component comes from, with all @feeds (SutureFeedConfig) beside it: where feeds name
 * the component, one that does; where none does, one without a scope. More than one may: then it is undecided, unless one
 * of them alone offers it, or has it installed. The helper and suture-activate both ask this. */
gboolean suture_feed_config_may_offer (GPtrArray *feeds, const char *name, const char *component);

G_END_DECLS
