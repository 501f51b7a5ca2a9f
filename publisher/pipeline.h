/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "archive.h"
#include "depot.h"
#include "report.h"

/* What follow does: improvements that are prepared by themselves when an archive has something new, and that wait for a
 * person. A key file says what is followed, DEPOT/follow.conf unless another is named:
 *
 *   [Follow]
 *   Base=debian:12            the release they are for, as os-release(5) has it
 *   Architecture=amd64        Debian's name
 *   [Old]                     where that release comes from
 *   URI=http://deb.debian.org/debian  Suite=bookworm  Components=main
 *   Keyring=/usr/share/keyrings/debian-archive-keyring.gpg
 *   [New]                     the suite that is watched; the same keys
 *   [Component expat]         one group each
 *   Packages=libexpat1;expat; binary packages that are replaced together
 *   Notes=expat.notes         what it says beside the changelog's words; below the key file's folder
 *   With=apache2;             packages of [Old] to look for units and apps in that run what changes
 *   TakeEffects=false         have those restarted and reopened
 *   Skip=1.2-3;               versions of the first package that are not wanted
 *
 * Below DEPOT/follow lie apt's state and the packages that were seen: a later fix is made for the release's own version and
 * for those that the suite had in between. */

G_BEGIN_DECLS

typedef struct
{
  char *name;       /* (owned), as all here */
  GStrv packages, with, skip;
  char *notes;      /* a path, or NULL */
  gboolean take_effects;
} SuturePipelineComponent;

typedef struct
{
  char *base;
  SutureArchiveSource old, fixed;
  GPtrArray *components; /* SuturePipelineComponent (owned) */
} SuturePipeline;

/* Reads the key file at @path. */
SuturePipeline *suture_pipeline_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_pipeline_free (SuturePipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SuturePipeline, suture_pipeline_free)

/* Looks once, and stages what is new; what is staged or published is not made again. An archive that can't be verified is an
 * error with nothing prepared; a component that fails is told and does not hold up the others, and is an error at the end.
 * Root's rights are needed (rights.h). */
gboolean suture_pipeline_run (SuturePipeline *self, SutureDepot *depot, SutureReport *report, GError **error);

G_END_DECLS
