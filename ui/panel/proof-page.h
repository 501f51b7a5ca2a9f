/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* What one improvement can be checked by: the archive's chain, where it has one, beside the feed's. */

G_BEGIN_DECLS

#define SUTURE_TYPE_PROOF_PAGE (suture_proof_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureProofPage, suture_proof_page, SUTURE, PROOF_PAGE, AdwBin)

/* As it is now; what is compared does not change while one looks. */
void suture_proof_page_show (SutureProofPage *self, SutureClient *client, SutureImprovement *improvement);

G_END_DECLS
