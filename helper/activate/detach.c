/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-detach: takes every merge of ours away at once. The way out when an improvement breaks the C library or
 * libcrypto, so it is linked statically, uses nothing but the C library, and reads nothing but the marker files and the
 * list of mounts. Used by suture-step-aside, by the removal of the package, and by hand from a rescue shell. Ends with 0
 * when nothing of ours is merged any more. */

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

#include "activate/carried.h"

#define LOCK "/run/suture/lock"
#define LOCK_TENTHS 50  /* what waits longer than 5 s is no switch, and the way out may not hang */
#define STACKED_MAX 32  /* overlays on one tree; one is normal */
#define REFRESH_USR "/run/suture/refresh-usr"     /* both are read by suture-activate */
#define REFRESH_TREES "/run/suture/refresh-trees"

/* A merge of the whole of /usr comes last: what is mounted over it is looked at before it goes. */
static const char *const trees[] = { "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share", "/usr" };
#define N_TREES (sizeof trees / sizeof *trees)
#define ROUNDS 2 /* what hid below the merge of /usr shows only after it has gone */

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

static void
complain (const char *what, const char *place)
{
  (void) fprintf (stderr, "suture-detach: could not %s %s: %s\n", what, place, strerror (errno));
}

/* Takes the topmost merge at @tree away. What others have mounted below it would go along, so it is put back; but what
 * can't be kept is no reason to stay. */
static bool
lift (const char *tree)
{
  SutureCarried *carried = suture_carried_collect (tree);
  const char *lost;
  bool lifted;

  if (carried == NULL)
    complain ("keep what is mounted below", tree);
  lifted = umount2 (tree, MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
  if (!lifted)
    complain ("take away the merge at", tree);
  lost = suture_carried_restore (carried);
  if (lost != NULL)
    complain ("put back the mount at", lost);
  suture_carried_free (carried);
  return lifted;
}

/* Takes every merge of ours at @tree away. Whether there is none left. */
static bool
bare (const char *tree)
{
  bool others = false;

  if (is_ours (tree, &others) && others)
    leave_word (strcmp (tree, "/usr") == 0 ? REFRESH_USR : REFRESH_TREES);
  for (int n = 0; n < STACKED_MAX && is_ours (tree, NULL); n++)
    if (!lift (tree))
      return false;
  return !is_ours (tree, NULL);
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
  for (int round = 0; round < ROUNDS; round++)
    {
      merged = false;
      for (size_t i = 0; i < N_TREES; i++)
        merged = !bare (trees[i]) || merged;
    }
  if (lock >= 0)
    (void) close (lock);
  return merged ? EXIT_FAILURE : EXIT_SUCCESS;
}
