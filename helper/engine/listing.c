/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/listing.h"

#include "base/error.h"
#include "base/json.h"

const char *
suture_listing_component (const SutureTarget *target, gint64 *number)
{
  JsonObject *custom = target->custom != NULL ? json_node_get_object (target->custom) : NULL;
  const char *component = NULL;

  if (custom == NULL || !suture_json_read_string (custom, "component", SUTURE_JSON_REQUIRED, &component, NULL)
      || !suture_json_read_integer (custom, "number", SUTURE_JSON_REQUIRED, 1, G_MAXINT32, number, NULL))
    return NULL;
  return component;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const SutureTarget *const *left = a;
  const SutureTarget *const *right = b;
  gint64 left_number = 0, right_number = 0;
  const char *left_component = suture_listing_component (*left, &left_number);
  const char *right_component = suture_listing_component (*right, &right_number);
  int order = g_strcmp0 (left_component, right_component);

  if (order != 0 || left_component == NULL)
    return order != 0 ? order : strcmp ((*left)->path, (*right)->path);
  if (left_number != right_number)
    return left_number < right_number ? 1 : -1;
  return strcmp ((*left)->path, (*right)->path);
}

void
suture_listing_sort (GPtrArray *targets)
{
  g_ptr_array_sort (targets, compare);
}

gboolean
suture_listing_agrees (const SutureTarget *target, const SutureManifest *manifest, GError **error)
{
  gint64 number = 0;
  const char *component = suture_listing_component (target, &number);

  if (component == NULL || (g_str_equal (component, manifest->component) && number == manifest->number))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "it is listed as number %d of %s, and its manifest is that of %s",
               (int) number, component, manifest->id);
  return FALSE;
}
