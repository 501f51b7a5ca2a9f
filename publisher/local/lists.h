/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/suite.h"

/* What the security suites of this computer's archives have, as root's apt fetched it: the lists of packages, each held against
 * the signed Release file that names it. */

G_BEGIN_DECLS

/* One version of a package. */
typedef struct
{
  SutureSuite *suite; /* (owned) */
  char *index;        /* SHA-256 of the list of packages; strings are (owned) */
  char *version;
  char *source;       /* of the source package */
  char *sha256;       /* of the .deb file */
  guint64 size;       /* the same, bytes */
} SutureListed;

typedef struct
{
  GPtrArray *suites;    /* SutureSuite: those that are security suites (owned) */
  GHashTable *packages; /* "NAME:ARCHITECTURE" → GPtrArray of SutureListed, as listed (owned) */
} SutureLists;

/* Reads them, by way of apt-get indextargets. @work: a folder. @now: seconds since the epoch.
 * SUTURE_ERROR_NOT_FOUND: there is no list of a security suite; SUTURE_ERROR_STALE: one has ended, and apt's own
 * Acquire::Check-Valid-Until does not allow that; SUTURE_ERROR_SIGNATURE, SUTURE_ERROR_HASH, SUTURE_ERROR_MALFORMED. One bad
 * list fails all: what it would say is not known. */
SutureLists *suture_lists_load (const char *work, gint64 now, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_lists_free (SutureLists *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureLists, suture_lists_free)

/* The versions of the package @name, of @architecture or for all; NULL where there is none. Part of @self. */
GPtrArray *suture_lists_find (const SutureLists *self, const char *name, const char *architecture);

/* Whether a suite is one of security fixes alone, by its name: bookworm-security, jammy-security, buster/updates. */
gboolean suture_lists_is_security (const char *suite);

/* Adds what the text of a list of packages says to @self; for suture_lists_load () and tests. SUTURE_ERROR_MALFORMED. */
gboolean suture_lists_add (SutureLists *self, SutureSuite *suite, const char *index, const char *text, GError **error);
SutureLists *suture_lists_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
