/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rights.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

static gboolean
write_map (const char *path, const char *text, GError **error)
{
  g_auto (SutureFd) fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  if (suture_file_write_all (fd, text, strlen (text), error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

gboolean
suture_rights_be_root (GError **error)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();
  g_autofree char *uids = g_strdup_printf ("0 %u 1", uid);
  g_autofree char *gids = g_strdup_printf ("0 %u 1", gid);

  if (uid == 0)
    return TRUE;
  if (unshare (CLONE_NEWUSER) < 0)
    return suture_error_set_errno (error, errno, "could not make a user namespace; run this as root instead");
  return write_map ("/proc/self/setgroups", "deny", error) && write_map ("/proc/self/uid_map", uids, error)
         && write_map ("/proc/self/gid_map", gids, error);
}
