/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The machines that simulate plays a feed against: how many, of which builds, and what they are like. A key file:
 *
 *   [Fleet]
 *   Machines=1000000
 *   [Base LABEL]        one for each known base, as make called it; "*" for all that fetch the payload for everyone
 *   Share=0.7           of all machines; together they have to be 1
 *
 * What follows may stand in either, and one base's counts before the fleet's:
 *   CheckHours=6  JitterMinutes=30   as data/units/suture-check.timer has them
 *   LinkMbit=50                      of each machine, in Mbit/s
 *   Online=0-24                      hours of the day in which they are switched on; 22-6 goes over midnight
 *   Failures=0                       the part of downloads that break off, and begin anew at the next check
 *   Automatic=1                      the part of machines that install by themselves
 *   ManualHours=                     how long people take on average to install on the others; without it, they never do */

G_BEGIN_DECLS

#define SUTURE_FLEET_MACHINES_MAX 100000000

typedef struct
{
  char *label;  /* (owned) */
  double share; /* 0 to 1, as failures and automatic */
  double failures, automatic;
  double bytes_per_second;
  double check, jitter; /* seconds */
  double online_from, online_hours; /* hours; the first of the day */
  double manual;        /* seconds; 0: never */
} SutureFleetBase;

typedef struct
{
  guint64 machines;
  GPtrArray *bases; /* SutureFleetBase (owned) */
} SutureFleet;

/* Reads the file at @path. SUTURE_ERROR_INVALID_ARGUMENT for what is unknown, missing or out of bounds. */
SutureFleet *suture_fleet_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_fleet_free (SutureFleet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFleet, suture_fleet_free)

G_END_DECLS
