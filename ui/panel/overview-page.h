/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* The first page: status, the switch, what is ready and what is active. */

G_BEGIN_DECLS

#define SUTURE_TYPE_OVERVIEW_PAGE (suture_overview_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureOverviewPage, suture_overview_page, SUTURE, OVERVIEW_PAGE, AdwBin)

/* Once. */
void suture_overview_page_set_client (SutureOverviewPage *self, SutureClient *client);

/* Signal "failed" (const GError *): the switch could not be set; it shows the real state again. */

G_END_DECLS
