/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Where things lie. Installed programs link paths.c, whose answers are fixed when they are built: no
 * argument, variable or file moves them. Tests link the same libraries with a provider of their own
 * (tests/support/test-paths.c), which defines suture_path () below a folder of the test. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_PATH_USR,             /* /usr: what the system runs, merged or not */
  SUTURE_PATH_BASE,            /* /run/suture/base: the unmerged /usr, read-only (lib/… below it, without "usr") */
  SUTURE_PATH_OS_RELEASE,      /* /usr/lib/os-release */
  SUTURE_PATH_MACHINE_ID,      /* /etc/machine-id: machine-id(5) */
  SUTURE_PATH_FEEDS_VENDOR,    /* /usr/lib/suture/feeds.d */
  SUTURE_PATH_FEEDS_ADMIN,     /* /etc/suture/feeds.d: a file here replaces one of the same name there */
  SUTURE_PATH_PROXY,           /* /etc/suture/proxy.conf */
  SUTURE_PATH_STATE,           /* /var/lib/suture, user suture, 0750 */
  SUTURE_PATH_SPOOL,           /* /var/lib/suture/spool: images being rebuilt, payloads being fetched */
  SUTURE_PATH_TRUST,           /* /var/lib/suture/trust/FEED: the helper's TUF state */
  SUTURE_PATH_CREDENTIALS,     /* /var/lib/suture/credentials/FEED: what private feeds want to see */
  SUTURE_PATH_DATABASE,        /* /var/lib/suture/suture.db: journal, history, settings */
  SUTURE_PATH_FETCH_SOCKET,    /* /run/suture/fetch.sock */
  SUTURE_PATH_ACTIVATE_SOCKET, /* /run/suture/activate.sock */
  SUTURE_PATH_HEALTH_SOCKET,   /* /run/suture/health.sock: suture-health runs a program of the system */
  SUTURE_PATH_LOCAL_SOCKET,    /* /run/suture/local.sock: suture-local prepares what the local feed offers */
  SUTURE_PATH_LOCAL_STATE,     /* /var/lib/suture-local, user suture-local, 0755: feed/ (a publisher's folder), report.json */
  SUTURE_PATH_LOCAL_FEED,      /* /var/lib/suture-local/feed/repository: the local feed, read by everybody */
  SUTURE_PATH_DEB_SOCKET,      /* /run/suture/deb.sock: apt fetches a package for suture-local */
  SUTURE_PATH_DPKG,            /* /var/lib/dpkg */
  SUTURE_PATH_ROOT_STATE,      /* /var/lib/suture-activate, root, 0700 */
  SUTURE_PATH_ROOT_TRUST,      /* /var/lib/suture-activate/trust/FEED: root's own TUF state and floors */
  SUTURE_PATH_ROOT_IMAGES,     /* /var/lib/suture-activate/images: NAME.erofs, NAME.json (manifest) */
  SUTURE_PATH_ROOT_BOOT,       /* /var/lib/suture-activate/boot: which starts did not finish */
  SUTURE_PATH_COMMAND_LINE,    /* /proc/cmdline: the kernel's */
  SUTURE_PATH_EXTENSIONS,      /* /run/extensions: suture-ID mounts, a system extension each */
  SUTURE_PATH_POLICY,          /* /etc/suture/policy.conf, root's; policy.conf.d beside it */
  SUTURE_PATH_USER_SLICE,      /* /sys/fs/cgroup/user.slice: what runs in users' sessions */
  SUTURE_PATH_LOCK,            /* /run/suture/lock: flock'd by whoever changes what is merged */
} SuturePath;

#define SUTURE_N_PATHS (SUTURE_PATH_LOCK + 1)

/* An absolute path without a trailing slash; static. */
const char *suture_path (SuturePath which);

G_END_DECLS
