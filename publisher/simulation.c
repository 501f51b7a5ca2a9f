/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation.h"

#include <math.h>

#include "base/error.h"

#define MINUTE 60 /* seconds, as all times here */
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define AFTER_START (5 * MINUTE) /* data/units/suture-check.timer, OnStartupSec= */

const double suture_simulation_levels[SUTURE_SIMULATION_LEVELS] = { 0.50, 0.90, 0.99 };

typedef struct
{
  const SutureFleet *fleet;         /* the caller's, as what follows */
  const SutureSimulationFeed *feed;
  SutureSimulationOutcome *outcome;
  GRand *dice;                      /* (owned) */
  double end;
  gsize n_minutes;
  double *requests;                 /* in each minute (owned) */
  double *bits;                     /* how many a second more than in the minute before (owned) */
  guint32 *protected;               /* machines that are from this second on (owned) */
} Simulation;

/* One of them. */
typedef struct
{
  const SutureFleetBase *base;
  guint64 payload;
  double turn;        /* when it may install by itself; never: infinite */
  double manual;      /* when its user does; never: infinite */
  gboolean knows;     /* it has seen what is new */
  gboolean protected;
} Machine;

static void
simulation_clear (Simulation *self)
{
  g_clear_pointer (&self->dice, g_rand_free);
  g_free (self->requests);
  g_free (self->bits);
  g_free (self->protected);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Simulation, simulation_clear)

static void
count (Simulation *self, double at, guint64 requests)
{
  self->outcome->requests += requests;
  self->requests[(gsize) (at / MINUTE)] += (double) requests;
}

/* @bytes that begin at @at, as fast as the link is. */
static void
transfer (Simulation *self, const Machine *machine, double at, double bytes)
{
  double bits = 8 * machine->base->bytes_per_second;
  double minutes = bytes * 8 / bits / MINUTE;
  gsize first = (gsize) (at / MINUTE);
  gsize last = MAX ((gsize) (at / MINUTE + minutes), first + 1);

  /* what takes less than a minute is spread over the one in which it begins */
  bits *= MIN (minutes, 1);
  self->bits[first] += bits;
  if (last < self->n_minutes)
    self->bits[last] -= bits;
}

/* The check that was due at @at, or the first after the machine is switched on. */
static double
move_online (Simulation *self, const Machine *machine, double at)
{
  const SutureFleetBase *base = machine->base;
  double hour, wait;

  if (base->online_hours >= 24)
    return at;
  hour = fmod (self->feed->hour + at / HOUR - base->online_from, 24);
  hour += hour < 0 ? 24 : 0;
  if (hour < base->online_hours)
    return at;
  wait = (24 - hour) * HOUR;
  return at + wait + AFTER_START + g_rand_double (self->dice) * base->jitter;
}

static void
fetch (Simulation *self, Machine *machine, double at)
{
  gboolean breaks = machine->base->failures > 0 && g_rand_double (self->dice) < machine->base->failures;
  double bytes = (double) machine->payload * (breaks ? g_rand_double (self->dice) : 1);
  double done = at + bytes / machine->base->bytes_per_second;

  count (self, at, 1);
  transfer (self, machine, at, bytes);
  self->outcome->payload_bytes += bytes;
  if (breaks)
    {
      self->outcome->broken++;
      return;
    }
  self->outcome->downloads++;
  machine->protected = TRUE;
  if (done >= self->end)
    return;
  self->outcome->protected++;
  self->protected[(gsize) done]++;
}

static void
check (Simulation *self, Machine *machine, double at)
{
  const SutureSimulationFeed *feed = self->feed;

  count (self, at, feed->idle_requests + (machine->knows ? 0 : feed->news_requests));
  self->outcome->metadata_bytes += (double) (feed->idle_bytes + (machine->knows ? 0 : feed->news_bytes));
  machine->knows = TRUE;
  if (!machine->protected && at >= MIN (machine->turn, machine->manual))
    fetch (self, machine, at);
}

static double
turn_of (Simulation *self)
{
  char id[33];

  g_snprintf (id, sizeof id, "%08x%08x%08x%08x", g_rand_int (self->dice), g_rand_int (self->dice),
              g_rand_int (self->dice), g_rand_int (self->dice));
  return (double) (suture_rollout_turn (&self->feed->rollout, id, self->feed->sha256) - self->feed->rollout.start);
}

/* A user reads of it at a check, and installs it sometime later. */
static double
manual_of (Simulation *self, const SutureFleetBase *base)
{
  return base->manual > 0 ? -log (1 - g_rand_double (self->dice)) * base->manual : INFINITY;
}

static void
play (Simulation *self, guint index)
{
  const SutureFleetBase *base = g_ptr_array_index (self->fleet->bases, index);
  gboolean automatic = g_rand_double (self->dice) < base->automatic;
  Machine machine = {
    .base = base,
    .payload = self->feed->payload_bytes[index],
    .turn = automatic ? turn_of (self) : INFINITY,
    .manual = automatic ? INFINITY : manual_of (self, base),
  };
  /* somewhere between two checks */
  double at = g_rand_double (self->dice) * (base->check + base->jitter / 2);

  for (at = move_online (self, &machine, at); at < self->end; at = move_online (self, &machine, at))
    {
      check (self, &machine, at);
      at += base->check + g_rand_double (self->dice) * base->jitter;
    }
}

/* Which base the machine @n has: the first so many the first one, and so on; they have nothing to do with each other. */
static void
play_all (Simulation *self)
{
  double sum = 0;
  guint64 n = 0;

  for (guint i = 0; i < self->fleet->bases->len; i++)
    {
      const SutureFleetBase *base = g_ptr_array_index (self->fleet->bases, i);
      gboolean is_last = i + 1 == self->fleet->bases->len;
      guint64 until;

      sum += base->share;
      until = is_last ? self->fleet->machines : (guint64) (sum * (double) self->fleet->machines + 0.5);
      for (; n < MIN (until, self->fleet->machines); n++)
        play (self, i);
    }
}

static void
find_peaks (Simulation *self)
{
  SutureSimulationOutcome *outcome = self->outcome;
  double bits = 0;

  for (gsize m = 0; m < self->n_minutes; m++)
    {
      bits += self->bits[m];
      if (self->requests[m] / MINUTE > outcome->peak_requests)
        {
          outcome->peak_requests = self->requests[m] / MINUTE;
          outcome->peak_requests_at = m * MINUTE;
        }
      if (bits > outcome->peak_bits)
        {
          outcome->peak_bits = bits;
          outcome->peak_bits_at = m * MINUTE;
        }
    }
}

static void
find_levels (Simulation *self)
{
  guint64 sum = 0;
  guint level = 0;

  for (guint i = 0; i < SUTURE_SIMULATION_LEVELS; i++)
    self->outcome->level_at[i] = -1;
  for (gsize s = 0; s < self->n_minutes * MINUTE && level < SUTURE_SIMULATION_LEVELS; s++)
    {
      sum += self->protected[s];
      while (level < SUTURE_SIMULATION_LEVELS
             && (double) sum >= suture_simulation_levels[level] * (double) self->fleet->machines)
        self->outcome->level_at[level++] = (gint64) s;
    }
}

static gboolean
check_size (const SutureFleet *fleet, const SutureSimulationFeed *feed, GError **error)
{
  double checks = 0;

  for (guint i = 0; i < fleet->bases->len; i++)
    {
      const SutureFleetBase *base = g_ptr_array_index (fleet->bases, i);

      checks += base->share * (double) fleet->machines * feed->days * DAY / base->check;
    }
  if (checks <= (double) SUTURE_SIMULATION_CHECKS_MAX)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
               "this fleet checks %.0f times in %u days, and %" G_GUINT64_FORMAT " can be played: take fewer machines or days",
               checks, feed->days, SUTURE_SIMULATION_CHECKS_MAX);
  return FALSE;
}

gboolean
suture_simulation_run (
    const SutureFleet *fleet, const SutureSimulationFeed *feed, SutureSimulationOutcome *outcome, GError **error)
{
  g_auto (Simulation) self = { .fleet = fleet, .feed = feed, .outcome = outcome };

  *outcome = (SutureSimulationOutcome){ 0 };
  if (!check_size (fleet, feed, error))
    return FALSE;
  self.dice = g_rand_new_with_seed (feed->seed);
  self.end = (double) feed->days * DAY;
  self.n_minutes = (gsize) feed->days * DAY / MINUTE;
  self.requests = g_new0 (double, self.n_minutes);
  self.bits = g_new0 (double, self.n_minutes);
  self.protected = g_new0 (guint32, self.n_minutes * MINUTE);
  play_all (&self);
  find_peaks (&self);
  find_levels (&self);
  return TRUE;
}
