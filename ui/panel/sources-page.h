/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* The sources of improvements: a group each. */

G_BEGIN_DECLS

#define SUTURE_TYPE_SOURCES_PAGE (suture_sources_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureSourcesPage, suture_sources_page, SUTURE, SOURCES_PAGE, AdwBin)

/* Once: follows @client from then on. */
void suture_sources_page_set_client (SutureSourcesPage *self, SutureClient *client);

G_END_DECLS
