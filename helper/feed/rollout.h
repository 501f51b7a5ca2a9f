/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/target.h"

/* Gradual rollout: a publisher lets an improvement install itself on a few machines first. Whose turn is when follows from
 * the machine and the improvement, is computed on the machine, and nobody is told. */

G_BEGIN_DECLS

#define SUTURE_ROLLOUT_HOURS_MAX 720 /* 30 days */

typedef struct
{
  gint64 start; /* seconds since the epoch */
  gint64 hours; /* from the first machine to the last; 0: all at @start */
} SutureRollout;

/* Reads "custom"."rollout" of @target: {"start": "2026-11-25T12:00:00Z", "hours": 24}; members that are not known are left
 * alone. *@rollout is all 0 without one: everyone at once. SUTURE_ERROR_MALFORMED where it is of other types or out of
 * bounds: what a publisher meant to hold back must not go to everyone at once because of a slip. */
gboolean suture_rollout_parse (SutureRollout *self, const SutureTarget *target, GError **error);

/* When the turn of a machine comes, in seconds since the epoch. @machine: 32 hex digits of engine/machine.h, or NULL for one
 * that has none: it is among the last. @sha256: of the improvement's manifest, so that no machine is always the first. */
gint64 suture_rollout_turn (const SutureRollout *self, const char *machine, const char *sha256);

G_END_DECLS
