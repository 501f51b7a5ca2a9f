/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* Says, until somebody on this computer has been told, that improvements are installed automatically, and where to change that
 * (action overview.change). Once it is really on the screen the helper is told; it stays there until it is dismissed. */

G_BEGIN_DECLS

#define SUTURE_TYPE_ANNOUNCEMENT (suture_announcement_get_type ())
G_DECLARE_FINAL_TYPE (SutureAnnouncement, suture_announcement, SUTURE, ANNOUNCEMENT, AdwBin)

/* Once: follows it from then on. */
void suture_announcement_set_client (SutureAnnouncement *self, SutureClient *client);

/* It has served its purpose. */
void suture_announcement_dismiss (SutureAnnouncement *self);

G_END_DECLS
