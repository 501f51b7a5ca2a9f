/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/sysext.h"

#include "activate/hierarchy.h"

gboolean
suture_sysext_refresh (gboolean whole_usr, GError **error)
{
  const char *argv[] = { "/usr/bin/systemd-sysext", "refresh", NULL };
  g_autofree char *trees = suture_hierarchy_all ();
  g_autofree char *variable = g_strconcat ("SYSTEMD_SYSEXT_HIERARCHIES=", trees, NULL);
  char *environment[] = { whole_usr ? NULL : variable, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_set_environ (launcher, environment);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  return process != NULL && g_subprocess_wait (process, NULL, error);
}
