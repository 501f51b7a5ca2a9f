/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A row that shows @title and @subtitle as they are, over as many lines as they need: never as markup. */
AdwActionRow *suture_plain_row_new (const char *title, const char *subtitle);

/* Sets the subtitle of any row, also for a screen reader: a row's own name is its title alone. */
void suture_plain_row_say (AdwActionRow *row, const char *subtitle);

G_END_DECLS
