/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verify/manifest.h"

/* dm-verity by the program veritysetup, not by its library: libcryptsetup brings json-c, whose symbols (json_object_get …)
 * clash with json-glib's in one process. It is run with fixed arguments and an empty environment. */

G_BEGIN_DECLS

/* Whether the kernel has the device-mapper with its verity target, and veritysetup is installed. */
gboolean suture_verity_is_available (void);

/* Computes the hash tree of @image (it is never downloaded), and opens a device named @name over both that serves only
 * blocks which lead to the manifest's signed root hash. Returns the device's node, or NULL with @error: SUTURE_ERROR_HASH
 * when the image's tree does not end in that hash. */
char *suture_verity_open (const SutureManifest *manifest, const char *name, int image, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Lets the device of node @device go as soon as nothing uses it any more. */
void suture_verity_close (const char *device);

/* Takes away the devices of ours that a step which was killed has left, known by their UUIDs. Those in use stay. For a caller that holds the lock. */
void suture_verity_clean (void);

/* Removes the hash tree that suture_verity_open () left for @name. */
void suture_verity_forget (const char *name);

G_END_DECLS
