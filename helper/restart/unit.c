/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/unit.h"

const char *
suture_unit_kind_to_string (SutureUnitKind kind)
{
  static const char *const names[] = { "unit", "session", "pid1", "process" };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (names), "process");
  return names[kind];
}

/* The path in systemd's own hierarchy: "0::" where that is the only one, else "name=systemd". */
static const char *
own_path (char **lines)
{
  const char *found = NULL;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *controllers = strchr (lines[i], ':');
      const char *path = controllers != NULL ? strchr (controllers + 1, ':') : NULL;

      if (path == NULL)
        continue;
      if (g_str_has_prefix (controllers, ":name=systemd:"))
        return path + 1;
      if (g_str_has_prefix (lines[i], "0::") && strlen (path + 1) > 1)
        found = path + 1;
    }
  return found;
}

char *
suture_unit_from_cgroup (const char *text, SutureUnitKind *kind)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const char *path = own_path (lines);
  g_auto (GStrv) parts = g_strsplit (path != NULL ? path : "", "/", -1);
  const char *name = NULL;
  gboolean session = FALSE;

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      if (!g_str_has_suffix (parts[i], ".service") && !g_str_has_suffix (parts[i], ".scope"))
        continue;
      session = session || g_str_has_prefix (parts[i], "user@")
                || (g_str_has_prefix (parts[i], "session-") && g_str_has_suffix (parts[i], ".scope"));
      /* below a service of the system, folders that look like units are that service's own */
      if (name == NULL || session)
        name = parts[i];
    }
  if (name == NULL)
    *kind = SUTURE_UNIT_PROCESS;
  else if (session)
    *kind = SUTURE_UNIT_SESSION;
  else if (g_str_equal (name, "init.scope"))
    *kind = SUTURE_UNIT_PID1;
  else
    *kind = g_str_has_suffix (name, ".service") ? SUTURE_UNIT_SERVICE : SUTURE_UNIT_PROCESS;
  return g_strdup (name);
}

char *
suture_unit_own (void)
{
  g_autofree char *text = NULL;
  SutureUnitKind kind;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return NULL;
  return suture_unit_from_cgroup (text, &kind);
}
