/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"
#include "verify/manifest.h"

/* One image as a mounted system extension below SUTURE_PATH_EXTENSIONS. Always read-only, nosuid, nodev and noexec: the
 * merge is an overlay of its own, with flags of its own, so nothing is ever run from here. */

G_BEGIN_DECLS

/* Mounts the image behind @image (a regular file whose SHA-256 was compared) without giving it a place: over dm-verity
 * with the signed root hash where the kernel and veritysetup can, else straight from the file, else over a loop device.
 * Returns the mount. -1 with @error. */
int suture_attach_mount (const SutureManifest *manifest, int image, GError **error);

/* Gives @mount its place, SUTURE_PATH_EXTENSIONS/@name, in place of an older mount there, which stays on error. */
gboolean suture_attach_place (int mount, const char *name, GError **error);

/* Whether something is mounted at the place of @name. */
gboolean suture_attach_is_placed (const char *name);

/* A descriptor of the folder at the place of @name. -1 with @error. */
int suture_attach_open (const char *name, GError **error);

/* Takes the mount and its folder away; what is merged keeps living on it. Nothing there is no error. */
gboolean suture_attach_drop (const char *name, GError **error);

/* The names below SUTURE_PATH_EXTENSIONS that begin with "suture-". NULL-terminated; never NULL. */
char **suture_attach_list (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
