/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For LD_PRELOAD: the program whose name stands in KILL_PROGRAM kills itself just before the KILL_AT-th time that it gives, moves or
 * takes away a name in the file system. Nothing else that it does can be seen by whoever comes after it. */

static void
count (void)
{
  static unsigned long done;
  const char *program = getenv ("KILL_PROGRAM");
  const char *at = getenv ("KILL_AT");

  if (program != NULL && at != NULL && strcmp (program, program_invocation_short_name) == 0
      && __atomic_add_fetch (&done, 1, __ATOMIC_SEQ_CST) == strtoul (at, NULL, 10))
    raise (SIGKILL);
}

int
renameat (int from_folder, const char *from, int to_folder, const char *to)
{
  count ();
  return (int) syscall (SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int
rename (const char *from, const char *to)
{
  return renameat (AT_FDCWD, from, AT_FDCWD, to);
}

int
linkat (int from_folder, const char *from, int to_folder, const char *to, int flags)
{
  count ();
  return (int) syscall (SYS_linkat, from_folder, from, to_folder, to, flags);
}

int
unlinkat (int folder, const char *name, int flags)
{
  count ();
  return (int) syscall (SYS_unlinkat, folder, name, flags);
}

int
mkdirat (int folder, const char *name, mode_t mode)
{
  count ();
  return (int) syscall (SYS_mkdirat, folder, name, mode);
}

int
mkdir (const char *path, mode_t mode)
{
  return mkdirat (AT_FDCWD, path, mode);
}
