/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "notes.h"
#include "origin.h"
#include "report.h"

/* How one improvement is made, from what is given to what is staged. */

G_BEGIN_DECLS

/* Whether what changes may be an improvement, for whoever makes it; @fixed is the tree with the fixed files. FALSE with @error: not. */
typedef gboolean (*SutureMakingJudge) (const SutureChanges *changes, const char *fixed, gpointer user_data, GError **error);

/* What is given; NULL or FALSE for what is not. Exactly one of @fixed, @new_root and @origin. */
typedef struct
{
  char **old, **fixed;       /* package files: of every base, and fixed (pairs.h) */
  char **old_roots;          /* root folders, one a base */
  const char *new_root;      /* the fixed one */
  char **with, **with_roots; /* packages and root folders that are only looked at for who runs what changes */
  const char *notes;         /* a notes file */
  gboolean from_changelog;   /* not with root folders */
  const char *component;     /* NULL: what the notes or the packages say */
  const char *base;          /* "ID:VERSION_ID"; NULL: this computer's release */
  const char *architecture;  /* of root folders, systemd's name; NULL: that of what changes */
  gboolean take_effects;     /* units and apps that are found become part of the notes */
  gboolean automatic;        /* no person has looked at it */

  /* for a feed that a computer makes for itself (local/) */
  SutureOrigin *origin;      /* instead of all of the above that says where it comes from; borrowed */
  SutureNotes *ready;        /* notes that were collected already, beside those of a file and the changelog; borrowed */
  guint after;               /* a number that is used up */
  gboolean lean;             /* neither deltas nor a comparison of interfaces */
  const char *publisher;     /* instead of the folder's */
  JsonObject *custom;        /* what targets say beside it; borrowed */
  SutureMakingJudge judge;
  gpointer judge_data;
} SutureMakingOptions;

/* Reads @base, "ID:VERSION_ID", or "ID" of a release without versions; *@id and *@version_id ("") are the caller's. */
gboolean suture_making_parse_base (const char *base, char **id, char **version_id, GError **error);

/* Makes it and puts it into @depot's staging, complete or not at all, and tells @report. Root's rights are needed (rights.h). */
gboolean suture_making_run (SutureDepot *depot, const SutureMakingOptions *options, SutureReport *report, GError **error);

G_END_DECLS
