/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "signer.h"

/* A publisher's folder:
 *   publisher.conf            the feed's name and the publisher as people read it
 *   keys/ROLE.pem             private keys (0700, 0600)
 *   repository/metadata|targets  what a web server serves, and nothing else
 *   staging/ID/               made, not yet published (stage.h)
 *   published/ID/             the same after publication, to check or to build upon */

G_BEGIN_DECLS

typedef struct
{
  char *path;      /* absolute (owned) */
  char *name;      /* the feed's (owned) */
  char *publisher; /* as shown (owned) */
} SutureDepot;

SutureDepot *suture_depot_create (const char *path, const char *name, const char *publisher, GError **error);
SutureDepot *suture_depot_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_depot_free (SutureDepot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDepot, suture_depot_free)

/* The path of @first/… below the folder; the caller's. */
char *suture_depot_path (SutureDepot *self, const char *first, ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;

/* The key of @role; made if there is none and @make. */
SutureSigner *suture_depot_signer (SutureDepot *self, const char *role, gboolean make, GError **error);

/* The names in the folder @which ("staging"), sorted; hidden ones left out. */
GPtrArray *suture_depot_list (SutureDepot *self, const char *which, GError **error);

G_END_DECLS
