/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* What has had its time leaves the served folder: a repository that is renewed each day would grow for ever. */

G_BEGIN_DECLS

/* How long a version of snapshot, targets or a base's role is served after the next one has been, in seconds: a desktop that has just read
 * the timestamp before, or got it from a cache, still finds what it names (SERVING.md has the times). */
#define SUTURE_PRUNE_SECONDS (24 * 60 * 60)

/* Removes those of @repository that are older at the time @now (seconds since the epoch); the roots and the log stay. Who is killed in
 * between has removed fewer, and the next one removes the rest. */
gboolean suture_prune_run (SutureRepository *repository, gint64 now, GError **error);

G_END_DECLS
