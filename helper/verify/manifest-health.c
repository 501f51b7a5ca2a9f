/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"
#include "verify/manifest-private.h"

#define UNIT_NAME_BYTES 255 /* systemd.unit(5) */
#define PROGRAM_BYTES 255
#define SUFFIX ".service"

void
suture_health_check_free (SutureHealthCheck *self)
{
  if (self == NULL)
    return;
  g_free (self->unit);
  g_free (self->program);
  g_free (self);
}

static gboolean
is_service (const char *name)
{
  return strlen (name) <= UNIT_NAME_BYTES && strlen (name) > strlen (SUFFIX) && *name != '-' && g_str_has_suffix (name, SUFFIX)
         && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":_.\\@-") == strlen (name);
}

gboolean
suture_manifest_is_program (const char *path)
{
  static const char *const folders[] = { "/usr/bin/", "/usr/sbin/", "/usr/libexec/" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      const char *rest = g_str_has_prefix (path, folders[i]) ? path + strlen (folders[i]) : "";

      if (*rest != '\0')
        return strlen (path) <= PROGRAM_BYTES && g_ascii_isalnum (*rest) && strstr (rest, "//") == NULL
               && strstr (rest, "/.") == NULL && !g_str_has_suffix (rest, "/")
               && strspn (rest, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.+-/") == strlen (rest);
    }
  return FALSE;
}

static gboolean
wrong (const char *what, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the manifest's health %s", what);
  return FALSE;
}

static gboolean
read_one (SutureManifest *self, JsonObject *object, GError **error)
{
  static const char *const of_unit[] = { "unit", "seconds", NULL };
  static const char *const of_program[] = { "program", "seconds", NULL };
  gboolean unit = json_object_has_member (object, "unit");
  g_autoptr (SutureHealthCheck) check = g_new0 (SutureHealthCheck, 1);
  const char *name;
  gint64 seconds;

  if (!suture_json_check_members (object, unit ? of_unit : of_program, error)
      || !suture_json_read_string (object, unit ? "unit" : "program", SUTURE_JSON_REQUIRED, &name, error)
      || !suture_json_read_integer (object, "seconds", SUTURE_JSON_REQUIRED, 1, SUTURE_MANIFEST_HEALTH_SECONDS_MAX, &seconds,
                                    error))
    return FALSE;
  if (unit && !is_service (name))
    return wrong ("has a unit that is not the name of a .service", error);
  if (!unit && !suture_manifest_is_program (name))
    return wrong ("has a program that does not lie below /usr/bin, /usr/sbin or /usr/libexec", error);
  *(unit ? &check->unit : &check->program) = g_strdup (name);
  check->seconds = (guint) seconds;
  g_ptr_array_add (self->health, g_steal_pointer (&check));
  return TRUE;
}

gboolean
suture_manifest_read_health (SutureManifest *self, JsonObject *effects, GError **error)
{
  JsonArray *array = NULL;

  if (!suture_json_read_array (effects, "health", SUTURE_JSON_OPTIONAL, &array, error))
    return FALSE;
  if (array != NULL && json_array_get_length (array) > SUTURE_MANIFEST_HEALTH_MAX)
    return wrong ("has more than 8 elements", error);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *one = suture_json_element_object (array, i, "health", error);

      if (one == NULL || !read_one (self, one, error))
        return FALSE;
    }
  return TRUE;
}
