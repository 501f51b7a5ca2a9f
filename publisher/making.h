/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "report.h"

/* How one improvement is made, from what is given to what is staged. */

G_BEGIN_DECLS

/* What is given; NULL or FALSE for what is not. Exactly one of @fixed and @new_root. */
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
} SutureMakingOptions;

/* Reads @base, "ID:VERSION_ID", or "ID" of a release without versions; *@id and *@version_id ("") are the caller's. */
gboolean suture_making_parse_base (const char *base, char **id, char **version_id, GError **error);

/* Makes it and puts it into @depot's staging, complete or not at all, and tells @report. Root's rights are needed (rights.h). */
gboolean suture_making_run (SutureDepot *depot, const SutureMakingOptions *options, SutureReport *report, GError **error);

G_END_DECLS
