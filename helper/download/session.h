/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "download/transfer.h"

/* The server's side of the fetch socket (helper/README.md): at most one credential, one request, one transfer, one status. */

G_BEGIN_DECLS

#define SUTURE_SESSION_URL_MAX 2048                          /* bytes of an address */
#define SUTURE_SESSION_REQUEST_MAX (SUTURE_SESSION_URL_MAX + 48) /* two decimal numbers and two blanks before it */

/* Serves the connection @socket, which stays the caller's. FALSE when the peer asked for something else than `get` of an
 * https address with the writing end of a pipe; it then gets no answer. */
gboolean suture_session_serve (int socket, const SutureTransferSettings *settings, GError **error);

G_END_DECLS
