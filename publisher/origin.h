/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "changes.h"
#include "pairs.h"
#include "findings.h"

/* Where an improvement comes from: trees with the files of every known base, and one with the fixed files. Either they are
 * unpacked from packages, or they are root folders as whoever builds images has them. */

G_BEGIN_DECLS

typedef struct
{
  SuturePairs *pairs;   /* the packages; NULL for root folders (owned) */
  GPtrArray *bases;     /* char *: a tree each (owned) */
  GPtrArray *labels;    /* char *: what each is called (owned) */
  char *fixed;          /* the tree with the fixed files (owned) */
  char *result;         /* what that is called (owned) */
  const char *const *below; /* what of the trees counts (changes.h); static */
} SutureOrigin;

/* Unpacks packages (pairs.h) into new trees below the folder @work. */
SutureOrigin *suture_origin_from_packages (
    char **old, char **fixed, const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes what is installed on this computer: the tree @ground has the files of the installed packages that dpkg calls @called as they lie
 * on the disk, and the packages @fixed are unpacked below @work. Only /usr counts, without what only compilers read:
 * whoever calls looks at what is outside. */
SutureOrigin *suture_origin_from_installed (char **called,
                                            const char *ground,
                                            char **fixed,
                                            const char *work,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes folders that hold a /usr as they are; they are only read, and called by their names. SUTURE_ERROR_INVALID_ARGUMENT
 * for one that has no /usr, or a /bin, /sbin or /lib of its own beside it. */
SutureOrigin *suture_origin_from_roots (char **old, const char *fixed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void suture_origin_free (SutureOrigin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureOrigin, suture_origin_free)

/* What is different (changes.h). In a root folder only /usr and /etc count: a change in /etc is refused like any outside
 * /usr, and all else there belongs to the machine. Bases in which all that changes is the same become one, called by the
 * names of both. */
SutureChanges *suture_origin_compare (SutureOrigin *self, SutureFindings *findings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* systemd's name of the architecture: that of the packages, or of the programs and libraries that change; static. */
const char *suture_origin_get_architecture (SutureOrigin *self, const SutureChanges *changes, GError **error);

G_END_DECLS
