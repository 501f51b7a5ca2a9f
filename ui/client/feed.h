/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/copy.h"

/* One feed as the helper published it (org.suture.Feed1). */

G_BEGIN_DECLS

#define SUTURE_TYPE_FEED (suture_feed_get_type ())
G_DECLARE_FINAL_TYPE (SutureFeed, suture_feed, SUTURE, FEED, SutureCopy)

typedef struct
{
  char *role;        /* root, timestamp, snapshot, targets (owned) */
  char *type;        /* ed25519, … (owned) */
  char *fingerprint; /* hex (owned) */
} SutureFeedKey;

/* Meaning and units are those of data/org.suture.Helper1.xml. All strings are clean, plain text and not NULL; all is owned. */
typedef struct
{
  char *name;
  char *kind;    /* remote; local: made on this computer */
  char *address; /* "": its files can't be used, and last_message says why */
  char *host; /* of the address, as people know it */
  char *origin;
  char **components;
  GPtrArray *keys; /* of SutureFeedKey */
  guint64 root_version;
  guint64 version;
  gint64 expires;
  gint64 last_contact;
  char *last_error;
  char *last_message;
  char *signed_in; /* none, token, password */
  gboolean needs_sign_in;
} SutureFeedFacts;

/* Never NULL; valid until the next "changed". */
const SutureFeedFacts *suture_feed_get_facts (SutureFeed *self);

/* Whether its files can be used. */
gboolean suture_feed_is_usable (const SutureFeedFacts *facts);

/* Whether this computer makes it itself: nobody signs in to it. */
gboolean suture_feed_is_local (const SutureFeedFacts *facts);

/* Whether anything is kept for it. */
gboolean suture_feed_is_signed_in (SutureFeed *self);

G_END_DECLS
