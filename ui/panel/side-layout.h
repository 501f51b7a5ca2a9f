/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

/* Two widgets side by side, the second as wide as it wants to be; where that leaves the first too narrow to be read, the
 * second goes below it. */

G_BEGIN_DECLS

#define SUTURE_TYPE_SIDE_LAYOUT (suture_side_layout_get_type ())
G_DECLARE_FINAL_TYPE (SutureSideLayout, suture_side_layout, SUTURE, SIDE_LAYOUT, GtkLayoutManager)

G_END_DECLS
