/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Strict look at JSON before a library reads it. json-glib is lenient (comments, duplicate members, numbers of any size),
 * and what one reader takes for one thing and another for something else must not be signed. */

G_BEGIN_DECLS

#define SUTURE_JSON_DEPTH_MAX 32 /* objects and arrays in each other; TUF's own files have 6 */
/* A library needs some hundred bytes of memory for a value of two bytes, and time that grows with the square of the members
 * of an object when their names are chosen for it: a role of 20,000 targets fits. */
#define SUTURE_JSON_VALUES_MAX 262144 /* values in all */
#define SUTURE_JSON_MEMBERS_MAX 32768 /* members of one object */
#define SUTURE_JSON_ALIKE_MAX 16      /* of them, those whose names have one g_str_hash () */

/* Whether @data is exactly one RFC 8259 value in UTF-8, without a byte order mark, with blanks around it at most; no
 * member twice in an object (escapes resolved), no NUL in a string, no lone surrogate, no deeper than
 * SUTURE_JSON_DEPTH_MAX, no more than the numbers above, and only whole numbers that fit in 64 bits with sign. SUTURE_ERROR_MALFORMED says where. */
gboolean suture_json_scan (const char *data, gsize length, GError **error);

G_END_DECLS
