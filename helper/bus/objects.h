/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The objects below the manager's, a kind each: /org/suture/Helper1/KIND/ESCAPED_NAME. */

G_BEGIN_DECLS

/* The manager's path, and that of the ObjectManager. */
#define SUTURE_BUS_PATH "/org/suture/Helper1"

#define SUTURE_BUS_TEXT_MAX 4096 /* bytes of anything that is shown: THREATS 31 */

/* The object path of @name: bytes that a path can't hold become _ and two hex digits, "openssl-a" → "openssl_2da". */
char *suture_objects_path (const char *kind, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Takes away what there is of @kind below @server and is not among the paths @wanted. */
void suture_objects_keep (GDBusObjectManagerServer *server, const char *kind, GHashTable *wanted);

G_END_DECLS
