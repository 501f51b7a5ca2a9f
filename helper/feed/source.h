/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Where the files of a repository come from: the network for the helper, what was handed over for suture-activate, a
 * web server for tests/support/tuf-client. */

G_BEGIN_DECLS

typedef struct _SutureSource SutureSource;
struct _SutureSource
{
  /* Fetches the metadata file @name ("2.root.json", "timestamp.json", "7.debian-12-x86-64.json"; role names already
   * percent-encoded) of at most @max_length bytes. Blocks. SUTURE_ERROR_NOT_FOUND: the server does not have it. */
  GBytes *(*metadata) (SutureSource *self, const char *name, gsize max_length, GError **error);
  /* The same for a target, by its place below the targets folder ("base/HASH.openssl-a.json"). */
  GBytes *(*target) (SutureSource *self, const char *place, gsize max_length, GError **error);
};

G_END_DECLS
