/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "base/json-scan.h"

/* JSON from outside: bounded, strict (base/json-scan.h), read member by member, and written in its canonical form.
 * All errors are SUTURE_ERROR_MALFORMED and name the member. */

G_BEGIN_DECLS

/* Reads @bytes, at most @max_length of them. Free with json_node_unref (). */
JsonNode *suture_json_parse (GBytes *bytes, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same where the whole must be an object. */
JsonNode *suture_json_parse_object (GBytes *bytes, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  SUTURE_JSON_REQUIRED,
  SUTURE_JSON_OPTIONAL, /* a missing member leaves *@value as it was; null is not missing */
} SutureJsonNeed;

/* The member @name of @object. What is handed out belongs to @object. */
gboolean suture_json_read_string (
    JsonObject *object, const char *name, SutureJsonNeed need, const char **value, GError **error);
gboolean suture_json_read_boolean (
    JsonObject *object, const char *name, SutureJsonNeed need, gboolean *value, GError **error);
gboolean suture_json_read_object (
    JsonObject *object, const char *name, SutureJsonNeed need, JsonObject **value, GError **error);
gboolean suture_json_read_array (
    JsonObject *object, const char *name, SutureJsonNeed need, JsonArray **value, GError **error);
/* From @minimum to @maximum, both included. */
gboolean suture_json_read_integer (JsonObject *object,
                                   const char *name,
                                   SutureJsonNeed need,
                                   gint64 minimum,
                                   gint64 maximum,
                                   gint64 *value,
                                   GError **error);

/* "2026-11-21T21:00:00Z" and nothing else; in seconds since the epoch. */
gboolean suture_json_read_time (
    JsonObject *object, const char *name, SutureJsonNeed need, gint64 *seconds, GError **error);

/* The element at @index of @array; @name is the array's own, for the error. NULL with @error. */
const char *suture_json_element_string (JsonArray *array, guint index, const char *name, GError **error);
JsonObject *suture_json_element_object (JsonArray *array, guint index, const char *name, GError **error);

/* Refuses members of @object that are not in the NULL-terminated @known. */
gboolean suture_json_check_members (JsonObject *object, const char *const *known, GError **error);

/* The canonical form (OLPC) that TUF signs: members sorted by bytes, no blanks, only '"' and '\' escaped, so that line
 * ends in strings stay raw. @node must hold no fraction, which nothing from suture_json_parse () does. */
GBytes *suture_json_canonical (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
