/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/paths.h"

#define RESOLVE (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)
/* NONBLOCK: a pipe, or a lease that its owner holds, keeps nobody waiting */
#define FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static gboolean
is_regular (int fd, const char *place, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is no regular file", place);
  return FALSE;
}

static void
set_why_not (GError **error, int errsv, const char *place)
{
  if (errsv == ENOENT || errsv == ENOTDIR)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no file %s", place);
  else if (errsv == ELOOP || errsv == EXDEV || errsv == ENXIO)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is no regular file in the folder of suture-local", place);
  else
    suture_error_set_errno (error, errsv, "could not open %s", place);
}

int
suture_folder_open_state (const char *place, GError **error)
{
  /* its parent is root's: a name there is what root made of it */
  g_auto (SutureFd) folder = suture_file_open_folder (suture_path (SUTURE_PATH_LOCAL_STATE), 0, NULL);
  g_auto (SutureFd) fd = folder >= 0 ? suture_file_open_resolved (folder, place, FLAGS, RESOLVE) : -1;

  if (folder < 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "suture-local has prepared nothing on this computer yet");
      return -1;
    }
  if (fd < 0)
    {
      set_why_not (error, errno, place);
      return -1;
    }
  return is_regular (fd, place, error) ? suture_fd_steal (&fd) : -1;
}

int
suture_folder_open (const char *place, GError **error)
{
  const char *state = suture_path (SUTURE_PATH_LOCAL_STATE);
  const char *feed = suture_path (SUTURE_PATH_LOCAL_FEED);
  g_autofree char *below = NULL;

  g_return_val_if_fail (g_str_has_prefix (feed, state) && feed[strlen (state)] == '/', -1);
  below = g_strconcat (feed + strlen (state) + 1, "/", place, NULL);
  return suture_folder_open_state (below, error);
}

GBytes *
suture_folder_read (const char *place, gsize max_length, GError **error)
{
  g_auto (SutureFd) fd = suture_folder_open (place, error);

  return fd >= 0 ? suture_file_read_open (fd, place, max_length, error) : NULL;
}
