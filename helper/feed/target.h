/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/hashes.h"

/* A file that a targets role has signed. */

G_BEGIN_DECLS

#define SUTURE_TARGET_PATH_MAX 1024 /* bytes */

typedef struct
{
  char *path;       /* "debian-12-x86-64/openssl-a.json"; no part is empty, "." or ".." (owned) */
  guint64 length;   /* bytes */
  char *sha256;     /* hex, or NULL when only sha512 is given (owned) */
  char *sha512;     /* hex, or NULL (owned) */
  JsonNode *custom; /* an object; NULL when there is none (owned) */
} SutureTarget;
void suture_target_free (SutureTarget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureTarget, suture_target_free)

/* Reads what the targets role says about @path. SUTURE_ERROR_MALFORMED, also when no digest is of a known algorithm. */
SutureTarget *
suture_target_parse (const char *path, JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @bytes have its length and digests: SUTURE_ERROR_HASH. */
gboolean suture_target_matches (const SutureTarget *target, GBytes *bytes, GError **error);

/* Whether its publisher has taken it back: "custom" has a member "withdrawn", whatever it holds. */
gboolean suture_target_is_withdrawn (const SutureTarget *target);

#define SUTURE_TARGET_REASON_MAX 1024 /* bytes */

/* What its publisher says about that, where anything of it can be used: *@date in seconds since the epoch, else 0; *@reason
 * plain text, clean, on one line and cut at SUTURE_TARGET_REASON_MAX, else "" (owned by the caller). FALSE: it is not
 * withdrawn. */
gboolean suture_target_read_withdrawal (const SutureTarget *target, gint64 *date, char **reason);

#define SUTURE_TARGET_APPROVED_MAX 128 /* bytes of a person's name */

/* How it came to be, as its publisher says in "custom": TRUE when a program prepared it ("prepared": "automatic"); then
 * *@approved is the name of the person who has approved it ("approved"), plain text, clean, on one line and cut at
 * SUTURE_TARGET_APPROVED_MAX, or "" (owned by the caller). FALSE, and NULL there: nothing is said of that. */
gboolean suture_target_read_preparation (const SutureTarget *target, char **approved);

#define SUTURE_TARGET_ARCHIVE_MAX 256 /* packages; and bytes of each text */

/* What its publisher, the local feed's, says in "custom" about the archive that it was prepared from ("archive"), clean and in
 * order, as texts of two lines, WHAT LF WHICH: origin, suite, date, key, release, packages (the index), and package for each
 * (NAME VERSION ARCHITECTURE SHA-256). What is missing or no text is left out. Never NULL. */
char **suture_target_read_archive (const SutureTarget *target) G_GNUC_WARN_UNUSED_RESULT;

/* Where it lies below a server's targets folder: "FOLDERS/DIGEST.NAME", or its path where names carry no digest. */
char *suture_target_place (const SutureTarget *target, gboolean consistent) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
