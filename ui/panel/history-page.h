/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* Update History: newest first, the next page when the end is reached. */

G_BEGIN_DECLS

#define SUTURE_TYPE_HISTORY_PAGE (suture_history_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureHistoryPage, suture_history_page, SUTURE, HISTORY_PAGE, AdwBin)

/* Asks @client for the newest records, anew. */
void suture_history_page_load (SutureHistoryPage *self, SutureClient *client);

G_END_DECLS
