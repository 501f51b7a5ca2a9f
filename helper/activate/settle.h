/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "activate/boot.h"
#include "activate/shelf.h"
#include "verify/content.h"

/* From a set of manifests to what is merged below /usr. Every step may be repeated; the caller holds the lock and has kept
 * the unmerged /usr. */

G_BEGIN_DECLS

/* What @manifest is to the unmerged /usr. */
gboolean suture_settle_compare (const SutureManifest *manifest, SutureContentState *state, GError **error);

/* Puts the image of @manifest in its place below SUTURE_PATH_EXTENSIONS, once what is in it was checked. @image: root's
 * copy; -1: the shelf's, compared with the manifest again; then a mount that is there already and holds the right files is
 * taken as it is. @renewed (out, optional): set to TRUE, never to FALSE, when another mount was there before. */
gboolean suture_settle_place (SutureShelf *shelf, const SutureManifest *manifest, int image, gboolean *renewed,
                              GError **error);

/* Takes the image of @manifest, which is not merged, out of its place again. */
void suture_settle_displace (const SutureManifest *manifest);

/* Merges exactly @manifests (SutureManifest), whose images are placed, and then compares every file through /usr: exit
 * codes and markers can say what they want. @again: an image was placed anew under a name that may be merged. On success what is
 * placed and not wanted is dropped. */
gboolean suture_settle_merge (GPtrArray *manifests, gboolean again, GError **error);

/* Goes back to @manifests after a failed suture_settle_merge (): merges them, or what of them can be, or nothing. Whether
 * all of them are merged, and nothing else. */
gboolean suture_settle_undo (SutureShelf *shelf, GPtrArray *manifests);

/* Those of @installed that are merged now: SutureManifest. */
GPtrArray *suture_settle_merged (GPtrArray *installed) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @manifest is merged and all its files are to be seen in /usr. */
gboolean suture_settle_is_merged (const SutureManifest *manifest);

/* The array "active" of a result. */
JsonArray *suture_settle_report (SutureShelf *shelf, const SutureBoot *boot, GPtrArray *installed) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
