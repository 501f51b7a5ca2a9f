/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"
#include "keyring.h"

/* A file of metadata while signatures are collected for it, and who still has to sign. */

G_BEGIN_DECLS

/* Keys of which so many have to sign. */
typedef struct
{
  SutureRole *role; /* (owned) */
  GHashTable *keys; /* key id → SutureKey (owned) */
} SutureSealQuorum;

/* From the object with "keyids" and "threshold" and the object "keys". */
SutureSealQuorum *suture_seal_quorum_new (JsonObject *signers, JsonObject *keys, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_seal_quorum_free (SutureSealQuorum *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSealQuorum, suture_seal_quorum_free)

/* Who has to sign @role, as the bodies @root and @targets say (SutureSealQuorum): for a root the quorum of the published one, too,
 * which comes first. */
GPtrArray *suture_seal_find_quorums (
    SutureRepository *repository, JsonObject *root, JsonObject *targets, const char *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it has signed @envelope. */
gboolean suture_seal_quorum_has_signed (const SutureSealQuorum *self, const SutureEnvelope *envelope);

typedef struct _SutureSeal SutureSeal;

/* @body: the whole of "signed" (referenced, not to be changed any more). @quorums: SutureSealQuorum, all of which have to sign; it is referenced. */
SutureSeal *suture_seal_new (JsonObject *body, GPtrArray *quorums) G_GNUC_WARN_UNUSED_RESULT;
void suture_seal_free (SutureSeal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSeal, suture_seal_free)

/* The whole of "signed"; part of @self. */
JsonObject *suture_seal_get_body (SutureSeal *self);

/* Takes over the signatures of @envelope that are valid for this body and count for one of the quorums; their number. */
guint suture_seal_take (SutureSeal *self, const SutureEnvelope *envelope);

/* How many such signatures @envelope has, which are valid for its own body, whatever that is. */
guint suture_seal_count_other (SutureSeal *self, const SutureEnvelope *envelope);

/* Takes over all signatures of @envelope, which has this body, whoever's they are and whether they are valid or not. */
void suture_seal_keep (SutureSeal *self, const SutureEnvelope *envelope);

/* Whether it has a signature of the key @id. */
gboolean suture_seal_has (SutureSeal *self, const char *id);

/* Whether a signature of the key @id counts. */
gboolean suture_seal_counts (SutureSeal *self, const char *id);

/* Which keys sign. */
typedef enum
{
  SUTURE_SEAL_UNATTENDED, /* those that lie open in FOLDER/keys, and nobody's who has to look first */
  SUTURE_SEAL_OPEN,       /* all that need no passphrase any more */
  SUTURE_SEAL_ALL,        /* those first, and then all others */
} SutureSealKeys;

/* Signs with @keys at hand until every quorum has signed. A key that would have to be unlocked without a way to ask for its passphrase
 * is passed over. */
gboolean suture_seal_sign (SutureSeal *self, SutureKeyring *keyring, SutureSealKeys keys, GError **error);

/* Adds the signature of @signer. SUTURE_ERROR_NOT_AUTHORIZED: it is of none of the quorums. */
gboolean suture_seal_add (SutureSeal *self, SutureSigner *signer, GError **error);

/* Whether every quorum has signed. */
gboolean suture_seal_is_complete (SutureSeal *self);

/* The ids of keys whose signature would still count, none twice; char *. Empty when it is complete. */
GPtrArray *suture_seal_missing (SutureSeal *self) G_GNUC_WARN_UNUSED_RESULT;

/* How many signatures it still needs, at least. */
guint suture_seal_count_missing (SutureSeal *self);

/* Whether keys of @keyring that count for @quorums and are not SUTURE_SEAL_UNATTENDED have never signed @before, of one role with what they
 * are to sign now: it is somebody's word alone that it was published, and what is in it is not known to whoever has them. */
gboolean suture_seal_is_hearsay (const SutureEnvelope *before, GPtrArray *quorums, SutureKeyring *keyring) G_GNUC_WARN_UNUSED_RESULT;

/* The file, with what signatures there are. */
GBytes *suture_seal_write (SutureSeal *self) G_GNUC_WARN_UNUSED_RESULT;

/* The same, read again. */
SutureEnvelope *suture_seal_read (SutureSeal *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
