/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* One improvement in a list: what it protects, what is to know of it, and what can be done. Follows the improvement.
 * Uses the actions suture.open, suture.install and suture.remove of the window; a screen reader opens it by row.open. */

G_BEGIN_DECLS

#define SUTURE_TYPE_IMPROVEMENT_ROW (suture_improvement_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureImprovementRow, suture_improvement_row, SUTURE, IMPROVEMENT_ROW, AdwActionRow)

/* @client: knows its source. */
GtkWidget *suture_improvement_row_new (SutureImprovement *improvement, SutureClient *client);

G_END_DECLS
