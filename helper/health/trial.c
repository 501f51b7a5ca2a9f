/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "health/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "verify/manifest.h"

#define REQUEST_SECONDS 10 /* the helper sends it at once */
#define NOT_STARTED 127    /* as shells say it */

/* A shell would be asked for its version as well, but nothing of a feed's ever names one: shells(5). */
static gboolean
is_shell (const char *program)
{
  gboolean found = FALSE;
  const char *shell;

  setusershell ();
  while (!found && (shell = getusershell ()) != NULL)
    found = g_str_equal (strrchr (shell, '/') != NULL ? strrchr (shell, '/') + 1 : shell, strrchr (program, '/') + 1);
  endusershell ();
  return found;
}

/* A program of the system itself: a regular file of root's that nobody else may write, with no privilege of its own, that the kernel
 * runs without an interpreter of a script. -1: it is none. Opened over no link, below /usr alone. */
static int
open_program (const char *program)
{
  g_auto (SutureFd) fd = -1;
  struct stat status;
  char magic[4];

  if (!suture_manifest_is_program (program) || is_shell (program))
    return -1;
  fd = open (program, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode) || status.st_uid != 0
      || (status.st_mode & (S_ISUID | S_ISGID | S_IWGRP | S_IWOTH)) != 0 || (status.st_mode & S_IXOTH) == 0
      || pread (fd, magic, sizeof magic, 0) != sizeof magic || memcmp (magic, "\177ELF", sizeof magic) != 0)
    return -1;
  return g_steal_fd (&fd);
}

static void G_GNUC_NORETURN
become (int fd, const char *program)
{
  char *const arguments[] = { (char *) program, (char *) "--version", NULL };
  char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *) "LC_ALL=C.UTF-8", NULL };
  int nothing = open ("/dev/null", O_RDWR);

  if (nothing >= 0 && dup2 (nothing, 0) == 0 && dup2 (nothing, 1) == 1 && dup2 (nothing, 2) == 2
      && (fd == 3 || close_range (3, (unsigned) fd - 1, 0) == 0) && close_range ((unsigned) fd + 1, ~0u, 0) == 0)
    fexecve (fd, arguments, environment);
  _exit (NOT_STARTED);
}

/* Whether the child ended in time. */
static gboolean
wait_for (pid_t child, guint seconds)
{
  g_auto (SutureFd) handle = pidfd_open (child, 0);
  struct pollfd poll_fd = { .fd = handle, .events = POLLIN };
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  int got = -1;

  while (handle >= 0 && got < 0)
    {
      gint64 left = MAX (end - g_get_monotonic_time (), 0) / 1000;

      got = poll (&poll_fd, 1, (int) left);
      if (got < 0 && errno != EINTR)
        return FALSE;
    }
  return got > 0;
}

char *
suture_trial_run (const char *program, guint seconds)
{
  g_auto (SutureFd) fd = open_program (program);
  pid_t child = fd >= 3 ? fork () : -1;
  gboolean in_time;
  int status = 0;

  if (child == 0)
    become (fd, program);
  if (child < 0)
    return g_strdup ("unfit");
  in_time = wait_for (child, seconds);
  if (!in_time)
    kill (child, SIGKILL);
  if (TEMP_FAILURE_RETRY (waitpid (child, &status, 0)) < 0 || !in_time)
    return g_strdup ("late");
  if (WIFSIGNALED (status))
    return g_strdup_printf ("signal %d", WTERMSIG (status));
  return WEXITSTATUS (status) == 0 ? g_strdup ("passed") : g_strdup_printf ("status %d", WEXITSTATUS (status));
}

gboolean
suture_trial_serve (int socket, GError **error)
{
  const struct timeval patience = { .tv_sec = REQUEST_SECONDS };
  g_autoptr (SutureFrame) frame = NULL;
  g_autofree char *text = NULL;
  g_autofree char *answer = NULL;
  g_auto (GStrv) words = NULL;
  guint64 seconds;

  if (setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0)
    frame = suture_frame_receive (socket, SUTURE_TRIAL_REQUEST_MAX, NULL);
  if (frame != NULL && g_str_equal (frame->tag, "try"))
    text = g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
  words = g_strsplit (text != NULL ? text : "", " ", 3);
  if (g_strv_length (words) != 2
      || !g_ascii_string_to_unsigned (words[0], 10, 1, SUTURE_MANIFEST_HEALTH_SECONDS_MAX, &seconds, NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the request is none");
      return FALSE;
    }
  answer = suture_trial_run (words[1], (guint) seconds);
  return suture_frame_send (socket, "answer", answer, strlen (answer), -1, error);
}
