/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

/* Two widgets of one width beside each other; the second under the first where they would be too narrow to read. One that is
 * hidden leaves its place to the other. */

G_BEGIN_DECLS

#define SUTURE_TYPE_COLUMNS_LAYOUT (suture_columns_layout_get_type ())
G_DECLARE_FINAL_TYPE (SutureColumnsLayout, suture_columns_layout, SUTURE, COLUMNS_LAYOUT, GtkLayoutManager)

G_END_DECLS
