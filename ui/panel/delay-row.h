/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

/* How many days to wait before installing: none, 1, 3, 7, and what is set now where that is another number. (AdwComboRow does not
 * tell a screen reader what is chosen.)
 *
 * Signal "wished" (guint days). */

G_BEGIN_DECLS

#define SUTURE_TYPE_DELAY_ROW (suture_delay_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureDelayRow, suture_delay_row, SUTURE, DELAY_ROW, AdwActionRow)

/* Shows what is, without taking it for a wish. */
void suture_delay_row_show (SutureDelayRow *self, guint days);

/* Whether it can be used now; the focus is not lost over it. */
void suture_delay_row_set_usable (SutureDelayRow *self, gboolean usable);

G_END_DECLS
