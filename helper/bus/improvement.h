/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/waits.h"

/* The objects /org/suture/Helper1/improvement/ESCAPED_ID, one for each improvement known. */

G_BEGIN_DECLS

/* Makes the objects below @server be what @facts and @waits say, and sends the changes. Text is cut to 4 KiB. */
void suture_improvement_publish (GDBusObjectManagerServer *server, const SutureFacts *facts, const SutureWaits *waits);

/* An array of SutureWait (NULL: none) as the property Waits has it: a(sxs), floating. */
GVariant *suture_improvement_waits_to_variant (const GPtrArray *waits);

G_END_DECLS
