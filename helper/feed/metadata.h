/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/delegation.h"
#include "feed/hashes.h"

/* What one role signed, in C. Made from an envelope whose signatures were verified, and from no other. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_METADATA_ROOT,
  SUTURE_METADATA_TIMESTAMP,
  SUTURE_METADATA_SNAPSHOT,
  SUTURE_METADATA_TARGETS, /* the top level and everything that it delegates to */
} SutureMetadataType;

#define SUTURE_N_METADATA_TYPES (SUTURE_METADATA_TARGETS + 1)

/* "root", "timestamp", "snapshot", "targets"; static. */
const char *suture_metadata_type_name (SutureMetadataType type);

/* The most bytes that a file of this type may have, whatever its signer says of its length. */
gsize suture_metadata_max_length (SutureMetadataType type);

/* What timestamp and snapshot say about another role's file. */
typedef struct
{
  gint64 version;
  gint64 length;       /* bytes; -1 when it is not given */
  SutureHashes hashes; /* both NULL when they are not given */
} SutureMetadataFile;

typedef struct
{
  SutureMetadataType type;
  SutureEnvelope *envelope; /* (owned) */
  gint64 version;           /* from 1 */
  gint64 expires;           /* seconds since the epoch */
  gint64 issued;            /* the same, from timestamp's optional "issued"; 0 when it is not given */

  gboolean consistent;                       /* root: files carry their version or digest in their name */
  GHashTable *keys;                          /* root: key id → SutureKey (owned) */
  SutureRole *roles[SUTURE_N_METADATA_TYPES]; /* root: who signs what (owned) */

  GHashTable *files; /* timestamp, snapshot: "snapshot.json" → SutureMetadataFile (owned) */

  JsonObject *targets;            /* targets: path → object (of envelope) */
  SutureDelegations *delegations; /* targets: or NULL (owned) */
} SutureMetadata;

/* Reads the body of @envelope, which becomes the metadata's. SUTURE_ERROR_MALFORMED names what is wrong. */
SutureMetadata *
suture_metadata_parse (SutureEnvelope *envelope, SutureMetadataType type, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A root, signed as it says itself; what else it must be signed by is the caller's affair. SUTURE_ERROR_MALFORMED or
 * _SIGNATURE. */
SutureMetadata *suture_metadata_parse_root (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_metadata_free (SutureMetadata *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureMetadata, suture_metadata_free)

/* What it says about the file @name ("targets.json"), or NULL; it stays part of @self. */
const SutureMetadataFile *suture_metadata_file (const SutureMetadata *self, const char *name);

/* Whether @bytes have the length and the digests that are given; SUTURE_ERROR_HASH names @what. */
gboolean
suture_metadata_file_check (const SutureMetadataFile *self, GBytes *bytes, const char *what, GError **error);

/* SUTURE_ERROR_STALE unless it expires after @now. @name is the role's, for the error. */
gboolean suture_metadata_check_expiry (const SutureMetadata *self, gint64 now, const char *name, GError **error);

G_END_DECLS
