/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "activate/request.h"
#include "verify/manifest.h"

G_BEGIN_DECLS

/* Root's own proof that a publisher whom an administrator configured signed what is asked for: nothing of what the helper
 * believes is used. The metadata handed over brings root's own TUF state forward (its floors, not the helper's, decide
 * what is too old); the manifest's bytes must be those of the target ROLE/ID.json in this base release's role, and name
 * this id and this base; and the target must not be withdrawn. Returns the manifest; NULL with what the TUF client or the parser says, or
 * SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_APPLICABLE. */
SutureManifest *suture_proof_check (const SutureRequest *request, gint64 now, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
