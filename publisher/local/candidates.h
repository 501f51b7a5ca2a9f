/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/installed.h"
#include "local/lists.h"
#include "local/obstacle.h"
#include "local/qualify.h"

/* What is installed and has a newer version in a security suite, by component: all packages of a source are replaced
 * together or not at all. */

G_BEGIN_DECLS

typedef struct
{
  const SutureInstalled *installed; /* of the caller's list */
  const SutureListed *listed;       /* of the caller's lists */
  SutureUpgrade upgrade;            /* the same in the words of qualify.h */
} SutureCandidate;

typedef struct
{
  char *component;          /* the source package's name, as a name of ours (owned) */
  GPtrArray *packages;      /* SutureCandidate, by name (owned) */
  SutureObstacle *obstacle; /* why it is left to the system update; NULL: it is not, as far as is known (owned) */
} SutureCandidates;

/* SutureCandidates, by component, each held against what costs little: held packages, names, apt's preferences. @installed and @lists must outlive it. @work: a folder, where apt keeps what it makes of its lists. */
GPtrArray *suture_candidates_find (
    GPtrArray *installed, const SutureLists *lists, const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Holds @self, which has no obstacle yet, against what it depends on: apt works that out, which takes it a moment, so that only what is
 * about to be fetched is asked for. *@obstacle: what would have to come or go along; NULL: nothing. */
gboolean suture_candidates_find_dependencies (
    const SutureCandidates *self, const char *work, SutureObstacle **obstacle, GError **error);

/* "libssl3 3.0.22-1, openssl 3.0.22-1": what it comes to with @fixed, else what it starts from, as a manifest has it (pairs.h) when it is
 * read, where a long one is cut. The caller's. */
char *suture_candidates_label (const SutureCandidates *self, gboolean fixed) G_GNUC_WARN_UNUSED_RESULT;

/* Version that is installed and that the archive has, of the first package: for people. Part of @self. */
const char *suture_candidates_old_version (const SutureCandidates *self);
const char *suture_candidates_new_version (const SutureCandidates *self);

G_END_DECLS
