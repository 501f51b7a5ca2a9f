/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/facts.h"

/* What the administrator's policy decides, in words. Plain text; all results are new strings. */

G_BEGIN_DECLS

/* "Managed by Your Organization", with the reason that the policy gives: the line below what can't be changed. */
char *suture_managed_line (const SutureManaged *managed) G_GNUC_WARN_UNUSED_RESULT;

/* What it decides, and the reason that it gives: "Installation at certain hours only. The reason given: “…”". */
char *suture_managed_sentence (const SutureManaged *managed) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
