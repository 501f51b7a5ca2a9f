/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What dpkg says is installed. */

G_BEGIN_DECLS

typedef struct
{
  char *name;         /* strings are (owned) */
  char *architecture; /* Debian's name of it */
  char *called;       /* as dpkg calls it: "libexpat1:amd64" where several architectures can be installed at once, "tzdata" else */
  char *version;
  char *source;       /* of the source package */
  gboolean held;      /* apt-mark hold */
} SutureInstalled;

/* SutureInstalled, of all that is installed completely, in dpkg's order. SUTURE_ERROR_BUSY: a run of dpkg was broken off, so
 * that it is not known what lies on the disk: nothing can be prepared from it. */
GPtrArray *suture_installed_list (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The files and folders of the installed package that dpkg calls @called, absolute; where they are diverted, as the package has them.
 * The caller's. */
GPtrArray *suture_installed_files (const char *called, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What changes whenever dpkg changes anything: of its database. The caller's. */
char *suture_installed_stamp (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
