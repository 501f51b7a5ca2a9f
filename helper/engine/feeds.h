/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/report.h"
#include "feed/config.h"
#include "feed/trust.h"
#include "history/database.h"

/* What is known of each feed, for those who look at it: a value, never changed after it was made. */

G_BEGIN_DECLS

/* A key of the trusted root, once for each role that it signs. */
typedef struct
{
  const char *role;  /* root, timestamp, snapshot, targets; static */
  char *type;        /* as TUF names it: ed25519, … (owned) */
  char *fingerprint; /* SHA-256 of its canonical form, in hex, computed here and not taken from the file (owned) */
} SutureFeedKey;

typedef struct
{
  char *name;           /* strings are (owned) */
  gboolean local;       /* made on this computer */
  char *address;        /* ""; its files can't be used, as last_error says */
  char *origin;         /* base/credential.h; without an address that of what is kept to sign in, or "" */
  char **components;    /* that it may serve; none: any (owned) */
  GPtrArray *keys;      /* SutureFeedKey (owned) */
  gint64 root_version;  /* of the trusted root; 0: unknown */
  gint64 version;       /* of the timestamp that was trusted last; 0: none yet */
  gint64 expires;       /* of that; seconds since the epoch; 0: none yet */
  gint64 last_contact;  /* of the last check in which its server's metadata held; the same */
  char *last_error;     /* short error name of the last check of it, or of its files, or "" */
  char *last_message;   /* sentence, or "" */
  const char *signed_in; /* none, token, password; static */
} SutureFeed;

typedef struct
{
  gatomicrefcount count;
  gint64 read_at;  /* monotonic time (microseconds) at which the reading began: of two values the later one is the truth */
  GPtrArray *list; /* SutureFeed, by name (owned) */
  const char *local_feed; /* absent, off, on; static */
  SutureReport *report;   /* what the local feed leaves to the system update; empty unless it is on (owned) */
} SutureFeeds;

/* What feeds.d says, without the feeds that the administrator's policy does not name: those are among the faulty, with
 * SUTURE_ERROR_MANAGED, and keep what is theirs. Nothing else in engine/ reads feeds.d. */
SutureFeedConfigs *suture_feeds_load_used (void) G_GNUC_WARN_UNUSED_RESULT;

/* Reads configuration, trusted roots, credentials and what checks left in @database; credentials that belong to nobody any
 * more are erased first. Reads files: use a thread. */
SutureFeeds *suture_feeds_new (SutureDatabase *database) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing is known yet. */
SutureFeeds *suture_feeds_new_none (void) G_GNUC_WARN_UNUSED_RESULT;
SutureFeeds *suture_feeds_ref (SutureFeeds *self);
void suture_feeds_unref (SutureFeeds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFeeds, suture_feeds_unref)

/* The one with @name, or NULL; stays @self's. */
const SutureFeed *suture_feeds_find (const SutureFeeds *self, const char *name);

/* Remembers how a check of @config ended: @error NULL for well, @trust (NULL: none) with what it then trusts. */
void suture_feeds_remember (SutureDatabase *database, const SutureFeedConfig *config, SutureTrust *trust, const GError *error);

/* A feed that was signed in to anew does not ask for it any more, until its server says otherwise. */
void suture_feeds_forget_refusal (SutureDatabase *database, const char *name);

/* When the feed @name last answered a check, and all that it lists was read: @time, seconds since the epoch, is what its metadata
 * was held against, also for a start without network. On a disk without room it is not kept. @otherwise: where none is known. */
void suture_feeds_remember_checked (SutureDatabase *database, const char *name, gint64 time);
gint64 suture_feeds_get_checked (SutureDatabase *database, const char *name, gint64 otherwise);

G_END_DECLS
