/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-paths.h"

#include <ftw.h>
#include <gio/gio.h>
#include <stdio.h>

static const char *const below[] = {
  [SUTURE_PATH_USR] = "usr",
  [SUTURE_PATH_BASE] = "usr",
  [SUTURE_PATH_OS_RELEASE] = "usr/lib/os-release",
  [SUTURE_PATH_MACHINE_ID] = "etc/machine-id",
  [SUTURE_PATH_FEEDS_VENDOR] = "usr/lib/suture/feeds.d",
  [SUTURE_PATH_FEEDS_ADMIN] = "etc/suture/feeds.d",
  [SUTURE_PATH_PROXY] = "etc/suture/proxy.conf",
  [SUTURE_PATH_STATE] = "state",
  [SUTURE_PATH_SPOOL] = "state/spool",
  [SUTURE_PATH_TRUST] = "state/trust",
  [SUTURE_PATH_CREDENTIALS] = "state/credentials",
  [SUTURE_PATH_DATABASE] = "state/suture.db",
  [SUTURE_PATH_FETCH_SOCKET] = "run/fetch.sock",
  [SUTURE_PATH_ACTIVATE_SOCKET] = "run/activate.sock",
  [SUTURE_PATH_HEALTH_SOCKET] = "run/health.sock",
  [SUTURE_PATH_LOCAL_SOCKET] = "run/local.sock",
  [SUTURE_PATH_LOCAL_STATE] = "local",
  [SUTURE_PATH_LOCAL_FEED] = "local/feed/repository",
  [SUTURE_PATH_DEB_SOCKET] = "run/deb.sock",
  [SUTURE_PATH_DPKG] = "dpkg",
  [SUTURE_PATH_ROOT_STATE] = "root-state",
  [SUTURE_PATH_ROOT_TRUST] = "root-state/trust",
  [SUTURE_PATH_ROOT_IMAGES] = "root-state/images",
  [SUTURE_PATH_ROOT_BOOT] = "root-state/boot",
  [SUTURE_PATH_COMMAND_LINE] = "cmdline",
  [SUTURE_PATH_EXTENSIONS] = "run/extensions",
  [SUTURE_PATH_POLICY] = "etc/suture/policy.conf",
  [SUTURE_PATH_USER_SLICE] = "cgroup/user.slice",
  [SUTURE_PATH_LOCK] = "run/lock",
};
G_STATIC_ASSERT (G_N_ELEMENTS (below) == SUTURE_N_PATHS);

static char *top;
static char *paths[SUTURE_N_PATHS];

const char *
suture_path (SuturePath which)
{
  g_assert_nonnull (top);
  return paths[which];
}

const char *
test_paths_init (void)
{
  const char *os_release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n";
  const char *const folders[] = { "usr/lib/suture/feeds.d", "etc/suture/feeds.d", "state/spool", "state/trust",
                                  "run/extensions", "root-state/trust", "root-state/images" };

  test_paths_clear ();
  top = g_dir_make_tmp ("suture-test-XXXXXX", NULL);
  g_assert_nonnull (top);
  for (int i = 0; i < SUTURE_N_PATHS; i++)
    paths[i] = g_build_filename (top, below[i], NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (top, folders[i], NULL);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
    }
  g_assert_true (g_file_set_contents (suture_path (SUTURE_PATH_OS_RELEASE), os_release, -1, NULL));
  return top;
}

static int
remove_one (const char *path, const struct stat *status, int kind, struct FTW *walk)
{
  return remove (path);
}

void
test_paths_clear (void)
{
  if (top == NULL)
    return;
  g_assert_cmpint (nftw (top, remove_one, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  for (int i = 0; i < SUTURE_N_PATHS; i++)
    g_clear_pointer (&paths[i], g_free);
  g_clear_pointer (&top, g_free);
}
