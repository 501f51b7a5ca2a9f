/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/target.h"
#include "report.h"
#include "stage.h"

/* What was prepared without a person, and whether one has said yes. It stands in "custom" of the target, which is signed:
 * "prepared": "automatic", "approved": NAME. */

G_BEGIN_DECLS

#define SUTURE_APPROVAL_NAME_MAX SUTURE_TARGET_APPROVED_MAX /* bytes: desktops show that much */

gboolean suture_approval_is_needed (const SutureStage *stage) G_GNUC_WARN_UNUSED_RESULT;

/* SUTURE_ERROR_INVALID_ARGUMENT for a person's name that can't be shown. */
gboolean suture_approval_check_name (const char *name, GError **error);

/* Notes in a target's "custom" that @name has approved it. */
void suture_approval_note (JsonObject *custom, const char *name);

G_END_DECLS
