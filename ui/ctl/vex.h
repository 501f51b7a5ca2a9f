/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

G_BEGIN_DECLS

/* What is fixed on this computer, and what could be, for vulnerability scanners: an OpenVEX 0.2.0 document
 * (https://github.com/openvex/spec), which ends with a line feed. A statement for each problem of each active improvement (fixed) and
 * of each that is available or not in use (affected). Products are package URLs without a version: dpkg does not know of the fix, so
 * that the installed version is the old one, and the document speaks of this computer alone. The same facts give the same document,
 * and nothing in it tells which computer it is. NULL with SUTURE_ERROR_NOT_FOUND where there is nothing to state: the format knows
 * no such document. */
char *suture_vex_new (SutureClient *client, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
