/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "verify/manifest.h"

/* An improvement that was made and not yet published, DEPOT/staging/ID:
 *   manifest.json       as it will be signed
 *   image.erofs         the image, never served
 *   payloads/SHA256     what is served
 *   base/N/usr/…        the replaced files of each known base, to check payloads against */

G_BEGIN_DECLS

typedef struct
{
  char *path;               /* (owned) */
  GBytes *json;             /* (owned) */
  SutureManifest *manifest; /* (owned) */
} SutureStage;

SutureStage *suture_stage_open (SutureDepot *depot, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_stage_free (SutureStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureStage, suture_stage_free)

/* The improvements with the ids @ids (NULL: all that are staged), each opened. */
GPtrArray *suture_stage_open_all (SutureDepot *depot, char **ids, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The TUF role, and folder of targets, that it belongs to: "debian-12-x86-64". */
char *suture_stage_role (const SutureStage *self) G_GNUC_WARN_UNUSED_RESULT;

/* Does with it what a desktop will do, with the same code: every payload is rebuilt to the image, content decides for
 * every base, and the image holds what the manifest says and nothing that is refused. */
gboolean suture_stage_check (const SutureStage *self, GError **error);

G_END_DECLS
