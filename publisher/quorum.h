/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"

/* Whether what is prepared without a person needs one before it goes out. */

G_BEGIN_DECLS

/* The role of the release @base ("debian:12") on @architecture, Debian's name of it; NULL with @error. */
char *suture_quorum_role (const char *base, const char *architecture, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Refuses, as SUTURE_ERROR_NOT_AUTHORIZED, a role that can be signed with what lies in DEPOT/keys without a passphrase: a threshold of
 * 1, or as many such keys as have to sign. The same of root and targets, whatever their threshold is, since they say who has to sign @role.
 * SUTURE_ERROR_NOT_FOUND: there is no such role. */
gboolean suture_quorum_check (SutureDepot *depot, const char *role, GError **error);

G_END_DECLS
