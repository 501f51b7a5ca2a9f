/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One history: a publisher, mirrors, a clock and a client, from the first check to the last. */

G_BEGIN_DECLS

#define MODEL_STEPS 5

typedef struct
{
  guint64 seeds[MODEL_STEPS]; /* each step's own chance, so that one can be left out and the others stay as they are */
  guint64 seed;               /* of the publisher at the start */
  guint skipped;              /* steps that are left out: bit N is step N */
} ModelHistory;

typedef struct
{
  guint64 steps, accepted, refused, listed;
} ModelCounts;

/* Plays @self in the folder @folder, which is made and taken away again. NULL, or what was wrong, behind everything that
 * was done. @counts is added to. */
char *model_history_play (const ModelHistory *self, const char *folder, ModelCounts *counts) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
