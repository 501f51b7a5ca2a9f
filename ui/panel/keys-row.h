/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/feed.h"

/* The keys that sign for a source, each with its fingerprint, below one row. */

G_BEGIN_DECLS

#define SUTURE_TYPE_KEYS_ROW (suture_keys_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureKeysRow, suture_keys_row, SUTURE, KEYS_ROW, AdwExpanderRow)

/* Is not seen where there is no key. */
void suture_keys_row_show (SutureKeysRow *self, const SutureFeedFacts *facts);

G_END_DECLS
