/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/never.h"

static void
test_never (void)
{
  const char *never[] = { "init.scope", "systemd-journald.service", "systemd-journald@space.service",
                          "systemd-logind.service", "systemd-udevd.service", "dbus.service", "dbus-broker.service",
                          "polkit.service", "gdm.service", "gdm3.service", "sddm.service", "lightdm.service",
                          "NetworkManager.service", "systemd-networkd.service", "wpa_supplicant.service",
                          "wpa_supplicant@wlan0.service", "user@1000.service", "session-3.scope", "getty@tty1.service",
                          "serial-getty@ttyS0.service", "suture-helper.service", "suture-activate@1-2-0.service",
                          "packagekit.service", "apt-daily-upgrade.service", "unattended-upgrades.service", "fwupd.service", "xrdp-sesman.service",
                          "tigervncserver@:1.service", "gnome-remote-desktop.service", "autofs.service" };

  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    {
      const char *reason = suture_never_reason (never[i]);

      g_assert_nonnull (reason);
      g_assert_true (g_ascii_islower (*reason));
      g_assert_false (g_str_has_suffix (reason, "."));
    }
}

static void
test_may (void)
{
  const char *may[] = { "nginx.service", "ssh.service", "cups.service", "systemd-resolved.service", "dbus-thing.service",
                        "polkitty.service", "mygetty.service", "", "a-suture-b.service" };

  for (gsize i = 0; i < G_N_ELEMENTS (may); i++)
    g_assert_null (suture_never_reason (may[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/never/never", test_never);
  g_test_add_func ("/never/may", test_may);
  return g_test_run ();
}
