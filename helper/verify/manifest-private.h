/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/json.h"
#include "verify/manifest.h"

/* What manifest-parse.c needs of manifest.c: empty ones to fill, with all containers made. */

G_BEGIN_DECLS

SutureManifest *suture_manifest_new (void) G_GNUC_WARN_UNUSED_RESULT;

void suture_manifest_file_free (SutureManifestFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureManifestFile, suture_manifest_file_free)
void suture_manifest_obsolete_free (SutureManifestObsolete *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureManifestObsolete, suture_manifest_obsolete_free)
void suture_health_check_free (SutureHealthCheck *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureHealthCheck, suture_health_check_free)

/* The optional member "health" of @effects into @self. SUTURE_ERROR_MALFORMED. */
gboolean suture_manifest_read_health (SutureManifest *self, JsonObject *effects, GError **error);

void suture_payload_free (SuturePayload *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SuturePayload, suture_payload_free)

G_END_DECLS
