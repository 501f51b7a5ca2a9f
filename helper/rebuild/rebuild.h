/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "verify/manifest.h"

/* From a payload, and the files that this machine already has, to the image: exact size and SHA-256 or nothing. */

G_BEGIN_DECLS

/* The smallest payload of @manifest for the base with index @base (-1: no known base, full payloads only); NULL if there
 * is none. Stays the manifest's. */
const SuturePayload *suture_rebuild_choose (const SutureManifest *manifest, int base);

/* Decodes @payload_fd (already complete) into @image_fd (empty, read-write). The payload's size and SHA-256 are checked
 * before any decoder sees a byte; the reference is the replaced files of base @payload->base below @usr (a folder
 * descriptor of the unmerged /usr), concatenated in manifest order; the decoder stops at the signed size; the image's
 * SHA-256 is checked over what is in the file. The old files are copied behind the image while it is decoded: @image_fd
 * needs room for both. It is left at its first byte, or empty after an error. SUTURE_ERROR_HASH, _NO_SPACE, _CANCELLED, _MALFORMED. Blocks. */
gboolean suture_rebuild_image (const SutureManifest *manifest,
                               const SuturePayload *payload,
                               int payload_fd,
                               int usr,
                               int image_fd,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS
