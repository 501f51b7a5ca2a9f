/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "depot.h"
#include "verify/manifest.h"

/* An improvement that was made and not yet published, DEPOT/staging/ROLE/ID:
 *   manifest.json       as it will be signed
 *   image.erofs         the image, never served
 *   custom.json         what targets say beside it: "rollout", "prepared" (approval.h), "archive" (local/README.md);
 *                       missing: nothing
 *   payloads/SHA256     what is served
 *   base/N/usr/…        the replaced files of each known base, to check payloads against
 * ROLE is the TUF role, and folder of targets, of the base release: "debian-12-x86-64". Ids are told apart within one. */

G_BEGIN_DECLS

#define SUTURE_STAGE_CUSTOM "custom.json"
#define SUTURE_STAGE_PREPARED "automatic" /* "prepared" of what no person has looked at */

typedef struct
{
  char *path;               /* (owned) */
  char *name;               /* "ROLE/ID", as it is called (owned) */
  char *role;               /* (owned) */
  GBytes *json;             /* (owned) */
  SutureManifest *manifest; /* (owned) */
  JsonObject *custom;       /* what custom.json says, or empty (owned) */
} SutureStage;

/* @which: "staging" or "published". SUTURE_ERROR_MALFORMED also for one that lies where another belongs. */
SutureStage *suture_stage_open (
    SutureDepot *depot, const char *which, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_stage_free (SutureStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureStage, suture_stage_free)

/* Writes @custom as its custom.json. */
gboolean suture_stage_set_custom (SutureStage *self, JsonObject *custom, GError **error);

/* What lies in the folder @which, as "ROLE/ID", sorted and not opened. @wanted (NULL or empty: all) are names or ids;
 * SUTURE_ERROR_NOT_FOUND: one of them is not there. */
GPtrArray *suture_stage_list (
    SutureDepot *depot, const char *which, char **wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, each opened. */
GPtrArray *suture_stage_open_all (
    SutureDepot *depot, const char *which, char **wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The role that an improvement belongs to. */
char *suture_stage_role (const SutureManifest *manifest) G_GNUC_WARN_UNUSED_RESULT;

/* Does with it what a desktop will do, with the same code: every payload is rebuilt to the image, content decides for
 * every base, and the image holds what the manifest says and nothing that is refused. */
gboolean suture_stage_check (const SutureStage *self, SutureDepot *depot, GError **error);

/* Copies what a desktop fetches, manifest and payloads, into the served folder of @depot. */
gboolean suture_stage_serve (const SutureStage *self, SutureDepot *depot, GError **error);

G_END_DECLS
