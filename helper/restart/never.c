/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/never.h"

#include <fnmatch.h>

#define MANAGER "every other service is its child"
#define LOG "what is being logged at the moment would be lost"
#define SEATS "it holds the devices of every open session"
#define DEVICES "it sets up devices, and some may be waited for"
#define BUS "every program that is connected to it would have to start again"
#define RIGHTS "questions for a password that are open would be lost"
#define DESKTOP "every open desktop session would end"
#define NETWORK "connections would break, downloads and remote sessions with them"
#define SESSION "the programs of a person who is logged in would end"
#define CONSOLE "a person may be logged in there"
#define OURS "it is part of what makes the change"
#define PACKAGES "it may be changing packages, and this change may have come from there"
#define CONTAINERS "containers would stop with it"
#define STORAGE "file systems that are in use depend on it"
#define FIRMWARE "it may be writing a device's firmware"
#define HOME "home folders that are in use depend on it"

static const struct
{
  const char *pattern; /* fnmatch(3) */
  const char *reason;
} never[] = {
  { "init.scope", MANAGER },
  { "systemd-journald*.service", LOG },
  { "rsyslog.service", LOG },
  { "auditd.service", LOG },
  { "systemd-logind.service", SEATS },
  { "elogind.service", SEATS },
  { "seatd.service", SEATS },
  { "systemd-udevd.service", DEVICES },
  { "dbus.service", BUS },
  { "dbus-broker.service", BUS },
  { "polkit.service", RIGHTS },
  { "gdm*.service", DESKTOP },
  { "sddm.service", DESKTOP },
  { "lightdm.service", DESKTOP },
  { "lxdm.service", DESKTOP },
  { "xdm.service", DESKTOP },
  { "slim.service", DESKTOP },
  { "ly.service", DESKTOP },
  { "greetd.service", DESKTOP },
  { "xrdp*.service", DESKTOP },
  { "*vnc*.service", DESKTOP },
  { "gnome-remote-desktop.service", DESKTOP },
  { "display-manager.service", DESKTOP },
  { "plymouth*.service", DESKTOP },
  { "NetworkManager*.service", NETWORK },
  { "ModemManager.service", NETWORK },
  { "systemd-networkd*.service", NETWORK },
  { "networking.service", NETWORK },
  { "ifup@*.service", NETWORK },
  { "wpa_supplicant*.service", NETWORK },
  { "iwd.service", NETWORK },
  { "connman*.service", NETWORK },
  { "dhcpcd*.service", NETWORK },
  { "pppd*.service", NETWORK },
  { "openvpn*.service", NETWORK },
  { "strongswan*.service", NETWORK },
  { "wg-quick@*.service", NETWORK },
  { "user@*.service", SESSION },
  { "user-runtime-dir@*.service", SESSION },
  { "session-*.scope", SESSION },
  { "systemd-homed*.service", HOME },
  { "*getty@*.service", CONSOLE },
  { "console-getty.service", CONSOLE },
  { "emergency.service", CONSOLE },
  { "rescue.service", CONSOLE },
  { "suture-*", OURS },
  { "packagekit.service", PACKAGES },
  { "apt-daily*.service", PACKAGES },
  { "unattended-upgrades.service", PACKAGES },
  { "aptd.service", PACKAGES },
  { "docker.service", CONTAINERS },
  { "containerd.service", CONTAINERS },
  { "systemd-nspawn@*.service", CONTAINERS },
  { "lxc*.service", CONTAINERS },
  { "incus*.service", CONTAINERS },
  { "systemd-cryptsetup@*.service", STORAGE },
  { "lvm2-*.service", STORAGE },
  { "multipathd.service", STORAGE },
  { "iscsid.service", STORAGE },
  { "mdmonitor.service", STORAGE },
  { "autofs.service", STORAGE },
  { "fwupd.service", FIRMWARE },
};

const char *
suture_never_reason (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    if (fnmatch (never[i].pattern, name, 0) == 0)
      return never[i].reason;
  return NULL;
}
