/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-detach: takes every merge of ours away at once. The way out when an improvement breaks the C library or
 * libcrypto, so it is linked statically, uses nothing but the C library, and reads nothing but the marker files. Used by
 * suture-step-aside, by the removal of the package, and by hand from a rescue shell. Ends with 0 when nothing of ours is
 * merged any more. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK "/run/suture/lock"
#define LOCK_TENTHS 50  /* what waits longer than 5 s is no switch, and the way out may not hang */
#define STACKED_MAX 32  /* overlays on one tree; one is normal */
#define REFRESH_USR "/run/suture/refresh-usr"     /* both are read by suture-activate */
#define REFRESH_TREES "/run/suture/refresh-trees"

static const char *const trees[] = { "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share" };
#define N_TREES (sizeof trees / sizeof *trees)

/* Whether the topmost mount at @tree is a merge that has an improvement in it. @others (out, optional): whether it has
 * somebody else's extension, too. */
static bool
is_ours (const char *tree, bool *others)
{
  char path[64], line[256];
  struct statx status;
  bool ours = false;
  FILE *marker;

  if (statx (AT_FDCWD, tree, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_INO, &status) < 0
      || (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
    return false;
  (void) snprintf (path, sizeof path, "%s/.systemd-sysext/extensions", tree);
  marker = fopen (path, "re");
  if (marker == NULL)
    return false;
  while (fgets (line, sizeof line, marker) != NULL)
    {
      bool suture = strncmp (line, "suture-", strlen ("suture-")) == 0;

      ours = ours || suture;
      if (others != NULL && !suture && *line != '\n')
        *others = true;
    }
  (void) fclose (marker);
  return ours;
}

/* Keeps a switch from happening at the same time, if it can be had soon. */
static int
take_lock (void)
{
  const struct timespec tenth = { .tv_nsec = 100 * 1000 * 1000 };
  int fd = open (LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

  for (int i = 0; fd >= 0 && i < LOCK_TENTHS && flock (fd, LOCK_EX | LOCK_NB) < 0; i++)
    (void) nanosleep (&tenth, NULL);
  return fd;
}

/* Somebody's extension goes with ours where both are one merge; suture-activate asks for it again later. */
static void
leave_word (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0)
    (void) close (fd);
}

int
main (int argc, char **argv)
{
  bool merged = false;
  int lock;

  (void) argv;
  if (argc != 1)
    {
      (void) fprintf (stderr, "usage: suture-detach\n");
      return 2;
    }
  lock = take_lock ();
  for (size_t i = 0; i < N_TREES; i++)
    {
      bool others = false;

      if (is_ours (trees[i], &others) && others)
        leave_word (i == 0 ? REFRESH_USR : REFRESH_TREES);
      for (int n = 0; n < STACKED_MAX && is_ours (trees[i], NULL); n++)
        if (umount2 (trees[i], MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
          {
            (void) fprintf (stderr, "suture-detach: could not take the merge at %s away: %s\n", trees[i], strerror (errno));
            break;
          }
    }
  /* all of them once more: what hid below the merge of /usr shows only now */
  for (size_t i = 0; i < N_TREES; i++)
    {
      for (int n = 0; n < STACKED_MAX && is_ours (trees[i], NULL); n++)
        if (umount2 (trees[i], MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
          break;
      merged = merged || is_ours (trees[i], NULL);
    }
  if (lock >= 0)
    (void) close (lock);
  return merged ? EXIT_FAILURE : EXIT_SUCCESS;
}
