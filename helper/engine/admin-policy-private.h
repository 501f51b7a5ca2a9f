/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/admin-policy.h"

/* What admin-policy.c and admin-policy-read.c share. */

G_BEGIN_DECLS

/* One that decides nothing. */
SutureAdminPolicy *suture_admin_policy_new (void);

/* Back to that; its fault stays. */
void suture_admin_policy_clear (SutureAdminPolicy *self);

G_END_DECLS
