/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "keyring.h"
#include "report.h"
#include "seal.h"

/* DEPOT/pending: the next version of a role, VERSION.ROLE.json, that waits for signatures. It can be carried to whoever has the keys
 * (sign.c), and goes out when enough of them have signed. */

G_BEGIN_DECLS

/* The name of such a file. */
char *suture_pending_name (const char *role, gint64 version) G_GNUC_WARN_UNUSED_RESULT;

/* The role in such a name, or NULL. */
char *suture_pending_role (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The highest version of @role that waits; 0: none does. */
gint64 suture_pending_version (SutureDepot *depot, const char *role);

/* What waits as @version of @role, not verified; NULL when nothing (that can be read) does. */
SutureEnvelope *suture_pending_read (SutureDepot *depot, const char *role, gint64 version) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @waiting, of @role, still holds for long enough to go out as it is, and for no longer than it would if it were made now (@now:
 * seconds since the epoch) for @days: half of its time is left. A timestamp has its time of issue in it, so its own number of days
 * counts unless @exact: somebody has said how many. That of a snapshot may be more than @days unless @exact. */
gboolean suture_pending_is_timely (const SutureEnvelope *waiting, const char *role, gint64 now, guint days, gboolean exact);

/* Whether any version of @role waits. */
gboolean suture_pending_has (SutureDepot *depot, const char *role);

/* Writes @seal, with what signatures it has, as what waits of @role. @report is told when others' signatures of another body are lost by it. */
gboolean suture_pending_write (SutureDepot *depot, SutureReport *report, const char *role, SutureSeal *seal, GError **error);

/* Removes all that is not in @waiting: role → SutureSeal. */
gboolean suture_pending_prune (SutureDepot *depot, GHashTable *waiting, GError **error);

/* Tells that @seal waits, and for whom; also when that is a key of @keyring, which did not sign unseen. */
void suture_pending_tell (SutureDepot *depot, SutureReport *report, const char *role, SutureSeal *seal, SutureKeyring *keyring);

/* "key 0a1b2c3d (Release Team), key …" for people. */
char *suture_pending_describe_keys (SutureDepot *depot, GPtrArray *ids) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
