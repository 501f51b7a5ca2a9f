/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* One improvement, opened: what it fixes, for whom it still has to be finished, what it replaces. */

G_BEGIN_DECLS

#define SUTURE_TYPE_DETAILS_PAGE (suture_details_page_get_type ())
G_DECLARE_FINAL_TYPE (SutureDetailsPage, suture_details_page, SUTURE, DETAILS_PAGE, AdwBin)

/* Shows @improvement, which may be NULL, and follows it. @client: knows its source. */
void suture_details_page_show (SutureDetailsPage *self, SutureClient *client, SutureImprovement *improvement);

/* Coming back from the proof: the focus is on the row that led there. */
void suture_details_page_focus_proof (SutureDetailsPage *self);

/* What is shown, or NULL; borrowed. */
SutureImprovement *suture_details_page_get_improvement (SutureDetailsPage *self);

G_END_DECLS
