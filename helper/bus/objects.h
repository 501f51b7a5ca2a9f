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

/* How one kind of objects is published. */
typedef struct
{
  const char *kind;      /* in its paths */
  const char *interface; /* "org.suture.Feed1" */
  GDBusInterfaceSkeleton *(*make) (void);                              /* a new, empty one */
  const char *(*name) (gconstpointer value);                           /* stays @value's */
  void (*fill) (GDBusInterfaceSkeleton *skeleton, gconstpointer value, gconstpointer more); /* sets all its properties */
  gconstpointer more;    /* what fill () is given beside it */
} SutureObjects;

/* Publishes @values below @server: those that were there are told anew and stay the same objects, others come complete, and
 * what is not among them goes. */
void suture_objects_publish (GDBusObjectManagerServer *server, const SutureObjects *objects, GPtrArray *values);

G_END_DECLS
