/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/qualify.h"

#include <fnmatch.h>

/* Shell patterns. Of sources, since one of them has many packages; and of packages, where only some of a source count. */
static const struct
{
  const char *why;
  gboolean is_source;
  const char *pattern;
} names[] = {
  { "kernel", TRUE, "linux" },
  { "kernel", TRUE, "linux-[0-9]*" },
  { "kernel", TRUE, "linux-signed*" },
  { "kernel", TRUE, "linux-latest*" },
  { "kernel", TRUE, "*-microcode" },
  { "kernel", TRUE, "firmware-*" },
  { "kernel", TRUE, "*-firmware" },
  { "kernel", TRUE, "wireless-regdb" },
  { "kernel", TRUE, "dkms" },
  { "kernel", FALSE, "linux-image-*" },
  { "kernel", FALSE, "linux-headers-*" },
  { "kernel", FALSE, "linux-modules-*" },
  { "kernel", FALSE, "firmware-*" },
  { "kernel", FALSE, "*-dkms" },
  { "kernel", FALSE, "*-kernel-source" },
  { "boot", TRUE, "grub*" },
  { "boot", TRUE, "shim*" },
  { "boot", TRUE, "syslinux" },
  { "boot", TRUE, "u-boot*" },
  { "boot", TRUE, "efibootmgr" },
  { "boot", TRUE, "systemd" },
  { "boot", TRUE, "sysvinit" },
  { "boot", TRUE, "init-system-helpers" },
  { "boot", TRUE, "runit" },
  { "boot", TRUE, "openrc" },
  { "boot", TRUE, "eudev" },
  { "boot", TRUE, "initramfs-tools*" },
  { "boot", TRUE, "dracut*" },
  { "boot", TRUE, "klibc" },
  { "boot", TRUE, "kmod" },
  { "boot", TRUE, "lvm2" },
  { "boot", TRUE, "mdadm" },
  { "boot", TRUE, "multipath-tools" },
  { "boot", TRUE, "kexec-tools" },
  { "boot", FALSE, "busybox*" },
  { "boot", FALSE, "plymouth" },
  { "boot", FALSE, "cryptsetup" },
  { "boot", FALSE, "cryptsetup-initramfs" },
  { "boot", FALSE, "*-initramfs" },
};

/* qualify.h says why; Suture's own files are refused by helper/verify/image.c as well. */
static const char *const managers[] = { "dpkg", "apt", "suture", NULL };

SutureObstacle *
suture_qualify_names (GPtrArray *upgrades)
{
  for (guint u = 0; u < upgrades->len; u++)
    {
      const SutureUpgrade *upgrade = g_ptr_array_index (upgrades, u);

      for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
        if (fnmatch (names[i].pattern, names[i].is_source ? upgrade->source : upgrade->name, 0) == 0)
          return suture_obstacle_new (names[i].why, upgrade->name);
      if (g_strv_contains (managers, upgrade->source))
        {
          g_autofree char *sentence = g_strdup_printf ("%s is what the system itself is updated with", upgrade->name);

          return suture_obstacle_new ("files", sentence);
        }
    }
  return NULL;
}
