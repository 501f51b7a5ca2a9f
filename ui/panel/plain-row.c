/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/plain-row.h"

AdwActionRow *
suture_plain_row_new (const char *title, const char *subtitle)
{
  AdwActionRow *row
      = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title-lines", 0, "subtitle-lines", 0, NULL);

  /* Only now: while it is made, the row's labels have not heard of use-markup yet. */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, subtitle);
  return row;
}
