/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verify/manifest.h"

G_BEGIN_DECLS

/* One improvement whose manifest was verified. */
typedef struct
{
  gatomicrefcount count;
  char *feed;               /* (owned) */
  char *target;             /* its path in the repository; NULL when no feed lists it any more (owned) */
  char *sha256;             /* of the manifest (owned) */
  GBytes *bytes;            /* the manifest, as signed (owned) */
  SutureManifest *manifest; /* (owned) */
  gboolean automatic;       /* a program prepared it, as its publisher says */
  char *approved;           /* the person who approved that: plain text, clean; "": nobody is named (owned) */
  char **archive;           /* of the local feed: feed/target.h; never NULL (owned) */
  gint64 turn;              /* when this machine's turn in its rollout comes, in seconds since the epoch; 0: no rollout */
  gint64 checked;           /* the time that its feed was believed at; the publisher's signed time or later */
} SutureKnown;

/* When this machine's turn in its rollout comes, by the latest of the times that are known (the clock's, the publisher's);
 * seconds since the epoch, 0: it has come, or there is no rollout. */
gint64 suture_known_waits_until (const SutureKnown *self);

/* Parses @bytes, a manifest that was verified. @target: NULL when no feed lists it any more. NULL with @error. */
SutureKnown *suture_known_new (const char *feed, const char *target, GBytes *bytes, GError **error);
SutureKnown *suture_known_ref (SutureKnown *self);
void suture_known_unref (SutureKnown *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureKnown, suture_known_unref)

G_END_DECLS
