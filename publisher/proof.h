/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* The last look before publication: a desktop's own client, which saw what is published now, reads the repository as it is
 * going to be, with everything that its roles list, payloads too. @now: seconds since the epoch; 0: nothing is too old. */

G_BEGIN_DECLS

gboolean suture_proof_check (SutureRepository *repository, gint64 now, GError **error);

G_END_DECLS
