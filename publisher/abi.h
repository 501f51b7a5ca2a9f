/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "changes.h"
#include "findings.h"

/* Whether programs that were linked with the old libraries will start and run with the fixed ones. */

G_BEGIN_DECLS

/* Compares every library that is replaced or goes away, of each of the trees @bases (char *), with what its SONAME leads to
 * in the tree @fixed. Warns in @findings where symbols or versions are gone, where a library is gone, and where libabigail's
 * abidiff, if it is installed, finds that something else changes. SUTURE_ERROR_NOT_APPLICABLE for a changed SONAME: what
 * links the old one would not find it, or would stay with the old bytes. */
gboolean suture_abi_check (
    GPtrArray *bases, const char *fixed, const SutureChanges *changes, SutureFindings *findings, GError **error);

G_END_DECLS
