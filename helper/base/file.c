/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"

#define RESOLVE_TRIES 256 /* of one path */

void
suture_fd_clear (SutureFd fd)
{
  if (fd >= 0)
    close (fd);
}

void
suture_fd_close (SutureFd *fd)
{
  suture_fd_clear (suture_fd_steal (fd));
}

int
suture_fd_steal (SutureFd *fd)
{
  int stolen = *fd;

  *fd = -1;
  return stolen;
}

int
suture_file_open_folder (const char *path, guint mode, GError **error)
{
  int fd;

  if (mode != 0 && g_mkdir_with_parents (path, (int) mode) < 0)
    {
      suture_error_set_errno (error, errno, "could not make the folder %s", path);
      return -1;
    }
  fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    suture_error_set_errno (error, errno, "could not open the folder %s", path);
  return fd;
}

int
suture_file_open_resolved (int folder, const char *path, int flags, guint64 resolve)
{
  struct open_how how = { .flags = (guint64) (flags | O_CLOEXEC), .resolve = resolve };
  long fd = -1;

  /* EAGAIN: a rename somewhere raced with RESOLVE_BENEATH; or, with O_NONBLOCK, somebody holds a lease on his file, for as long as
   * he likes */
  for (guint try = 0; fd < 0 && try < RESOLVE_TRIES && (try == 0 || errno == EINTR || errno == EAGAIN); try++)
    fd = syscall (SYS_openat2, folder, path, &how, sizeof how);
  return (int) fd;
}

GBytes *
suture_file_read_open (int fd, const char *name, gsize max_length, GError **error)
{
  g_autofree guint8 *data = NULL;
  struct stat status;
  gsize have = 0;

  if (fstat (fd, &status) < 0)
    {
      suture_error_set_errno (error, errno, "could not open %s", name);
      return NULL;
    }
  if (!S_ISREG (status.st_mode) || (guint64) status.st_size > max_length)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is no regular file of at most %zu bytes", name,
                   max_length);
      return NULL;
    }
  data = g_malloc ((gsize) status.st_size + 1);
  while (have < (gsize) status.st_size)
    {
      ssize_t n = TEMP_FAILURE_RETRY (read (fd, data + have, (gsize) status.st_size - have));

      if (n < 0)
        {
          suture_error_set_errno (error, errno, "could not read %s", name);
          return NULL;
        }
      if (n == 0)
        break;
      have += (gsize) n;
    }
  return g_bytes_new_take (g_steal_pointer (&data), have);
}

GBytes *
suture_file_read (int folder, const char *name, gsize max_length, GError **error)
{
  g_auto (SutureFd) fd = openat (folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  if (fd >= 0)
    return suture_file_read_open (fd, name, max_length, error);
  if (errno == ENOENT)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no file %s", name);
  else
    suture_error_set_errno (error, errno, "could not open %s", name);
  return NULL;
}

gboolean
suture_file_write_all (int fd, const void *data, gsize length, GError **error)
{
  const guint8 *at = data;

  while (length > 0)
    {
      ssize_t n = TEMP_FAILURE_RETRY (write (fd, at, length));

      if (n < 0)
        return suture_error_set_errno (error, errno, "could not write");
      at += n;
      length -= (gsize) n;
    }
  return TRUE;
}

int
suture_file_unnamed (int folder, guint mode, GError **error)
{
  int fd = openat (folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t) mode);

  if (fd < 0)
    suture_error_set_errno (error, errno, "could not make a temporary file");
  return fd;
}

gboolean
suture_file_link (int fd, int folder, const char *name, GError **error)
{
  g_autofree char *staged = g_strdup_printf (".%s.new", name);
  char self[64];

  if (fsync (fd) < 0)
    return suture_error_set_errno (error, errno, "could not write %s to disk", name);
  /* linkat with AT_EMPTY_PATH needs a capability; the /proc link is the documented way, open(2) on O_TMPFILE */
  g_snprintf (self, sizeof self, "/proc/self/fd/%d", fd);
  (void) unlinkat (folder, staged, 0);
  if (linkat (AT_FDCWD, self, folder, staged, AT_SYMLINK_FOLLOW) < 0)
    return suture_error_set_errno (error, errno, "could not name %s", name);
  if (renameat (folder, staged, folder, name) < 0)
    {
      int errsv = errno;

      (void) unlinkat (folder, staged, 0);
      return suture_error_set_errno (error, errsv, "could not name %s", name);
    }
  if (fsync (folder) < 0)
    return suture_error_set_errno (error, errno, "could not write the folder of %s to disk", name);
  return TRUE;
}

gboolean
suture_file_replace (int folder, const char *name, const void *data, gsize length, guint mode, GError **error)
{
  g_auto (SutureFd) fd = suture_file_unnamed (folder, mode, error);

  if (fd >= 0 && fchmod (fd, (mode_t) mode) < 0)
    return suture_error_set_errno (error, errno, "could not set the mode of %s", name);
  if (fd < 0 || !suture_file_write_all (fd, data, length, error))
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  return suture_file_link (fd, folder, name, error);
}

gboolean
suture_file_remove (int folder, const char *name, GError **error)
{
  if (unlinkat (folder, name, 0) < 0 && errno != ENOENT)
    return suture_error_set_errno (error, errno, "could not remove %s", name);
  if (fsync (folder) < 0)
    return suture_error_set_errno (error, errno, "could not write the removal of %s to disk", name);
  return TRUE;
}
