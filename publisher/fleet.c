/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet.h"

#include <math.h>

#include "base/error.h"

#define BASE "Base "
#define DAY_HOURS 24
#define SHARES_SLIP 0.001 /* of their sum: people write 0.33 */

/* What can be said of a base, or of all: how much of it there may be, and what it is unless it is said. */
static const struct
{
  const char *key;
  double min, max, usual;
} numbers[] = {
  { "CheckHours", 0.1, 720, 6 }, { "JitterMinutes", 0, 1440, 30 }, { "LinkMbit", 0.001, 100000, 50 },
  { "Failures", 0, 0.99, 0 },    { "Automatic", 0, 1, 1 },         { "ManualHours", 0, 8760, 0 },
};

static void
base_free (gpointer data)
{
  SutureFleetBase *self = data;

  g_free (self->label);
  g_free (self);
}

void
suture_fleet_free (SutureFleet *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->bases);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (2, 3)
wrong (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  (void) suture_error_set_about (error, SUTURE_ERROR_INVALID_ARGUMENT, "the fleet:", format, args);
  va_end (args);
  return FALSE;
}

static gboolean
read_number (GKeyFile *file, const char *group, const char *key, double min, double max, double *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);
  char *end = NULL;

  *value = text != NULL ? g_ascii_strtod (text, &end) : 0;
  if (text != NULL && end != text && *end == '\0' && isfinite (*value) && *value >= min && *value <= max)
    return TRUE;
  return wrong (error, "%s of [%s] has to be a number from %g to %g", key, group, min, max);
}

/* The number @index of @group, or else of [Fleet], or else the usual one. */
static gboolean
find_number (GKeyFile *file, const char *group, gsize index, double *value, GError **error)
{
  const char *key = numbers[index].key;

  *value = numbers[index].usual;
  if (!g_key_file_has_key (file, group, key, NULL))
    group = "Fleet";
  return !g_key_file_has_key (file, group, key, NULL)
         || read_number (file, group, key, numbers[index].min, numbers[index].max, value, error);
}

static gboolean
find_online (GKeyFile *file, const char *group, SutureFleetBase *base, GError **error)
{
  const char *place = g_key_file_has_key (file, group, "Online", NULL) ? group : "Fleet";
  g_autofree char *text = g_key_file_get_string (file, place, "Online", NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^([0-9]{1,2})-([0-9]{1,2})\\z", G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  guint64 from, to;

  base->online_hours = DAY_HOURS;
  if (text == NULL)
    return TRUE;
  if (!g_regex_match (regex, text, 0, &match))
    return wrong (error, "Online of [%s] has to be like 8-18", place);
  first = g_match_info_fetch (match, 1);
  last = g_match_info_fetch (match, 2);
  from = g_ascii_strtoull (first, NULL, 10);
  to = g_ascii_strtoull (last, NULL, 10);
  if (from >= DAY_HOURS || to > DAY_HOURS || from == to)
    return wrong (error, "Online of [%s] has to be two different hours of a day", place);
  base->online_from = (double) from;
  base->online_hours = (double) (to > from ? to - from : to + DAY_HOURS - from);
  return TRUE;
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *own, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      gboolean known = g_str_equal (keys[i], own) || g_str_equal (keys[i], "Online");

      for (gsize n = 0; n < G_N_ELEMENTS (numbers); n++)
        known = known || g_str_equal (keys[i], numbers[n].key);
      if (!known)
        return wrong (error, "[%s] has the unknown key %s", group, keys[i]);
    }
  return keys != NULL;
}

static gboolean
add_base (SutureFleet *self, GKeyFile *file, const char *group, GError **error)
{
  SutureFleetBase *base = g_new0 (SutureFleetBase, 1);
  double values[G_N_ELEMENTS (numbers)];

  g_ptr_array_add (self->bases, base);
  base->label = g_strdup (group + strlen (BASE));
  if (!check_keys (file, group, "Share", error) || !read_number (file, group, "Share", 0, 1, &base->share, error)
      || !find_online (file, group, base, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!find_number (file, group, i, &values[i], error))
      return FALSE;
  base->check = values[0] * 60 * 60;
  base->jitter = values[1] * 60;
  base->bytes_per_second = values[2] * 1000 * 1000 / 8;
  base->failures = values[3];
  base->automatic = values[4];
  base->manual = values[5] * 60 * 60;
  return TRUE;
}

static gboolean
take (SutureFleet *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  double machines, sum = 0;

  for (gsize i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], BASE))
      {
        if (!add_base (self, file, groups[i], error))
          return FALSE;
      }
    else if (!g_str_equal (groups[i], "Fleet"))
      return wrong (error, "[%s] is neither [Fleet] nor [Base LABEL]", groups[i]);
  if (!g_key_file_has_group (file, "Fleet"))
    return wrong (error, "there is no group [Fleet]");
  if (!check_keys (file, "Fleet", "Machines", error)
      || !read_number (file, "Fleet", "Machines", 1, SUTURE_FLEET_MACHINES_MAX, &machines, error))
    return FALSE;
  self->machines = (guint64) machines;
  for (guint i = 0; i < self->bases->len; i++)
    sum += ((SutureFleetBase *) g_ptr_array_index (self->bases, i))->share;
  return fabs (sum - 1) <= SHARES_SLIP || wrong (error, "the shares of all [Base LABEL] are %g together instead of 1", sum);
}

SutureFleet *
suture_fleet_load (const char *path, GError **error)
{
  g_autoptr (SutureFleet) self = g_new0 (SutureFleet, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  self->bases = g_ptr_array_new_with_free_func (base_free);
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error) && take (self, file, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", path);
  return NULL;
}
