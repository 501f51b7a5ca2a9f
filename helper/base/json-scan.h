/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Strict look at JSON before a library reads it. json-glib is lenient (comments, duplicate members, numbers of any size),
 * and what one reader takes for one thing and another for something else must not be signed. */

G_BEGIN_DECLS

#define SUTURE_JSON_DEPTH_MAX 32 /* objects and arrays in each other; TUF's own files have 6 */

/* Whether @data is exactly one RFC 8259 value in UTF-8, without a byte order mark, with blanks around it at most; no
 * member twice in an object (escapes resolved), no NUL in a string, no lone surrogate, no deeper than
 * SUTURE_JSON_DEPTH_MAX, and only whole numbers that fit in 64 bits with sign. SUTURE_ERROR_MALFORMED says where. */
gboolean suture_json_scan (const char *data, gsize length, GError **error);

G_END_DECLS
