/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/unit.h"

static void
test_cgroup (void)
{
  const struct
  {
    const char *text;
    const char *name;
    SutureUnitKind kind;
  } rows[] = {
    { "0::/system.slice/nginx.service\n", "nginx.service", SUTURE_UNIT_SERVICE },
    { "0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", SUTURE_UNIT_SERVICE },
    { "0::/init.scope\n", "init.scope", SUTURE_UNIT_PID1 },
    { "0::/user.slice/user-1000.slice/session-2.scope\n", "session-2.scope", SUTURE_UNIT_SESSION },
    { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-x-12.scope\n", "app-gnome-x-12.scope",
      SUTURE_UNIT_SESSION },
    { "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "init.scope", SUTURE_UNIT_SESSION },
    /* a service that makes control groups of its own is still that service */
    { "0::/system.slice/docker.service/init.scope\n", "docker.service", SUTURE_UNIT_SERVICE },
    { "0::/machine.slice/machine-a.scope/payload/system.slice/nginx.service\n", "machine-a.scope", SUTURE_UNIT_PROCESS },
    { "0::/system.slice/docker-0123.scope\n", "docker-0123.scope", SUTURE_UNIT_PROCESS },
    { "0::/\n", NULL, SUTURE_UNIT_PROCESS },
    { "", NULL, SUTURE_UNIT_PROCESS },
    { "nothing of the kind", NULL, SUTURE_UNIT_PROCESS },
    /* both hierarchies at once: systemd's own is the named one */
    { "5:devices:/x.service\n1:name=systemd:/system.slice/cron.service\n0::/other.service\n", "cron.service",
      SUTURE_UNIT_SERVICE },
    { "5:devices:/system.slice/x.service\n", NULL, SUTURE_UNIT_PROCESS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SutureUnitKind kind = SUTURE_UNIT_SERVICE;
      g_autofree char *name = suture_unit_from_cgroup (rows[i].text, &kind);

      g_assert_cmpstr (name, ==, rows[i].name);
      g_assert_cmpint (kind, ==, rows[i].kind);
    }
}

static void
test_names (void)
{
  g_assert_cmpstr (suture_unit_kind_to_string (SUTURE_UNIT_SERVICE), ==, "unit");
  g_assert_cmpstr (suture_unit_kind_to_string (SUTURE_UNIT_SESSION), ==, "session");
  g_assert_cmpstr (suture_unit_kind_to_string (SUTURE_UNIT_PID1), ==, "pid1");
  g_assert_cmpstr (suture_unit_kind_to_string (SUTURE_UNIT_PROCESS), ==, "process");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unit/cgroup", test_cgroup);
  g_test_add_func ("/unit/names", test_names);
  return g_test_run ();
}
