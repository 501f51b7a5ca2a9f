/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/source.h"

/* Metadata files in memory, by the names that a server has them under: what suture_trust_export () filled, or what came
 * over the activation socket. It has no targets. */

G_BEGIN_DECLS

#define SUTURE_BUNDLE_BYTES_MAX (16 * 1024 * 1024)
#define SUTURE_BUNDLE_FILES_MAX 1024

typedef struct _SutureBundle SutureBundle;

SutureBundle *suture_bundle_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_bundle_free (SutureBundle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureBundle, suture_bundle_free)

/* Adds a file; a SutureTrustAdd whose user_data is the SutureBundle. SUTURE_ERROR_MALFORMED: the name is there already,
 * or it would become too many or too much. */
gboolean suture_bundle_add (const char *name, GBytes *bytes, gpointer self, GError **error);

/* It as a source; part of @self. What it does not have is SUTURE_ERROR_NOT_FOUND. */
SutureSource *suture_bundle_source (SutureBundle *self);

/* The names in it, sorted: const char * of @self. Free with g_ptr_array_unref (). */
GPtrArray *suture_bundle_names (SutureBundle *self) G_GNUC_WARN_UNUSED_RESULT;

/* The file @name, or NULL; part of @self. */
GBytes *suture_bundle_lookup (SutureBundle *self, const char *name);

G_END_DECLS
