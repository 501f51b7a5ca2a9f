/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The keys that this computer's apt believes archives with: /etc/apt/trusted.gpg and trusted.gpg.d, /etc/apt/keyrings, and the files
 * that Signed-By of sources.list(5) names. All of them are root's. */

G_BEGIN_DECLS

/* Paths of binary keyrings that gpgv(1) takes; armored ones become such below the folder @work. A file that can't be read
 * or is no keyring is passed over: what was signed by its keys is not believed then. char *; the caller's. */
GPtrArray *suture_keyrings_find (const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes in an armored block (RFC 4880, 6.2) of public keys; NULL where there is none. */
GBytes *suture_keyrings_dearmor (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
