/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/credential.h"

/* The helper's side of suture-fetch: it passes an address and a pipe and gets bytes and status numbers. Calls block: use
 * a thread. Nothing the server says crosses but the bytes themselves. */

G_BEGIN_DECLS

/* Called for every piece that arrived. */
typedef void (*SutureDownloadProgress) (guint64 done, guint64 total, gpointer user_data);

/* Fetches @url into memory, at most @max_length bytes. @credential (NULL: none) is sent to its own origin only. @http (out,
 * may be NULL): the last answer's status, 0 when none came. SUTURE_ERROR_NOT_SIGNED_IN for HTTP 401, with a sentence that
 * names the host; SUTURE_ERROR_NOT_FOUND for 404, 410 and 403, which is what object stores say of a file that is not there;
 * SUTURE_ERROR_HASH when the server sends more; SUTURE_ERROR_NETWORK, _CANCELLED, _UNAVAILABLE. */
GBytes *suture_download_bytes (const char *url,
                               const SutureCredential *credential,
                               gsize max_length,
                               guint *http,
                               GCancellable *cancellable,
                               GError **error);

/* What a server's refusal is told as: it asks for a sign-in, or did not accept @credential. Always returns FALSE. */
gboolean suture_download_refused (const char *url, const SutureCredential *credential, GError **error);

/* Fetches @url, whose whole length is @length bytes, behind what @fd already holds (resume; from zero again, once, when
 * the server can't). On error @fd keeps what arrived. Says nothing about the content: the caller hashes. */
gboolean suture_download_file (const char *url,
                               const SutureCredential *credential,
                               int fd,
                               guint64 length,
                               SutureDownloadProgress progress,
                               gpointer user_data,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS
