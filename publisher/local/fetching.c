/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/fetching.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "base/paths.h"

#define SILENCE_SECONDS (60 * 60) /* apt is heard only when it has the whole package */
#define READ_BYTES (256 * 1024)

typedef struct
{
  const SutureCandidate *candidate; /* the caller's, as all here */
  SutureFetchingProgress progress;
  gpointer user_data;
} Fetching;

static gboolean
not_it (const Fetching *self, const char *what, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH,
               "what apt fetched as %s %s is %s that the list of %s has for it: it was not used", self->candidate->installed->called,
               self->candidate->listed->version, what, self->candidate->listed->suite->codename);
  return FALSE;
}

/* From @from to @to, hashed on the way; no byte more than there are to be is written. */
static gboolean
receive (const Fetching *self, int from, int to, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *buffer = g_malloc (READ_BYTES);
  const SutureListed *listed = self->candidate->listed;
  guint64 done = 0;

  for (;;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (recv (from, buffer, READ_BYTES, 0));

      if (n < 0)
        return suture_error_set_errno (error, errno, "%s did not come", self->candidate->installed->called);
      if (n == 0)
        break;
      done += (guint64) n;
      if (done > listed->size)
        return not_it (self, "longer than the one", error);
      g_checksum_update (checksum, buffer, n);
      if (!suture_file_write_all (to, buffer, (gsize) n, error))
        return FALSE;
      self->progress (done, self->user_data);
    }
  if (done == 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK,
                   "apt could not fetch %s %s: there is no network, or the archive has something else by now. The journal of "
                   "suture-deb says more, and the next check tries again", self->candidate->installed->called, listed->version);
      return FALSE;
    }
  if (done < listed->size)
    return not_it (self, "shorter than the one", error);
  return g_str_equal (g_checksum_get_string (checksum), listed->sha256) || not_it (self, "not the one", error);
}

/* One line is the whole question (deb.c). */
static int
ask (const SutureCandidate *candidate, GError **error)
{
  const struct timeval silence = { .tv_sec = SILENCE_SECONDS };
  g_autofree char *line = g_strdup_printf ("%s=%s\n", candidate->installed->called, candidate->listed->version);
  g_auto (SutureFd) connection = suture_frame_connect (suture_path (SUTURE_PATH_DEB_SOCKET), error);

  if (connection < 0)
    return -1;
  if (setsockopt (connection, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence) < 0
      || send (connection, line, strlen (line), MSG_NOSIGNAL) != (ssize_t) strlen (line))
    {
      suture_error_set_errno (error, errno, "could not ask apt for a package");
      return -1;
    }
  return suture_fd_steal (&connection);
}

gboolean
suture_fetching_run (const SutureCandidate *candidate,
                     const char *to,
                     SutureFetchingProgress progress,
                     gpointer user_data,
                     GError **error)
{
  const Fetching self = { .candidate = candidate, .progress = progress, .user_data = user_data };
  g_auto (SutureFd) connection = ask (candidate, error);
  g_auto (SutureFd) file = connection >= 0 ? open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;

  if (connection >= 0 && file < 0)
    return suture_error_set_errno (error, errno, "could not make %s", to);
  if (connection < 0)
    return FALSE;
  if (receive (&self, connection, file, error))
    return TRUE;
  (void) g_unlink (to);
  return FALSE;
}
