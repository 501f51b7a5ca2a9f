/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One suite of an archive, as apt left it below /var/lib/apt/lists: its signed Release file, verified once more with gpgv(1)
 * and the keys that apt believes. Nothing of it is read before. */

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount count;
  char *origin;       /* "Debian"; strings are (owned) */
  char *codename;     /* "bookworm-security", or what it is called otherwise */
  char *date;         /* ISO 8601, UTC: when it was made, by its own word */
  char *key;          /* fingerprint of the key that signed it */
  char *sha256;       /* of the signed file */
  gint64 made;        /* the date in seconds since the epoch; 0: it says none */
  gint64 valid_until; /* the same; 0: it says nothing, and does not end */
  GHashTable *files;  /* name below the suite's folder → SHA-256 (owned) */
} SutureSuite;

/* Reads the files at @prefix + "InRelease", or "Release" and "Release.gpg". @keyrings: keyrings.h. @work: a folder.
 * SUTURE_ERROR_NOT_FOUND: there is neither; SUTURE_ERROR_SIGNATURE: it is not signed by any of the keys, or wrongly by one. */
SutureSuite *suture_suite_open (
    const char *prefix, GPtrArray *keyrings, const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureSuite *suture_suite_ref (SutureSuite *self);
void suture_suite_unref (SutureSuite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureSuite, suture_suite_unref)

/* What the text of a Release file says; for suture_suite_open () and tests. SUTURE_ERROR_MALFORMED. */
SutureSuite *suture_suite_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
