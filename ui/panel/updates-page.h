/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* What the local feed leaves to the system update, and why; and the way to that update. */

G_BEGIN_DECLS

#define SUTURE_TYPE_UPDATES_PAGE (suture_updates_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureUpdatesPage, suture_updates_page, SUTURE, UPDATES_PAGE, AdwBin)

/* Once: follows @client from then on. */
void suture_updates_page_set_client (SutureUpdatesPage *self, SutureClient *client);

/* Before it is shown: which program updates the system may have changed. */
void suture_updates_page_prepare (SutureUpdatesPage *self);

G_END_DECLS
