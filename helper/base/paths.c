/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"

static const char *const paths[] = {
  [SUTURE_PATH_USR] = "/usr",
  [SUTURE_PATH_BASE] = "/run/suture/base",
  [SUTURE_PATH_OS_RELEASE] = "/usr/lib/os-release",
  [SUTURE_PATH_MACHINE_ID] = "/etc/machine-id",
  [SUTURE_PATH_FEEDS_VENDOR] = "/usr/lib/suture/feeds.d",
  [SUTURE_PATH_FEEDS_ADMIN] = "/etc/suture/feeds.d",
  [SUTURE_PATH_PROXY] = "/etc/suture/proxy.conf",
  [SUTURE_PATH_STATE] = "/var/lib/suture",
  [SUTURE_PATH_SPOOL] = "/var/lib/suture/spool",
  [SUTURE_PATH_TRUST] = "/var/lib/suture/trust",
  [SUTURE_PATH_CREDENTIALS] = "/var/lib/suture/credentials",
  [SUTURE_PATH_DATABASE] = "/var/lib/suture/suture.db",
  [SUTURE_PATH_FETCH_SOCKET] = "/run/suture/fetch.sock",
  [SUTURE_PATH_ACTIVATE_SOCKET] = "/run/suture/activate.sock",
  [SUTURE_PATH_HEALTH_SOCKET] = "/run/suture/health.sock",
  [SUTURE_PATH_LOCAL_SOCKET] = "/run/suture/local.sock",
  [SUTURE_PATH_LOCAL_STATE] = "/var/lib/suture-local",
  [SUTURE_PATH_LOCAL_FEED] = "/var/lib/suture-local/feed/repository",
  [SUTURE_PATH_DEB_SOCKET] = "/run/suture/deb.sock",
  [SUTURE_PATH_DPKG] = "/var/lib/dpkg",
  [SUTURE_PATH_ROOT_STATE] = "/var/lib/suture-activate",
  [SUTURE_PATH_ROOT_TRUST] = "/var/lib/suture-activate/trust",
  [SUTURE_PATH_ROOT_IMAGES] = "/var/lib/suture-activate/images",
  [SUTURE_PATH_ROOT_BOOT] = "/var/lib/suture-activate/boot",
  [SUTURE_PATH_COMMAND_LINE] = "/proc/cmdline",
  [SUTURE_PATH_EXTENSIONS] = "/run/extensions",
  [SUTURE_PATH_POLICY] = "/etc/suture/policy.conf",
  [SUTURE_PATH_USER_SLICE] = "/sys/fs/cgroup/user.slice",
  [SUTURE_PATH_LOCK] = "/run/suture/lock",
};
G_STATIC_ASSERT (G_N_ELEMENTS (paths) == SUTURE_N_PATHS);

const char *
suture_path (SuturePath which)
{
  g_return_val_if_fail ((guint) which < SUTURE_N_PATHS, "/nonexistent");
  return paths[which];
}
