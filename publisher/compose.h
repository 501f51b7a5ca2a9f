/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The image: the same bytes from the same files, whoever makes it and whenever. */

G_BEGIN_DECLS

/* Makes the EROFS image @image of the folder @tree: uncompressed, blocks of 4 KiB, everything root's, no times. */
gboolean suture_compose_image (const char *tree, const char *image, GError **error);

/* The root hash of dm-verity (format 1, SHA-256, blocks of 4 KiB) over @image with @salt, both in hex. @work: a folder for
 * the hash tree, which is removed. */
char *suture_compose_root_hash (
    const char *image, const char *work, const char *salt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Unpacks @image into the new folder @tree with owners and modes as they are in it. */
gboolean suture_compose_unpack (const char *image, const char *tree, GError **error);

G_END_DECLS
