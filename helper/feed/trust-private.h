/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/store.h"
#include "feed/trust.h"

/* What the files of the TUF client share. */

G_BEGIN_DECLS

struct _SutureTrust
{
  SutureStore *store;   /* (owned) */
  SutureMetadata *root; /* the trusted root; NULL only while opening (owned) */
  /* The rest is there after a successful refresh in this process, and only then. */
  SutureMetadata *timestamp;
  SutureMetadata *snapshot;
  SutureMetadata *targets;
  GHashTable *delegated; /* role → SutureMetadata; whoever delegates to it must verify it again (owned) */
  gint64 now;            /* the cycle's time: what the caller said, or the signed floor when that is later */
};

/* A role whose file another role describes and whose keys another role names. */
typedef struct
{
  const char *name;
  SutureMetadataType type;
  const SutureRole *role;
  GHashTable *keys;
} SutureTrustWanted;

/* Believes @bytes as metadata of @wanted, or says why not. Expiry and version are not looked at. */
SutureMetadata *suture_trust_verify (const SutureTrustWanted *wanted, GBytes *bytes, GError **error);

/* The copy in the folder, if it is still validly signed; *@local is NULL when there is none that is. */
gboolean suture_trust_load_local (
    SutureTrust *self, const SutureTrustWanted *wanted, SutureMetadata **local, GError **error);

/* What is wrong with @new beside @old, the trusted copy. */
typedef gboolean (*SutureTrustCompare) (const SutureMetadata *old, const SutureMetadata *new, GError **error);

/* The version of @wanted that @listed describes, current: the copy in the folder if that is it, else fetched, held against
 * the copy by @compare (or NULL), and saved. */
SutureMetadata *suture_trust_update (SutureTrust *self,
                                     SutureSource *source,
                                     const SutureTrustWanted *wanted,
                                     const SutureMetadataFile *listed,
                                     SutureTrustCompare compare,
                                     GError **error);

/* @type as @root has it signed. */
SutureTrustWanted suture_trust_wanted (const SutureMetadata *root, SutureMetadataType type);

/* The metadata file @name of @source; what is longer than @max_length is SUTURE_ERROR_HASH, whatever the source. */
GBytes *suture_trust_get_file (SutureSource *source, const char *name, gsize max_length, GError **error);

/* trust-root.c: makes @self->root the newest root that is trusted here, beginning with @first_root. */
gboolean suture_trust_find_root (SutureTrust *self, GBytes *first_root, GError **error);

/* trust-root.c: follows the roots that @source has after the trusted one. */
gboolean suture_trust_update_root (SutureTrust *self, SutureSource *source, GError **error);

/* The name under which a server has @version of @role. */
char *suture_trust_file_name (const SutureTrust *self, const char *role, gint64 version);

G_END_DECLS
