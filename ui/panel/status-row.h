/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/status.h"

/* What is said first: icon, headline, sentence, progress, and the one thing to do now. Uses the window's actions. */

G_BEGIN_DECLS

#define SUTURE_TYPE_STATUS_ROW (suture_status_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureStatusRow, suture_status_row, SUTURE, STATUS_ROW, AdwPreferencesRow)

void suture_status_row_show (SutureStatusRow *self, const SutureStatus *status, const SutureFacts *facts);

G_END_DECLS
