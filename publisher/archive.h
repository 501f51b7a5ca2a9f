/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One suite of a Debian archive, as apt sees it: with a configuration and a state of its own, so that nothing of this
 * computer's counts and nothing there changes. apt verifies the archive's signature and every file; what it refuses is not
 * looked at here. */

G_BEGIN_DECLS

typedef struct
{
  char *uri, *suite, *components; /* as sources.list(5) has them (owned) */
  char *keyring;                  /* the file with the archive's keys, Signed-By (owned) */
  char *architecture;             /* Debian's name (owned) */
} SutureArchiveSource;
void suture_archive_source_clear (SutureArchiveSource *self);

typedef struct
{
  char *folder; /* of apt's configuration and state (owned) */
  char *config; /* apt.conf(5) (owned) */
  char *name;   /* for errors: "URI SUITE" (owned) */
} SutureArchive;

/* Writes the configuration below the folder @folder, which is made. SUTURE_ERROR_INVALID_ARGUMENT for a @source that can't
 * be one. */
SutureArchive *suture_archive_open (
    const char *folder, const SutureArchiveSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_archive_free (SutureArchive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureArchive, suture_archive_free)

/* apt-get update. Fails where anything of it can't be verified; what was verified before counts no more then. */
gboolean suture_archive_update (SutureArchive *self, GError **error);

/* The newest version of @package there; NULL without @error where there is none. The caller's. */
char *suture_archive_find (SutureArchive *self, const char *package, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fetches that version of @package, verified by apt, as the file @to, by way of the folder @work. */
gboolean suture_archive_fetch (
    SutureArchive *self, const char *package, const char *version, const char *work, const char *to, GError **error);

G_END_DECLS
