/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* The last look before publication: a desktop's own client, which saw what is published now, reads the repository as it is
 * going to be, with everything that its roles list, payloads too. */

G_BEGIN_DECLS

gboolean suture_proof_check (SutureRepository *repository, GError **error);

G_END_DECLS
