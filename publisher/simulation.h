/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/rollout.h"
#include "fleet.h"

/* What a fleet does once an improvement is published: machine by machine, check by check, with the turns of the rollout that
 * desktops compute (feed/rollout.h). The same input gives the same outcome everywhere. */

G_BEGIN_DECLS

#define SUTURE_SIMULATION_CHECKS_MAX G_GUINT64_CONSTANT (2000000000) /* of all machines together: a minute or two */

typedef struct
{
  guint64 idle_bytes, idle_requests; /* of a check that finds nothing new */
  guint64 news_bytes, news_requests; /* what the first check after the publication fetches besides */
  const guint64 *payload_bytes;      /* for each base of the fleet */
  const char *sha256;                /* of the manifest */
  SutureRollout rollout;             /* its start is when it is published */
  double hour;                       /* of the day, when that is */
  guint days;                        /* how long it is watched */
  guint32 seed;
} SutureSimulationFeed;

#define SUTURE_SIMULATION_LEVELS 3 /* 50, 90 and 99 % */
extern const double suture_simulation_levels[SUTURE_SIMULATION_LEVELS];

typedef struct
{
  guint64 downloads, broken;              /* payloads that came to their end, and that did not */
  guint64 requests;
  double metadata_bytes, payload_bytes;
  double peak_requests, peak_bits;        /* a second, on average over the minute with the most */
  guint64 peak_requests_at, peak_bits_at; /* seconds after the publication */
  guint64 protected;                      /* machines, at the end */
  gint64 level_at[SUTURE_SIMULATION_LEVELS]; /* seconds until so many of all are protected; -1: not in this time */
} SutureSimulationOutcome;

/* SUTURE_ERROR_INVALID_ARGUMENT for more checks than SUTURE_SIMULATION_CHECKS_MAX. */
gboolean suture_simulation_run (
    const SutureFleet *fleet, const SutureSimulationFeed *feed, SutureSimulationOutcome *outcome, GError **error);

G_END_DECLS
