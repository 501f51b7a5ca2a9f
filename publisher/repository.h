/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "depot.h"
#include "feed/trust.h"

/* The repository (TUF 1.0, https://theupdateframework.github.io/specification/latest/#document-formats) as a desktop's own
 * client accepts it, and what a run adds. The client's state, DEPOT/client, lives from init on and is the publisher's
 * memory: what lies in the served folder counts only when it is what that client believes, and versions go on from there. */

G_BEGIN_DECLS

typedef struct _SutureRepository SutureRepository;

/* It as a server has it; @next: as one will have it once it is written. */
typedef struct
{
  SutureSource source; /* first, so that a source is its view */
  SutureRepository *repository;
  gboolean next;
} SutureRepositoryView;

struct _SutureRepository
{
  SutureDepot *depot; /* the caller's */
  SutureTrust *trust; /* the client (owned) */
  GBytes *first;      /* of a new one: its root (owned) */
  GHashTable *added;  /* file name → GBytes: metadata signed and not yet in the folder (owned) */
  GPtrArray *roles;   /* char *: the delegated roles that are published, names of base/name.h (owned) */
  SutureRepositoryView now, next;
};

/* What is published, expired or not. Refused, with what to do: metadata in the served folder that the client does not
 * believe, or that is not to the byte what it believed; a client without memory. */
SutureRepository *suture_repository_open (SutureDepot *depot, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new one with nothing in it but its first root, which the client will believe from now on. */
SutureRepository *suture_repository_create (SutureDepot *depot, GBytes *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void suture_repository_free (SutureRepository *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureRepository, suture_repository_free)

/* Puts the metadata that the client remembers into the served folder of @depot again; roots there that it does not believe
 * are removed. Returns the repository as it is then. */
SutureRepository *suture_repository_restore (SutureDepot *depot, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is published of @role ("root", "targets" or a delegated one), or NULL. It stays part of @self. */
const SutureMetadata *suture_repository_latest (SutureRepository *self, const char *role);

/* The targets of the delegated role @role: SutureTarget; empty when it is not published. */
GPtrArray *suture_repository_targets (SutureRepository *self, const char *role, GError **error);

/* The highest number that an improvement of @role was published with; 0 for none, -1 with @error. */
gint64 suture_repository_highest_number (SutureRepository *self, const char *role, GError **error);

/* Sets what every role's "signed" object has: the version of the specification, its own, and when it expires (seconds since the
 * epoch). */
void suture_repository_set_common (JsonObject *body, gint64 version, gint64 expires);

/* Sets the member @name to a time (seconds since the epoch), and reads one: 0 when there is none. */
void suture_repository_set_time (JsonObject *body, const char *name, gint64 seconds);
gint64 suture_repository_read_time (JsonObject *body, const char *name);

/* Adds @bytes as the next file of the role @name. */
void suture_repository_add (SutureRepository *self, const char *name, gint64 version, GBytes *bytes);

/* The same of any other file that lies beside the metadata. */
void suture_repository_add_file (SutureRepository *self, const char *file, GBytes *bytes);

/* Forgets what was added. */
void suture_repository_drop (SutureRepository *self);

/* Adds {"length", "hashes": {"sha256"}} of @bytes to @object. */
void suture_repository_add_digest (JsonObject *object, GBytes *bytes);

/* Writes what was added (handover.h): from then on it is published. */
gboolean suture_repository_write (SutureRepository *self, GError **error);

/* Has the client read what is published now, at the time @now (seconds since the epoch; 0: whatever expired). */
gboolean suture_repository_refresh (SutureRepository *self, gint64 now, GError **error);

G_END_DECLS
