/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "archive.h"

/* The packages of one component that follow has seen: a folder for each set of versions, with a file for each package. All
 * of them came from apt, which verified them. */

G_BEGIN_DECLS

#define SUTURE_SHELF_OLDER_MAX 4 /* sets beside the release's own that an improvement is made for: the newest */

/* Packages and their versions, in an order. */
typedef struct _SutureShelfSet SutureShelfSet;

SutureShelfSet *suture_shelf_set_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_shelf_set_free (SutureShelfSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureShelfSet, suture_shelf_set_free)

/* Adds @package in @version at the end. */
void suture_shelf_set_add (SutureShelfSet *self, const char *package, const char *version);

/* The version of @package, NULL for one that is not in it; that of the first one; both the set's own. */
const char *suture_shelf_set_get (const SutureShelfSet *self, const char *package);
const char *suture_shelf_set_first (const SutureShelfSet *self);
gboolean suture_shelf_set_is_empty (const SutureShelfSet *self);

/* Whether both have the same packages, whatever their versions. */
gboolean suture_shelf_set_is_like (const SutureShelfSet *self, const SutureShelfSet *other);

/* Whether any package of it is newer than in @other, which has the same ones. */
gboolean suture_shelf_set_is_newer (const SutureShelfSet *self, const SutureShelfSet *other, gboolean *newer, GError **error);

/* "libssl3 3.0.22-1, openssl 3.0.22-1", as a manifest's result has it (pairs.h); the caller's. */
char *suture_shelf_set_label (const SutureShelfSet *self) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _SutureShelf SutureShelf;

/* The shelf in the folder @folder, which need not be there yet. */
SutureShelf *suture_shelf_new (const char *folder) G_GNUC_WARN_UNUSED_RESULT;
void suture_shelf_free (SutureShelf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureShelf, suture_shelf_free)

/* Fetches @set from @archive unless it is there, by way of the folder @work: all of it or nothing. */
gboolean suture_shelf_fill (
    SutureShelf *self, SutureArchive *archive, const SutureShelfSet *set, const char *work, GError **error);

/* The files of @set, in order; the caller's. */
GStrv suture_shelf_paths (SutureShelf *self, const SutureShelfSet *set) G_GNUC_WARN_UNUSED_RESULT;

/* The files of @release and of the newest other sets that have the packages of @set in older versions, set by set. */
GStrv suture_shelf_find_older (SutureShelf *self,
                               const SutureShelfSet *set,
                               const SutureShelfSet *release,
                               const char *work,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
