/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"
#include "stage.h"

/* What root, targets and the delegated roles are going to say: what they say now, with the changes that still wait for signatures
 * (DEPOT/pending), and with those that a command makes. The bodies are a publisher's own copies, to be changed at will; their
 * version and expiry are put in when they are signed (edition.h). */

G_BEGIN_DECLS

typedef struct _SutureDraft SutureDraft;

/* @pending: whether changes that wait are part of it. Those that no longer follow what is published are passed over:
 * suture_draft_outdated (). */
SutureDraft *suture_draft_new (SutureRepository *repository, gboolean pending, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* That of a new repository: its root, and targets that delegate to nobody. */
SutureDraft *suture_draft_new_empty (SutureRepository *repository) G_GNUC_WARN_UNUSED_RESULT;
void suture_draft_free (SutureDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDraft, suture_draft_free)

/* The files of DEPOT/pending that no longer follow; char * of @self. */
GPtrArray *suture_draft_outdated (SutureDraft *self);

/* Whether the file @file of DEPOT/pending follows what is published: it is neither outdated nor out already, as one is that a run which
 * was killed had published and not yet removed. */
gboolean suture_draft_follows (SutureDraft *self, const char *file);

/* The body of "root", "targets" or a delegated role, to be changed; NULL: there is no such role. Part of @self. */
JsonObject *suture_draft_get (SutureDraft *self, const char *role);

/* The delegated roles, sorted; const char * of @self. Free with g_ptr_array_unref (). */
GPtrArray *suture_draft_roles (SutureDraft *self) G_GNUC_WARN_UNUSED_RESULT;

/* Adds the delegated role @name, empty, which targets delegates "NAME/?*" to. It has no key yet and a threshold of 1. */
void suture_draft_add_role (SutureDraft *self, const char *name);

/* Lets @role be signed by the key @id as well; @key is its public half, taken. SUTURE_ERROR_FAILED: it is already. */
gboolean suture_draft_add_key (SutureDraft *self, const char *role, const char *id, JsonNode *key, GError **error);

/* The key @id signs for @role no more; when it does for nobody, it is no longer listed. */
void suture_draft_remove_key (SutureDraft *self, const char *role, const char *id);

/* Adds @stage to its role, unless the very same is there; the role must be. */
void suture_draft_add_stage (SutureDraft *self, const SutureStage *stage);

/* Takes the target "ROLE/ID" out of its role: desktops no longer see it. */
void suture_draft_remove (SutureDraft *self, const char *name);

/* The delegation to the role @name in the object "delegations" of a targets body (NULL: there is none), which is read like
 * metadata; part of it. NULL: there is no such role. */
JsonObject *suture_draft_find_delegation (JsonObject *delegations, const char *name);

/* The object with "keyids" and "threshold" that says who signs @role, and the object "keys" that it is to be read with; parts of the
 * bodies @root and @targets, which are read like metadata. SUTURE_ERROR_NOT_FOUND: there is no such role. */
gboolean suture_draft_find_signers (
    JsonObject *root, JsonObject *targets, const char *role, JsonObject **signers, JsonObject **keys, GError **error);

/* Whether @role says something else than what is published. */
gboolean suture_draft_is_changed (SutureDraft *self, const char *role);

/* The pending file of @role that the draft began with, verified or not; NULL: there is none. Part of @self. */
const SutureEnvelope *suture_draft_pending (SutureDraft *self, const char *role);

/* The targets of all delegated roles that @wanted ("ID" or "ROLE/ID") means: "ROLE/ID". SUTURE_ERROR_NOT_FOUND: none. */
GPtrArray *suture_draft_find (SutureDraft *self, const char *wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The "custom" object of the target "ROLE/ID", to be changed; made if it is missing. */
JsonObject *suture_draft_custom (SutureDraft *self, const char *name);

/* Whether whoever brings keys has said or seen all that changes in @role: nothing of it waited before, unless suture_draft_set_shown ()
 * says otherwise. Whoever can write into DEPOT could have anything signed if nobody had to. */
gboolean suture_draft_is_shown (SutureDraft *self, const char *role);
void suture_draft_set_shown (SutureDraft *self, const char *role, gboolean shown);

/* A deep copy that can be changed. */
JsonObject *suture_draft_copy (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;

/* Whether two bodies say the same, whatever their version, expiry and time of issue. */
gboolean suture_draft_same (JsonObject *a, JsonObject *b);

G_END_DECLS
