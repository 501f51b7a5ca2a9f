/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/probation.h"
#include "verify/manifest.h"

/* The judge of one installed improvement: what happens to units and programs goes in, with times, and out comes whether
 * something does not work with it. Asks nobody. */

G_BEGIN_DECLS

#define SUTURE_WATCH_FAILURES 5                  /* of one unit, or crashes, within … */
#define SUTURE_WATCH_WINDOW (60 * G_USEC_PER_SEC)
#define SUTURE_WATCH_BEFORE (600 * G_USEC_PER_SEC) /* how far back a program that crashed then already is looked for */
#define SUTURE_WATCH_BEFORE_CRASHES 2            /* in that time: it is no sign */
#define SUTURE_WATCH_CLOSING 3                   /* crashes of a program that are told, within … */
#define SUTURE_WATCH_CLOSING_SECONDS (24 * 60 * 60) /* … of the installation */

/* A unit, as the service manager describes it. */
typedef struct
{
  char *name;     /* strings are (owned) */
  char *active;   /* ActiveState: active, reloading, inactive, failed, activating, … */
  char *result;   /* Result of a service: success, exit-code, core-dump, start-limit-hit, …; "" */
  guint restarts; /* NRestarts: by itself, since it was last started */
} SutureUnitState;

void suture_unit_state_free (SutureUnitState *self);

/* A program that crashed. */
typedef struct
{
  gint64 time;    /* microseconds since the epoch */
  char *program;  /* its file's path; strings are (owned) */
  char *unit;     /* the system's unit that it belonged to, or "" */
  char **files;   /* those it mapped, of the ones that were asked for */
  gboolean counts; /* by whose it was, it may have something undone */
} SutureCrash;

void suture_crash_free (SutureCrash *self);

typedef struct _SutureWatch SutureWatch;

/* @manifest: NULL where it is not known any more. What is needed of both is copied. */
SutureWatch *suture_watch_new (const SutureProbation *probation, const SutureManifest *manifest) G_GNUC_WARN_UNUSED_RESULT;
void suture_watch_free (SutureWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureWatch, suture_watch_free)

/* The units to be looked at, and when it began (seconds since the epoch), as it was made with. */
char **suture_watch_list_units (SutureWatch *self) G_GNUC_WARN_UNUSED_RESULT;
gint64 suture_watch_get_began (SutureWatch *self);

/* Whether @path is a file that the improvement puts in place; adds all of them to the set @paths (char *, owned). */
gboolean suture_watch_has_file (SutureWatch *self, const char *path);
void suture_watch_add_files (SutureWatch *self, GHashTable *paths);

/* @state, as it is at @now (microseconds since the epoch). */
void suture_watch_take_unit (SutureWatch *self, const SutureUnitState *state, gint64 now);

/* Crashes in the order in which they happened, from SUTURE_WATCH_BEFORE before it began on. */
void suture_watch_take_crash (SutureWatch *self, const SutureCrash *crash);

/* Whether @crash is of a program that runs what the improvement puts in place. */
gboolean suture_watch_concerns (SutureWatch *self, const SutureCrash *crash);

/* A health check of the manifest by a program has failed: @why is a sentence. */
void suture_watch_take_health (SutureWatch *self, const char *why);

/* Why it has to be taken out, a sentence; NULL: nothing speaks against it. Once there, it stays. */
const char *suture_watch_get_verdict (SutureWatch *self);

G_END_DECLS
