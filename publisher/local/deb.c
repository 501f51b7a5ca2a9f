/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-deb: the connection that systemd accepted is its standard input. One line of it names a package, "NAME=VERSION" or
 * "NAME:ARCHITECTURE=VERSION"; apt fetches that from the archives that this computer has, verifies it, and its bytes go back: nothing else,
 * and no byte at all when it failed. Whoever asked compares them with what the archive has signed. */

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTION STDIN_FILENO
#define QUESTION_MAX 512        /* bytes of the question */
#define QUESTION_SECONDS 10 /* until it has to be there */
#define SEND_BYTES (1024 * 1024)

/* The question without its line feed, in @line; FALSE for one that is none. */
static gboolean
read_question (char *line)
{
  const struct timeval soon = { .tv_sec = QUESTION_SECONDS };
  gsize length = 0;

  (void) setsockopt (CONNECTION, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
  while (length < QUESTION_MAX)
    {
      ssize_t n = TEMP_FAILURE_RETRY (read (CONNECTION, line + length, 1));

      if (n <= 0)
        return FALSE;
      if (line[length] == '\n')
        {
          line[length] = '\0';
          /* deb-control(5), deb-version(7): nothing that apt would take for an option or a pattern */
          return g_regex_match_simple ("^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?=[0-9][A-Za-z0-9.+~:-]*\\z", line, G_REGEX_RAW, 0);
        }
      length++;
    }
  return FALSE;
}

/* Has apt fetch it into the folder @folder, where nothing else is. What apt says goes to the journal. */
static gboolean
fetch (const char *package, const char *folder)
{
  const char *const argv[]
      = { "/usr/bin/apt-get", "-q", "-o", "APT::Get::AllowUnauthenticated=false", "download", package, NULL };
  const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL };
  g_autoptr (GError) why = NULL;
  int status = 0;

  if (g_spawn_sync (folder, (char **) argv, (char **) environment, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, &why)
      && g_spawn_check_wait_status (status, &why))
    return TRUE;
  g_printerr ("suture-deb: %s was not fetched: %s\n", package, why->message);
  return FALSE;
}

/* The file that apt left in @folder. */
static int
open_package (const char *folder)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    if (g_str_has_suffix (name, ".deb"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        return open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
      }
  return -1;
}

static gboolean
send_package (int package)
{
  for (;;)
    {
      ssize_t n = sendfile (CONNECTION, package, NULL, SEND_BYTES);

      if (n == 0)
        return TRUE;
      if (n < 0 && errno != EINTR)
        return FALSE;
    }
}

int
main (void)
{
  char line[QUESTION_MAX];
  char folder[] = "/var/tmp/deb-XXXXXX"; /* of this service alone: PrivateTmp=; /tmp may be memory */
  int package;

  signal (SIGPIPE, SIG_IGN);
  if (!read_question (line))
    {
      g_printerr ("suture-deb: what was asked for is no package\n");
      return EXIT_FAILURE;
    }
  if (g_mkdtemp (folder) == NULL)
    {
      g_printerr ("suture-deb: could not make a folder: %s\n", g_strerror (errno));
      return EXIT_FAILURE;
    }
  package = fetch (line, folder) ? open_package (folder) : -1;
  if (package < 0 || !send_package (package))
    return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
