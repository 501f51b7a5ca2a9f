/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* To which unit a process belongs, by its control group. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_UNIT_SERVICE, /* "unit": a service of the system, which can be restarted */
  SUTURE_UNIT_SESSION, /* "session": of a person who is logged in */
  SUTURE_UNIT_PID1,    /* "pid1" */
  SUTURE_UNIT_PROCESS, /* "process": of no unit that could be restarted (a scope, or none) */
} SutureUnitKind;

/* "unit", "session", "pid1", "process"; static. */
const char *suture_unit_kind_to_string (SutureUnitKind kind);

/* Reads the text of a /proc/PID/cgroup. Returns the unit's name (owned by the caller), or NULL with kind PROCESS when it
 * is in none. Within a user's service manager the name is the innermost unit: "app-foo.scope". */
char *suture_unit_from_cgroup (const char *text, SutureUnitKind *kind) G_GNUC_WARN_UNUSED_RESULT;

/* The unit of this process, or NULL. */
char *suture_unit_own (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
