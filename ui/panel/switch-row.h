/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

/* A row with a switch that shows what is, and says what a person wishes: the state follows the helper, not the finger.
 *
 * Signal "wished" (gboolean on). */

G_BEGIN_DECLS

#define SUTURE_TYPE_SWITCH_ROW (suture_switch_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureSwitchRow, suture_switch_row, SUTURE, SWITCH_ROW, AdwActionRow)

/* Shows what is, without taking it for a wish. */
void suture_switch_row_show (SutureSwitchRow *self, gboolean on);

/* Whether it can be used now; the focus is not lost over it. */
void suture_switch_row_set_usable (SutureSwitchRow *self, gboolean usable);

G_END_DECLS
