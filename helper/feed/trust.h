/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/metadata.h"
#include "feed/source.h"
#include "feed/target.h"

/* The TUF 1.0 client: one feed's trusted metadata in one folder (the workflow of section 5 of the specification).
 * A role is written as soon as it is trusted and never when refused. The helper has one such folder a feed, and
 * suture-activate another of its own; both run this code. Calls block: use a thread. */

G_BEGIN_DECLS

typedef struct _SutureTrust SutureTrust;

/* Opens the folder @path (made 0700 if it is missing). @first_root: the root that came with the system. It is trusted
 * when the folder has none yet, and again when it is not one that was trusted here before: whoever replaces it, root,
 * wants the feed to begin anew from it. NULL: go on from what is there; SUTURE_ERROR_NOT_FOUND when nothing is. */
SutureTrust *suture_trust_open (const char *path, GBytes *first_root, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_trust_free (SutureTrust *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureTrust, suture_trust_free)

/* Root, timestamp, snapshot and top-level targets, in that order. @now: seconds since the epoch, the one
 * start time of this cycle, by which everything until the next refresh expires (suture_clock_now ()); the trusted timestamp's
 * own "issued" is a floor for it, so that a clock set back does not revive what has expired.
 * SUTURE_ERROR_SIGNATURE, _HASH, _STALE, _ROLLBACK, _MALFORMED, or what @source said. */
gboolean suture_trust_refresh (SutureTrust *self, SutureSource *source, gint64 now, GError **error);

/* The same from the copies in the folder alone, for a machine that is offline: what expired since is STALE all the same.
 * SUTURE_ERROR_NOT_FOUND when a copy is missing or no longer the one that was promised. */
gboolean suture_trust_resume (SutureTrust *self, gint64 now, GError **error);

/* The time that the last refresh or resume in this process held metadata against: what it was told, or the publisher's signed
 * time when that is later. */
gint64 suture_trust_get_time (SutureTrust *self);

/* What is trusted of the role @role since the last refresh or resume in this process ("root": always), a delegated one once
 * it was listed; NULL when nothing is. It stays part of @self until the next refresh. */
const SutureMetadata *suture_trust_get (SutureTrust *self, const char *role);

/* All targets of the delegated role @role that targets.json delegates to directly, those outside its own path patterns
 * left out; fetched if the trusted copy is not the one that the snapshot names. After a successful refresh or
 * resume in this process. SUTURE_ERROR_NOT_FOUND: nothing is delegated under that name. Array of SutureTarget. */
GPtrArray *suture_trust_list (SutureTrust *self, SutureSource *source, const char *role, GError **error);

/* The target at @path by a search of the delegations (pre-order, depth-first, terminating). */
SutureTarget *suture_trust_find (SutureTrust *self, SutureSource *source, const char *path, GError **error);

/* Fetches @target and compares length and digests: SUTURE_ERROR_HASH. */
GBytes *suture_trust_fetch (SutureTrust *self, SutureSource *source, const SutureTarget *target, GError **error);

/* The target as the trusted copies in the folder list it, without any source: signatures are checked against the trusted
 * root, expiry and versions are not. For the boot, when there is no network and the clock may be wrong. */
SutureTarget *suture_trust_lookup_local (SutureTrust *self, const char *role, const char *path, GError **error);

/* Hands every file that another client needs to reach the same state for @role (NULL: for no delegated one), roots first, to
 * @add: the bytes as they were received, under the names that a server has them under. For suture-activate, and for
 * suture-publish to compare. After suture_trust_list () of @role. All roots that were ever trusted here are among them: the other may be at an older one. */
typedef gboolean (*SutureTrustAdd) (const char *name, GBytes *bytes, gpointer user_data, GError **error);
gboolean suture_trust_export (SutureTrust *self, const char *role, SutureTrustAdd add, gpointer user_data, GError **error);

G_END_DECLS
