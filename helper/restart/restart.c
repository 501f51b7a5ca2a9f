/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/restart.h"

#include "restart/never.h"
#include "restart/systemd.h"

#define DO_NOT "the improvement's publisher asked for it to be left running"
#define ONESHOT "it does one thing and ends by itself"
#define ASKED "the change was asked for from there"
#define NO_UNIT "it belongs to no service that could be restarted"
#define PERSON "it belongs to a person who is logged in, and has to be reopened"
#define NOT_NOW "nothing was restarted in this step"
#define STILL "it still runs the old version after its restart"
#define NOT_SEEN "it was restarted, but what it runs since then could not be looked at in time"

/* Why @stale can't be restarted: a sentence, with the short word of the result in @why. NULL when it can. */
static const char *
reason_against (const SutureStale *stale, GPtrArray *improvements, SutureSystemd *systemd, const char **why)
{
  g_autofree char *own = suture_unit_own ();
  const char *reason = suture_never_reason (stale->name);

  *why = "never-restart";
  for (guint i = 0; i < improvements->len; i++)
    {
      const SutureScanned *improvement = improvements->pdata[i];

      if (g_ptr_array_find_with_equal_func (improvement->manifest->never_restart, stale->name, g_str_equal, NULL))
        return DO_NOT;
    }
  if (stale->kind == SUTURE_UNIT_SESSION)
    {
      *why = "user";
      return PERSON;
    }
  if (reason != NULL)
    return reason;
  if (stale->kind != SUTURE_UNIT_SERVICE)
    return NO_UNIT;
  if (g_strcmp0 (own, stale->name) == 0)
    return ASKED;
  return systemd != NULL && suture_systemd_is_oneshot (systemd, stale->name) ? ONESHOT : NULL;
}

static void
add (JsonArray *units, const SutureStale *stale, const char *outcome, const char *why, const char *reason)
{
  JsonObject *unit = json_object_new ();

  json_object_set_string_member (unit, "name", stale->name);
  json_object_set_string_member (unit, "kind", suture_unit_kind_to_string (stale->kind));
  json_object_set_int_member (unit, "pid", stale->pid);
  json_object_set_string_member (unit, "id", stale->id);
  json_object_set_string_member (unit, "outcome", outcome);
  json_object_set_string_member (unit, "why", why);
  json_object_set_string_member (unit, "reason", reason);
  json_array_add_object_element (units, unit);
}

static gboolean
contains (GPtrArray *stale, const char *name)
{
  for (guint i = 0; i < stale->len; i++)
    if (g_str_equal (((SutureStale *) stale->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* Units that the improvement @changed wants restarted though nothing shows that they run old bytes (modules of an
 * interpreter are read, not mapped): they join @stale, without a process. By the names of their own: an alias would be on
 * no list of those that are left alone. */
static void
add_named (GPtrArray *stale, GPtrArray *improvements, const char *changed, SutureSystemd *systemd)
{
  for (guint i = 0; changed != NULL && i < improvements->len; i++)
    {
      const SutureManifest *manifest = ((SutureScanned *) improvements->pdata[i])->manifest;

      for (guint n = 0; g_str_equal (manifest->id, changed) && n < manifest->restart->len; n++)
        {
          const char *named = manifest->restart->pdata[n];
          g_autofree char *own = systemd != NULL ? suture_systemd_resolve (systemd, named) : NULL;

          if (!contains (stale, own != NULL ? own : named))
            g_ptr_array_add (stale, suture_stale_new (changed, own != NULL ? own : named, SUTURE_UNIT_SERVICE, 0));
        }
    }
}

JsonArray *
suture_restart_run (GPtrArray *improvements, guint seconds, gboolean restart, const char *changed)
{
  g_autoptr (GPtrArray) before = suture_scan_run (improvements, seconds, NULL);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (GPtrArray) units = g_ptr_array_new ();
  g_autoptr (GHashTable) results = NULL;
  g_autoptr (SutureSystemd) systemd = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *told = json_array_new ();
  gboolean whole = FALSE;

  if (restart)
    {
      systemd = suture_systemd_connect (&error);
      if (systemd == NULL)
        g_warning ("%s", error->message);
      add_named (before, improvements, changed, systemd);
    }
  for (guint i = 0; systemd != NULL && i < before->len; i++)
    {
      SutureStale *stale = before->pdata[i];
      const char *why;

      if (reason_against (stale, improvements, systemd, &why) == NULL
          && !g_ptr_array_find_with_equal_func (units, stale->name, g_str_equal, NULL))
        g_ptr_array_add (units, stale->name);
    }
  if (systemd != NULL)
    {
      results = suture_systemd_restart (systemd, units, SUTURE_RESTART_SECONDS);
      after = suture_scan_run (improvements, seconds, &whole);
    }
  for (guint i = 0; i < before->len; i++)
    {
      const SutureStale *stale = before->pdata[i];
      const char *result = results != NULL ? g_hash_table_lookup (results, stale->name) : NULL;
      const char *why;
      const char *reason = reason_against (stale, improvements, systemd, &why);

      if (reason != NULL)
        add (told, stale, "owed", why, reason);
      else if (result == NULL)
        add (told, stale, "owed", "", error != NULL ? error->message : NOT_NOW);
      else if (*result != '\0')
        add (told, stale, "failed", "failed", result);
      else if (!whole || contains (after, stale->name))
        add (told, stale, "failed", "failed", contains (after, stale->name) ? STILL : NOT_SEEN);
      else
        add (told, stale, "restarted", "", "");
    }
  return told;
}

void
suture_restart_start_failed (const char *const *units)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureSystemd) systemd = suture_systemd_connect (&error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const char *const *at = units; *at != NULL; at++)
    if (**at != '\0' && suture_never_reason (*at) == NULL)
      g_ptr_array_add (names, (gpointer) *at);
  if (systemd == NULL)
    g_warning ("%s", error->message);
  else
    suture_systemd_start_failed (systemd, names, SUTURE_RESTART_SECONDS);
}
