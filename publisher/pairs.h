/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "package.h"
#include "findings.h"

/* The packages of one component: the fixed ones, and for each of them the old ones, one a known base. */

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *fixed; /* SuturePackage (owned) */
  GPtrArray *old;   /* GPtrArray of SuturePackage, one a package of @fixed, each @n_bases long (owned) */
  guint n_bases;
} SuturePairs;

/* Reads all packages, with the folder @work to do it in, and sorts them. Fails where a package has no counterpart, fewer
 * bases than another, or is not newer than the old one. */
SuturePairs *suture_pairs_open (char **old, char **fixed, const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same where the old ones are installed on this computer, as dpkg calls them: one base. */
SuturePairs *suture_pairs_open_installed (
    char **called, char **fixed, const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_pairs_free (SuturePairs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SuturePairs, suture_pairs_free)

/* The old package of base @base of the package @index; the pairs' own. */
SuturePackage *suture_pairs_get_old (const SuturePairs *self, guint index, guint base);

/* The oldest package of the first pair: its gap to the fixed one holds those of all bases. The pairs' own; NULL with
 * @error. */
const SuturePackage *suture_pairs_get_oldest (const SuturePairs *self, GError **error);

/* Unpack all packages, those of base @base or the fixed ones, each for itself below @work, into the new folder @tree. */
gboolean suture_pairs_unpack_base (
    const SuturePairs *self, guint base, const char *work, const char *tree, GError **error);
gboolean suture_pairs_unpack_fixed (const SuturePairs *self, const char *work, const char *tree, GError **error);

/* "libssl3 3.0.22-1, openssl 3.0.22-1"; the caller's. */
char *suture_pairs_label_base (const SuturePairs *self, guint base) G_GNUC_WARN_UNUSED_RESULT;
char *suture_pairs_label_fixed (const SuturePairs *self) G_GNUC_WARN_UNUSED_RESULT;

/* systemd's name of the one architecture of all packages; static, NULL with @error. */
const char *suture_pairs_get_architecture (const SuturePairs *self, GError **error);

/* Refuses what could not be installed together: packages that need each other in exactly one version have to be given in
 * that version, of each base, too; and one that is not given has to be needed in the same version before and after. */
gboolean suture_pairs_check_exact (const SuturePairs *self, GError **error);

/* Notes in @findings where maintainer scripts differ: an improvement runs none. */
void suture_pairs_warn (const SuturePairs *self, SutureFindings *findings);

G_END_DECLS
