/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"
#include "verify/manifest.h"

/* What is installed, as files of root's own in SUTURE_PATH_ROOT_IMAGES: suture-ID.erofs, suture-ID.json (the manifest)
 * and suture-ID.feed (the feed's name). An improvement is installed when its .feed file is there: it is written last and
 * removed first, and a replacement renames the old one, so that every moment has either the old or the new. */

G_BEGIN_DECLS

typedef struct
{
  char *id;                 /* (owned) */
  char *feed;               /* (owned) */
  SutureManifest *manifest; /* (owned) */
} SutureInstalled;

typedef struct _SutureShelf SutureShelf;

/* Opens the folder, made 0700 if it is missing. */
SutureShelf *suture_shelf_open (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_shelf_free (SutureShelf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureShelf, suture_shelf_free)

/* What is installed: SutureInstalled, sorted by id. One whose manifest can't be read any more is logged and left out. */
GPtrArray *suture_shelf_list (SutureShelf *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The one of @installed with id @id, or of component @component; NULL when there is none. */
SutureInstalled *suture_shelf_find (GPtrArray *installed, const char *id);
SutureInstalled *suture_shelf_find_component (GPtrArray *installed, const char *component);

/* Whether @id is recorded as installed, be its other files readable or not. */
gboolean suture_shelf_has (SutureShelf *self, const char *id);

/* Copies the regular file @from into an unnamed file of root's own, hashing what it writes, and compares size and SHA-256
 * with the manifest's: whatever the sender still does to its file changes nothing here. Returns the copy. -1 with
 * SUTURE_ERROR_HASH, SUTURE_ERROR_NO_SPACE, SUTURE_ERROR_INVALID_ARGUMENT (no regular file). */
int suture_shelf_copy (SutureShelf *self, const SutureManifest *manifest, int from, GError **error);

/* Opens the image of an installed improvement and compares it with its manifest once more. -1 with SUTURE_ERROR_HASH. */
int suture_shelf_open_image (SutureShelf *self, const SutureManifest *manifest, GError **error);

/* Names the copy @image and the bytes @manifest_bytes as those of @manifest. Nothing is installed by that yet. */
gboolean suture_shelf_put (SutureShelf *self, const SutureManifest *manifest, int image, GBytes *manifest_bytes,
                           GError **error);

/* The moment of installing: @feed's name is written, or @replaced's file (an id; may be NULL) renamed. */
gboolean suture_shelf_commit (SutureShelf *self, const char *id, const char *feed, const char *replaced, GError **error);

/* The moment of removing. Needs no space. The manifest is remembered until the next start, for whoever still maps the
 * bytes that are gone. */
gboolean suture_shelf_withdraw (SutureShelf *self, const char *id, GError **error);

/* Manifests of what was removed since the start: SutureManifest. Never NULL. */
GPtrArray *suture_shelf_removed (void) G_GNUC_WARN_UNUSED_RESULT;

/* Removes every file that belongs to nothing installed: left by a step that was killed, or of what was removed. */
void suture_shelf_clean (SutureShelf *self);

G_END_DECLS
