/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "panel/local-control.h"

/* The sources of improvements: a group each. */

G_BEGIN_DECLS

#define SUTURE_TYPE_SOURCES_PAGE (suture_sources_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureSourcesPage, suture_sources_page, SUTURE, SOURCES_PAGE, AdwBin)

/* Once: follows @client from then on. @control: turns the local feed on and off. */
void suture_sources_page_set_client (SutureSourcesPage *self, SutureClient *client, SutureLocalControl *control);

G_END_DECLS
