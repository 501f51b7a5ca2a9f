/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

G_BEGIN_DECLS

/* Tells whoever sits at the terminal, once on this computer, that improvements are installed automatically, and how to change
 * that; and the helper that it was told. Calls @done afterwards, also where there was nothing to tell or nobody to read it. */
void suture_announcement_make (SutureClient *client, void (*done) (gpointer user_data), gpointer user_data);

G_END_DECLS
