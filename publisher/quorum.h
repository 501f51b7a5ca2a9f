/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "report.h"

/* Whether what is prepared without a person needs one before it goes out. */

G_BEGIN_DECLS

/* The role of the release @base ("debian:12") on @architecture, Debian's name of it; NULL with @error. */
char *suture_quorum_role (const char *base, const char *architecture, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Refuses a role that is not there, and one that can be signed with what lies in DEPOT/keys alone: a threshold of 1, or as
 * many keys without a passphrase as it has to have. Warns in @report when root's or targets' keys lie there, too: with them
 * somebody could change who has to sign. */
gboolean suture_quorum_check (SutureDepot *depot, const char *role, SutureReport *report, GError **error);

G_END_DECLS
