/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The passphrase of encrypted keys: from a file, from a descriptor, or asked on the terminal without showing it. Never from the
 * command line or the environment, which others can read. */

G_BEGIN_DECLS

#define SUTURE_PASSPHRASE_MAX 1024 /* bytes, as OpenSSL's own buffer for PEM (PEM_BUFSIZE) */

typedef struct _SuturePassphrase SuturePassphrase;

/* @file: its first line counts (NULL: none); @fd: the same for a descriptor (-1: none). Neither: the terminal is asked. */
SuturePassphrase *suture_passphrase_new (const char *file, int fd);
void suture_passphrase_free (SuturePassphrase *self); /* overwrites what was read */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SuturePassphrase, suture_passphrase_free)

/* Whether one was given, so that the terminal is not asked. */
gboolean suture_passphrase_is_given (SuturePassphrase *self);

/* The passphrase for @what ("keys/root.pem"); part of @self, and overwritten by the next call. @twice: a new one, asked twice on a
 * terminal. SUTURE_ERROR_UNAVAILABLE: no file was given and there is no terminal; SUTURE_ERROR_INVALID_ARGUMENT: it is empty
 * or too long. */
const char *suture_passphrase_get (SuturePassphrase *self, const char *what, gboolean twice, GError **error);

G_END_DECLS
