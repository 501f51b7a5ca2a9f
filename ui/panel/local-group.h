/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "panel/local-control.h"

/* The local feed on the page of sources: its switch, how old its list is, its keys. Not seen where this computer can't make one. */

G_BEGIN_DECLS

#define SUTURE_TYPE_LOCAL_GROUP (suture_local_group_get_type ())
G_DECLARE_FINAL_TYPE (SutureLocalGroup, suture_local_group, SUTURE, LOCAL_GROUP, AdwPreferencesGroup)

/* Once: follows both from then on. */
void suture_local_group_set_client (SutureLocalGroup *self, SutureClient *client, SutureLocalControl *control);

G_END_DECLS
