/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* A secret from whoever runs the program; never from its arguments, which everybody on the computer can read. */

G_BEGIN_DECLS

/* Asks for it with @prompt where standard input is a terminal, and shows nothing of what is typed; elsewhere reads standard
 * input to its end, without the line feed at its end. SUTURE_ERROR_CANCELLED: Ctrl+C or Ctrl+D; _INVALID_ARGUMENT: longer than
 * any is. To be freed with suture_credential_wipe (). Blocks. */
char *suture_secret_read (const char *prompt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
