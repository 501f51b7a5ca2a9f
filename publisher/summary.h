/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report.h"
#include "stage.h"

/* An improvement in words, for whoever signs it or asks what it was. */

G_BEGIN_DECLS

/* Tells all that a person has to know of @stage before it goes out: what changes, for whom, what it fixes, and what was found
 * out about it when it was made, as warnings. */
void suture_summary_tell (const SutureStage *stage, SutureReport *report);

G_END_DECLS
