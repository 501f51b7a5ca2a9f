/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "depot.h"

/* The roles of the repository (TUF 1.0, https://theupdateframework.github.io/specification/latest/#document-formats). */

G_BEGIN_DECLS

#define SUTURE_REPOSITORY_FILE_MAX (8 * 1024 * 1024) /* bytes of one file */

/* A new role's "signed" object: type, version, expiry in @days from now; the caller adds what is its own. */
JsonObject *suture_repository_new (const char *type, gint64 version, guint days) G_GNUC_WARN_UNUSED_RESULT;

/* What is published of @role ("targets", "snapshot", "timestamp" or a delegated one): its "signed" object, a new
 * reference; NULL without an error when there is none. */
JsonObject *suture_repository_latest (SutureDepot *depot, const char *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Signs @role (taken) with @signer and writes it to metadata/@name; the bytes written, or NULL. */
GBytes *suture_repository_write (
    SutureDepot *depot, const char *name, JsonObject *role, SutureSigner *signer, GError **error);
/* The same without writing. */
GBytes *suture_repository_sign (JsonObject *role, SutureSigner *signer, GError **error);

/* Adds {"length", "hashes": {"sha256"}} of @bytes to @object. */
void suture_repository_add_digest (JsonObject *object, GBytes *bytes);

/* The highest number that an improvement of @role was published with; 0 for none, -1 with @error. */
gint64 suture_repository_highest_number (SutureDepot *depot, const char *role, GError **error);

G_END_DECLS
