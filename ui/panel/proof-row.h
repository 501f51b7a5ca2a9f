/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/chain.h"

/* One link of a chain of proof: what it is, and which, as text that can be selected and copied. */

G_BEGIN_DECLS

#define SUTURE_TYPE_PROOF_ROW (suture_proof_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureProofRow, suture_proof_row, SUTURE, PROOF_ROW, AdwPreferencesRow)

GtkWidget *suture_proof_row_new (const SutureChainLink *link);

G_END_DECLS
