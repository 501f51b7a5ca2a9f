/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"

/* A publisher's folder:
 *   publisher.conf            the feed's name and the publisher as people read it
 *   owners.conf               who has which key, for people (suture_depot_owner ())
 *   keys/…pem                 private keys (0700, 0600; keyring.h)
 *   client/                   what a desktop has accepted of the repository so far, private (repository.h)
 *   repository/metadata|targets  what a web server serves, and nothing else
 *   pending/VERSION.ROLE.json metadata that waits for signatures (pending.h)
 *   log/FIRST.log.jsonl       copies of the public log (chain.h)
 *   edition/                  signed files that are just about to be served (handover.h)
 *   staging/ROLE/ID/          made, not yet published (stage.h)
 *   published/ROLE/ID/        the same after publication, to check or to build upon
 *   work/                     scratch of whoever holds the lock; emptied when the next one comes */

G_BEGIN_DECLS

#define SUTURE_DEPOT_PENDING "pending"

typedef struct
{
  char *path;      /* absolute (owned) */
  char *name;      /* the feed's (owned) */
  char *publisher; /* as shown (owned) */
  SutureFd lock;   /* the folder, locked for this process alone (owned) */
} SutureDepot;

/* Makes one in a hidden folder beside @path, and moves that there when all is in it: who is killed in between has made
 * nothing. SUTURE_ERROR_FAILED: there is something at @path already. */
SutureDepot *suture_depot_create (const char *path, const char *name, const char *publisher, GError **error);
gboolean suture_depot_finish (SutureDepot *self, const char *path, GError **error);

/* Opens one for this process alone. SUTURE_ERROR_BUSY: another is at work in it. */
SutureDepot *suture_depot_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_depot_free (SutureDepot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDepot, suture_depot_free)

/* The path of @first/… below the folder; the caller's. */
char *suture_depot_path (SutureDepot *self, const char *first, ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;

/* A fresh folder below work/; the caller removes it. */
char *suture_depot_work (SutureDepot *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who has the key @id, as somebody said who is believed in nothing else; NULL when nobody did. The caller's. */
char *suture_depot_owner (SutureDepot *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;
gboolean suture_depot_set_owner (SutureDepot *self, const char *id, const char *owner, GError **error);

/* The names in the folder @which ("staging/ROLE"), sorted; hidden ones left out. None where there is no such folder. */
GPtrArray *suture_depot_list (SutureDepot *self, const char *which, GError **error);

/* Renames the folder @from to @to, whose parent is made, so that it is there after a power cut. SUTURE_ERROR_FAILED:
 * something is at @to already. */
gboolean suture_depot_move (const char *from, const char *to, GError **error);

G_END_DECLS
