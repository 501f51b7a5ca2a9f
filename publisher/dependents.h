/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "changes.h"
#include "findings.h"

/* Who runs what an improvement replaces: the units and apps whose programs are replaced, or need a replaced library, by
 * DT_NEEDED, however many libraries lie between. What is loaded later, by dlopen(3), is not seen. */

G_BEGIN_DECLS

/* Looks through the unpacked trees @trees (char *; the first has the fixed files) and adds to @findings: units of type service
 * (systemd.service(5); no templates, and none of Type=oneshot, which have ended) and apps that are shown (the Desktop Entry
 * Specification). Only what lies in these trees is found. Broken files are told as warnings. */
gboolean suture_dependents_find (
    GPtrArray *trees, const SutureChanges *changes, SutureFindings *findings, GError **error);

G_END_DECLS
