/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/agent.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#define NOTIFY_FD 3 /* in the agent */

GSubprocess *
suture_agent_start (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT);
  g_autoptr (GSubprocess) agent = NULL;
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *notify = g_strdup_printf ("%d", NOTIFY_FD);
  int ends[2] = { -1, -1 };
  char none = 0;
  gssize got = 0;

  if (isatty (STDIN_FILENO) == 0 || isatty (STDERR_FILENO) == 0 || !g_unix_open_pipe (ends, FD_CLOEXEC, NULL))
    return NULL;
  g_subprocess_launcher_take_fd (launcher, ends[1], NOTIFY_FD);
  agent = g_subprocess_launcher_spawn (launcher, NULL, "pkttyagent", "--notify-fd", notify, "--fallback", "--process",
                                       pid, NULL);
  /* The launcher holds our copy of the writing end: only without it the end of file means that the agent is ready. */
  g_subprocess_launcher_close (launcher);
  do
    got = read (ends[0], &none, 1);
  while (got < 0 && errno == EINTR);
  close (ends[0]);
  return g_steal_pointer (&agent);
}

void
suture_agent_stop (GSubprocess *agent)
{
  if (agent == NULL)
    return;
  g_subprocess_send_signal (agent, SIGTERM);
  g_subprocess_wait (agent, NULL, NULL);
  g_object_unref (agent);
}
