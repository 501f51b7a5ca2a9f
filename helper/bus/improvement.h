/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/facts.h"

/* The objects /org/suture/Helper1/improvement/ESCAPED_ID, one for each improvement known, and their ObjectManager. */

G_BEGIN_DECLS

/* The manager's path, and that of the ObjectManager. */
#define SUTURE_BUS_PATH "/org/suture/Helper1"

/* The object path of @id: bytes that a path can't hold become _ and two hex digits, "openssl-a" → "openssl_2da". */
char *suture_improvement_path (const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the objects below @server be what @facts say, and sends the changes. Text is cut to 4 KiB. */
void suture_improvement_publish (GDBusObjectManagerServer *server, const SutureFacts *facts);

G_END_DECLS
