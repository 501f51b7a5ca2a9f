/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/stat.h>

/* What a package file would put where, without unpacking it. */

G_BEGIN_DECLS

typedef struct
{
  char *path;        /* absolute, as the package has it: "/lib/…" where it has that (owned) */
  mode_t mode;       /* type and permission bits; 0 type for what is neither file, folder nor link */
  gboolean is_roots; /* owner and group are root */
} SutureEntry;

/* SutureEntry, in the package's order. SUTURE_ERROR_MALFORMED: an entry that is no path of a package. */
GPtrArray *suture_contents_read (const char *package, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of what dpkg-deb(1), --contents, says; for suture_contents_read () and tests. */
GPtrArray *suture_contents_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
