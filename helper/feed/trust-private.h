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

/* The version of @wanted that @listed describes: @local if that is it, else fetched; current. Not saved yet. */
SutureMetadata *suture_trust_obtain (SutureTrust *self,
                                     SutureSource *source,
                                     const SutureTrustWanted *wanted,
                                     const SutureMetadataFile *listed,
                                     const SutureMetadata *local,
                                     GError **error);

/* The name under which a server has @version of @role. */
char *suture_trust_file_name (const SutureTrust *self, const char *role, gint64 version);

G_END_DECLS
