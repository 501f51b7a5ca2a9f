/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* The digests under which a file is signed. */

G_BEGIN_DECLS

typedef struct
{
  char *sha256; /* lower-case hex, or NULL (owned) */
  char *sha512; /* lower-case hex, or NULL (owned) */
} SutureHashes;
void suture_hashes_clear (SutureHashes *self);

/* Reads { "sha256": hex, "sha512": hex }; other algorithms are passed over, but one that is known must be there.
 * SUTURE_ERROR_MALFORMED. */
gboolean suture_hashes_parse (SutureHashes *self, JsonObject *object, GError **error);

/* Whether every digest given is that of @bytes; at least one must be given. SUTURE_ERROR_HASH names @what. */
gboolean
suture_hashes_check (const char *sha256, const char *sha512, GBytes *bytes, const char *what, GError **error);

G_END_DECLS
