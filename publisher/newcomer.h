/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session.h"

/* A key that comes in: one that is made here, or the public half of somebody else's. It is kept at least as well as those that it
 * signs beside, or in the place of. */

G_BEGIN_DECLS

/* What people say about it on the command line. */
typedef struct
{
  char *type;       /* NULL: that of the old key, or ed25519 (owned) */
  char *public;     /* a file: the public half of one that exists (owned) */
  char *folder;     /* where the new file goes, NULL: FOLDER/keys (owned) */
  char *owner;      /* who has it, for show (owned) */
  gboolean encrypt; /* with a passphrase */
} SutureNewcomerOptions;
void suture_newcomer_options_clear (SutureNewcomerOptions *self);

typedef struct
{
  char *id;       /* (owned) */
  JsonNode *node; /* its public half (owned) */
  char *made;     /* the new file, or NULL (owned) */
} SutureNewcomer;
void suture_newcomer_free (SutureNewcomer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureNewcomer, suture_newcomer_free)

/* Whether @options say enough for a key of the draft's @role in the place of @old (NULL: beside all that it has). Nothing is written.
 * SUTURE_ERROR_NOT_AUTHORIZED, with what to say: the others are kept elsewhere than in FOLDER/keys, and no place was given. */
gboolean
suture_newcomer_check (SutureSession *session, const SutureNewcomerOptions *options, const char *role, const char *old, GError **error);

/* The same, and then finds or makes it; with a passphrase also where those others in FOLDER/keys have one. SUTURE_ERROR_NOT_AUTHORIZED also
 * for a public half that signs for the other side: root and targets are signed by people, snapshot and timestamp by a computer. */
SutureNewcomer *suture_newcomer_find (SutureSession *session,
                                      const SutureNewcomerOptions *options,
                                      const char *role,
                                      const char *old,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
