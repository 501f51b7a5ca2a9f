/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The server's side of the local socket (README.md). */

G_BEGIN_DECLS

/* Serves the connection @socket once. Whoever hangs up ends this process: nothing is worse for it, since the work can be killed at
 * any time. */
void suture_serve (int socket);

G_END_DECLS
