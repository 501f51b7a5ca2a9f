/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/qualify.h"
#include "notes.h"

/* What an improvement of the local feed says about itself: what the packages say, and nothing else. */

G_BEGIN_DECLS

/* Fills @notes for the fixed packages of one component, which were unpacked to the tree @fixed: as title the short
 * description of its main package; as description what the changelog says about the versions since the installed one,
 * without what is for packagers; as vulnerabilities the CVE numbers in that; as severity the highest urgency that
 * @urgencies (urgency.h) has of these, or else "unknown". Where no changelog names the installed version the description
 * says which versions they are and there are no vulnerabilities. @dpkg: /var/lib/dpkg. */
gboolean suture_describe_component (SutureNotes *notes,
                                    const char *dpkg,
                                    GPtrArray *upgrades,
                                    const char *fixed,
                                    GHashTable *urgencies,
                                    GError **error);

/* What people read of the changelog entries @entries (changelog.h): headings are left out where there is one entry, names
 * and numbers of bugs always, and each item is one line. The caller's. */
char *suture_describe_clean (const char *entries) G_GNUC_WARN_UNUSED_RESULT;

/* The short description @synopsis of a package as a title: "XML parsing C library - runtime library" → "XML parsing C
 * library". The caller's. */
char *suture_describe_title (const char *synopsis) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
