/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/client.h"

/* What people choose about what is installed by itself: whether, after how many days, from when on, over which networks. What the
 * administrator's policy decides is seen and can't be changed.
 *
 * Signal "failed" (const GError *error): a wish was not granted, and the row shows again what is. */

G_BEGIN_DECLS

#define SUTURE_TYPE_AUTOMATIC_GROUP (suture_automatic_group_get_type ())
G_DECLARE_FINAL_TYPE (SutureAutomaticGroup, suture_automatic_group, SUTURE, AUTOMATIC_GROUP, AdwPreferencesGroup)

/* Once: follows it from then on. */
void suture_automatic_group_set_client (SutureAutomaticGroup *self, SutureClient *client);

/* Ends the pause. */
void suture_automatic_group_resume (SutureAutomaticGroup *self);

/* Puts the focus on the first thing that can be chosen. */
void suture_automatic_group_take_focus (SutureAutomaticGroup *self);

G_END_DECLS
