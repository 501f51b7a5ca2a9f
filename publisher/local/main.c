/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-local: prepares improvements for this computer from what its distribution has signed. Started by its socket with a
 * connection as descriptor 3 and no argument; by the package's maintainer script with --set-up. --prepare and --publish are its own,
 * for the parts of its work that have a process of their own. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"
#include "local/check.h"
#include "local/keep.h"
#include "local/prepare.h"
#include "local/serve.h"

#define CONNECTION 3 /* sd_listen_fds(3), SD_LISTEN_FDS_START */

static int
set_up (void)
{
  g_autoptr (GError) error = NULL;

  if (suture_check_set_up (&error))
    return EXIT_SUCCESS;
  g_printerr ("suture-local: %s\n", error->message);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  /* what is served is for all, and what is not has modes of its own */
  umask (022);
  signal (SIGPIPE, SIG_IGN);
  /* nothing of whoever starts it counts: not for apt, gpgv and the others either */
  clearenv ();
  /* where mkfs.erofs and the like put what is large: not in a /tmp that is memory */
  (void) setenv ("TMPDIR", suture_path (SUTURE_PATH_LOCAL_STATE), 1);
  (void) setenv ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  if (argc == 1)
    {
      suture_serve (CONNECTION);
      return EXIT_SUCCESS;
    }
  if (argc == 2 && strcmp (argv[1], "--set-up") == 0)
    return set_up ();
  if (argc == 3 && strcmp (argv[1], SUTURE_PREPARE_WORD) == 0)
    return suture_prepare_main (argv[2]);
  if (argc == 3 && strcmp (argv[1], SUTURE_KEEP_WORD) == 0)
    return suture_keep_main (argv[2]);
  fprintf (stderr, "suture-local is started by its socket; it takes no arguments.\n");
  return 2;
}
