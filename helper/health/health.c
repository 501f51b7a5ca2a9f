/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-health: the connection that systemd accepted is descriptor 3; one program of the system is run for it, as a throw-away user,
 * and what came of that is the answer. */

#include <signal.h>
#include <stdlib.h>

#include "health/trial.h"

#define CONNECTION_FD 3 /* sd_listen_fds(3), SD_LISTEN_FDS_START */

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  clearenv ();
  signal (SIGPIPE, SIG_IGN);
  if (suture_trial_serve (CONNECTION_FD, &error))
    return EXIT_SUCCESS;
  g_printerr ("suture-health: %s\n", error->message);
  return EXIT_FAILURE;
}
