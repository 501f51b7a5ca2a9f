/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A feed is a file that root wrote: feeds.d/NAME.conf with [Feed] URL=https://…, and NAME.root.json beside it, its first
 * root. /etc/suture/feeds.d replaces /usr/lib/suture/feeds.d by name; an empty .conf switches a vendor's feed off.
 * Components=openssl;libx*; is its scope: the components that may come from it, and from no feed that does not name them.
 *
 * Kind=local in place of URL= is the feed that this computer makes itself: it is called SUTURE_FEED_LOCAL, no other may be, and
 * it comes from SUTURE_PATH_LOCAL_FEED and nowhere else. Its files are believed no more than those of a server. */

G_BEGIN_DECLS

#define SUTURE_FEED_LOCAL "local"

typedef struct
{
  char *name;   /* a name of base/name.h, unless it is for this that the feed can't be used (owned) */
  gboolean local; /* Kind=local */
  char *url;    /* https://…, without a trailing slash; metadata/ and targets/ lie below; file:///… of the local one, which is only
                   shown; NULL with a fault (owned) */
  char **components; /* its scope: names of base/name.h, one with a '*' behind it stands for all that begin so; NULL: any
                        that no feed names (owned) */
  GBytes *root;  /* the first root's bytes; NULL with a fault (owned) */
  GError *fault; /* why it can't be used: SUTURE_ERROR_CONFIGURATION, which names the file; NULL: it can (owned) */
  gboolean scope_is_lost; /* with a fault: not even its scope can be read, so any component may be this feed's */
} SutureFeedConfig;
void suture_feed_config_free (SutureFeedConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFeedConfig, suture_feed_config_free)

/* What feeds.d says. */
typedef struct
{
  GPtrArray *usable; /* SutureFeedConfig, by name (owned) */
  GPtrArray *faulty; /* the same: nothing comes from them, and what they name comes from no other (owned) */
  GError *fault;     /* why not even the names can be read; else of the first of those, before all of one whose scope is lost;
                        NULL: all is well (owned) */
  gboolean scope_is_lost; /* of one of those: nothing comes from feeds without a scope */
} SutureFeedConfigs;
void suture_feed_configs_free (SutureFeedConfigs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFeedConfigs, suture_feed_configs_free)

/* All feeds; never NULL. A feed whose files are missing, unreadable or wrong (an unknown key or group, an address that is not
 * https, a first root that is none) is faulty and costs no other what is its own. Where not even the names can be read there
 * is no feed at all, since a name in one folder can switch off one in the other. */
SutureFeedConfigs *suture_feed_configs_load (void) G_GNUC_WARN_UNUSED_RESULT;
/* One feed; SUTURE_ERROR_NOT_FOUND, or _CONFIGURATION as above: a fault never gives way to another folder's feed. */
SutureFeedConfig *suture_feed_config_find (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the scope of @self names @component; one without a scope names none. */
gboolean suture_feed_config_names (const SutureFeedConfig *self, const char *component);

/* Whether the feed @name may be where @component comes from, with all @feeds beside it: where feeds name the component, one
 * that does; where none does, one without a scope. A faulty feed keeps what it names, and where its scope is lost nothing comes
 * from feeds without one: that the others can't be told what is theirs must not be what makes it theirs. More than one may:
 * then it is undecided, unless one of them alone offers it, or has it installed. The local feed gives way: what another feed
 * names is never its own. The helper and suture-activate both ask this. */
gboolean suture_feed_configs_may_offer (const SutureFeedConfigs *feeds, const char *name, const char *component);

G_END_DECLS
