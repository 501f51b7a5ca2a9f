/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include "base/error.h"

#define TRIES 32 /* another process may take the free device first */

int
suture_loop_open (int image, char *path, gsize length, GError **error)
{
  g_auto (SutureFd) control = open ("/dev/loop-control", O_RDWR | O_CLOEXEC);

  if (control < 0)
    {
      suture_error_set_errno (error, errno, "could not ask for a loop device");
      return -1;
    }
  for (int i = 0; i < TRIES; i++)
    {
      struct loop_config config = { .fd = (guint32) image,
                                    .block_size = 4096,
                                    .info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR };
      int number = ioctl (control, LOOP_CTL_GET_FREE);
      g_auto (SutureFd) device = -1;

      if (number < 0)
        break;
      g_snprintf (path, length, "/dev/loop%d", number);
      device = open (path, O_RDONLY | O_CLOEXEC);
      if (device >= 0 && ioctl (device, LOOP_CONFIGURE, &config) == 0)
        return suture_fd_steal (&device);
      if (errno != EBUSY && errno != ENXIO && errno != ENOENT)
        break;
      g_usleep (20 * 1000);
    }
  suture_error_set_errno (error, errno, "could not set up a loop device");
  return -1;
}
