/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Why a security update is left to the system update. */

G_BEGIN_DECLS

typedef struct
{
  const char *why; /* a word of the table in publisher/local/README.md; static */
  char *detail;    /* what that table says of it: a package, a path or a sentence (owned) */
} SutureObstacle;

/* @why has to be static. */
SutureObstacle *suture_obstacle_new (const char *why, const char *detail) G_GNUC_WARN_UNUSED_RESULT;
void suture_obstacle_free (SutureObstacle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureObstacle, suture_obstacle_free)

G_END_DECLS
