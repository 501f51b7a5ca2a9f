/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

/* A row that leads to another page: title and arrow. Property "target": the action it activates. A screen reader can
 * activate it too, by the action row.open. */

G_BEGIN_DECLS

#define SUTURE_TYPE_LINK_ROW (suture_link_row_get_type ())
G_DECLARE_FINAL_TYPE (SutureLinkRow, suture_link_row, SUTURE, LINK_ROW, AdwActionRow)

G_END_DECLS
