/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "restart/unit.h"
#include "verify/manifest.h"

/* Who still runs other bytes than those that are there now. Decided by the content behind /proc/PID/map_files alone:
 * paths lose their beginning when an overlay is lifted off, device and inode numbers of overlays say nothing, and nobody
 * writes "(deleted)". No process's memory, command line or environment is ever looked at (CVE-2022-30688). */

G_BEGIN_DECLS

typedef struct
{
  SutureManifest *manifest; /* (owned) */
  gboolean merged;
} SutureScanned;

typedef struct
{
  char *id;   /* the improvement whose files are meant (owned) */
  char *name; /* the unit, or the program's name where there is none (owned) */
  SutureUnitKind kind;
  int pid;    /* the lowest of the unit */
} SutureStale;

SutureStale *suture_stale_new (const char *id, const char *name, SutureUnitKind kind, int pid) G_GNUC_WARN_UNUSED_RESULT;
SutureScanned *suture_scanned_new (SutureManifest *manifest, gboolean merged) G_GNUC_WARN_UNUSED_RESULT;
void suture_scanned_free (SutureScanned *self);

/* Looks at every process of the system for files of @improvements (SutureScanned). A mapped file counts when its bytes are
 * a version that a manifest knows, and another one than is there now: what else lies under such a name is not ours, and
 * files of anybody but root are none of ours either. Names are clean text, and at most 256 entries are no services: the
 * number of those is anybody's to choose. Processes with another /usr (containers) are left out. Takes at most @seconds
 * (0: nobody is looked at): a file system of a user's own may never answer, and what was found until then is returned.
 * @whole (out, optional): FALSE when the time was over before every process was looked at. Array of SutureStale, one a unit and improvement. */
GPtrArray *suture_scan_run (GPtrArray *improvements, guint seconds, gboolean *whole) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the path @shown, as /proc/PID/maps has it, can be the file @path below /usr: with the whole path, or without
 * what the lifted overlay has taken from its beginning (/usr, or /usr/lib …). For the tests. */
gboolean suture_scan_path_matches (const char *shown, const char *path);

G_END_DECLS
