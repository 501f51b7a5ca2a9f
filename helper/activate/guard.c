/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"

#define ACCOUNT "suture"


gboolean
suture_guard_namespace (GError **error)
{
  const char *const same[][2] = { { "/proc/self/ns/mnt", "/proc/1/ns/mnt" }, { "/", "/proc/1/root" } };

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    {
      struct stat mine, systems;

      if (stat (same[i][0], &mine) < 0 || stat (same[i][1], &systems) < 0)
        return suture_error_set_errno (error, errno, "could not compare this process's mounts with the system's");
      if (mine.st_dev != systems.st_dev || mine.st_ino != systems.st_ino)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
                       "this process does not see the system's mounts, so nothing is changed");
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
suture_guard_package_manager (GError **error)
{
  const char *const locks[] = { "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock" };
  struct stat status;
  struct timespec now;

  for (gsize i = 0; i < G_N_ELEMENTS (locks); i++)
    {
      g_auto (SutureFd) fd = open (locks[i], O_RDWR | O_CLOEXEC | O_NOFOLLOW);
      struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

      if (fd < 0)
        continue; /* no dpkg here */
      if (fcntl (fd, F_GETLK, &lock) < 0)
        return suture_error_set_errno (error, errno, "could not look at %s", locks[i]);
      if (lock.l_type != F_UNLCK)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY, "a package manager is at work (process %d)",
                       (int) lock.l_pid);
          return FALSE;
        }
    }
  clock_gettime (CLOCK_REALTIME, &now);
  if (stat (SUTURE_GUARD_ASIDE_FILE, &status) == 0 && now.tv_sec - status.st_mtim.tv_sec < SUTURE_GUARD_ASIDE
      && now.tv_sec >= status.st_mtim.tv_sec)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY, "a package manager is about to start");
      return FALSE;
    }
  return TRUE;
}

int
suture_guard_lock (guint seconds, GError **error)
{
  const char *path = suture_path (SUTURE_PATH_LOCK);
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (SutureFd) fd = -1;

  /* at boot this runs before systemd-tmpfiles; the umask is 0077, so the mode is set by hand */
  if (g_mkdir_with_parents (folder, 0755) < 0 || chmod (folder, 0755) < 0)
    {
      suture_error_set_errno (error, errno, "could not make the folder %s", folder);
      return -1;
    }
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      suture_error_set_errno (error, errno, "could not open %s", path);
      return -1;
    }
  for (guint tenths = 0; flock (fd, LOCK_EX | LOCK_NB) < 0; tenths++)
    {
      if (errno != EWOULDBLOCK && errno != EINTR)
        {
          suture_error_set_errno (error, errno, "could not lock %s", path);
          return -1;
        }
      if (tenths >= seconds * 10)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY, "another change is being made");
          return -1;
        }
      g_usleep (100 * 1000);
    }
  return suture_fd_steal (&fd);
}

gboolean
suture_guard_peer (int socket, GError **error)
{
  struct ucred peer;
  socklen_t length = sizeof peer;
  struct passwd account, *found = NULL;
  char buffer[4096];

  if (getsockopt (socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
    return suture_error_set_errno (error, errno, "could not ask who is connected");
  if (peer.uid == 0)
    return TRUE;
  if (getpwnam_r (ACCOUNT, &account, buffer, sizeof buffer, &found) == 0 && found != NULL && account.pw_uid == peer.uid)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "only the user %s may ask for this", ACCOUNT);
  return FALSE;
}
