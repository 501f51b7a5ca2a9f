/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"

/* The last look before publication: a desktop's own client reads the repository as it is going to be. */

G_BEGIN_DECLS

/* Reads the repository of @depot, from its first root on, as if @timestamp (bytes) were its timestamp.json already, and
 * fetches everything that the roles @roles (char *) list, payloads too. */
gboolean suture_proof_check (SutureDepot *depot, GBytes *timestamp, GPtrArray *roles, GError **error);

G_END_DECLS
