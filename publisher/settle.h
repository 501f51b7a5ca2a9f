/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report.h"
#include "repository.h"
#include "stage.h"

/* A run that is killed just after it has published leaves in staging what belongs to published. */

G_BEGIN_DECLS

/* Moves @stage from staging to published, and tells @report. */
gboolean suture_settle_move (SutureDepot *depot, SutureReport *report, const SutureStage *stage, GError **error);

/* *@published: whether @stage, which lies in staging, is published already, byte for byte. */
gboolean suture_settle_is_published (
    SutureRepository *repository, const SutureStage *stage, gboolean *published, GError **error);

/* Takes those that are published already out of @stages (SutureStage), and moves them. SUTURE_ERROR_FAILED when another
 * one is published in the place of one of them. */
gboolean suture_settle_run (SutureRepository *repository, SutureReport *report, GPtrArray *stages, GError **error);

G_END_DECLS
