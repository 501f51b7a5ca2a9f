/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* One line on a terminal that says what the helper does and how far it is. Where standard error is not a terminal,
 * nothing is written. */

G_BEGIN_DECLS

typedef struct _SutureProgress SutureProgress;

/* Follows @client until it is freed, which wipes the line. */
SutureProgress *suture_progress_new (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;
void suture_progress_free (SutureProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureProgress, suture_progress_free)

G_END_DECLS
