/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* Which version comes next. Desktops take none below the one that they know, so a thief of the keys of timestamp, and of what
 * else it takes, can drive versions up to where no higher one is left. A root that takes a key of timestamp or snapshot away has
 * them forget what both said (TUF 1.0, sections 5.3.11 and 6.2), and so does the publisher. */

G_BEGIN_DECLS

/* The last version that is counted up from: 2^53-1, the highest integer that every reader of JSON has exactly (RFC 8259,
 * section 6). */
#define SUTURE_NUMBERS_MAX G_GINT64_CONSTANT (9007199254740991)

/* Whether desktops that follow from the published root to the body @root forget versions. */
gboolean suture_numbers_are_forgotten (SutureRepository *repository, JsonObject *root);

/* The version after the published one of @role, in *@version. Where that is SUTURE_NUMBERS_MAX or more and @forgotten, it begins anew at the
 * version that waits in DEPOT/pending, or else at the time in seconds since the epoch: above all that were counted, and so a name
 * that no file has. SUTURE_ERROR_ROLLBACK, with what to do: there is no next one. */
gboolean suture_numbers_next (
    SutureRepository *repository, const char *role, gboolean forgotten, gint64 *version, GError **error);

/* Whether the published version of @role is one after which none is counted. */
gboolean suture_numbers_are_used_up (SutureRepository *repository, const char *role);

G_END_DECLS
