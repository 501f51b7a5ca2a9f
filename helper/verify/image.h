/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verify/manifest.h"

/* What may be in an image, whoever signed it (THREATS.md 32 and 33). */

G_BEGIN_DECLS

/* Whether @path may be part of an improvement at all: absolute, normalized, below one of the merged hierarchies, and not
 * in the deny-list (polkit actions and rules, D-Bus policy, units, generators, udev rules, sysusers, tmpfiles, PAM and
 * loader configuration, os-release, Suture's own files). */
gboolean suture_image_path_is_allowed (const char *path, GError **error);

/* The one entry of an image beside the listed files: its path, and its bytes, which systemd compares with os-release
 * (systemd-sysext(8)). Both are owned by the caller. */
char *suture_image_release_path (const SutureManifest *manifest) G_GNUC_WARN_UNUSED_RESULT;
char *suture_image_release_text (const SutureManifest *manifest) G_GNUC_WARN_UNUSED_RESULT;

/* Walks the image mounted at @image (a folder descriptor) against @manifest and the unmerged /usr at @usr: exactly the
 * listed entries, their parents, and usr/lib/extension-release.d/extension-release.NAME with the right three lines;
 * contents by SHA-256; no other type than folder, file and link; modes and owners as THREATS.md 32 says; parent folders
 * as in the base (new ones root, 0755); no extended attributes; no hard links. SUTURE_ERROR_MALFORMED says what and where,
 * SUTURE_ERROR_HASH which file's bytes are wrong. */
gboolean suture_image_check (const SutureManifest *manifest, int image, int usr, GError **error);

G_END_DECLS
