/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "download/session.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"

#define REQUEST_SECONDS 10 /* the helper sends it at once */

static gboolean
is_writing_end (int fd)
{
  struct stat status;
  int flags = fcntl (fd, F_GETFL);

  return flags >= 0 && (flags & O_ACCMODE) == O_WRONLY && fstat (fd, &status) == 0 && S_ISFIFO (status.st_mode);
}

/* "OFFSET MAX_LENGTH URL" */
static gboolean
parse_request (const char *text, gsize length, char **url, SutureTransferRequest *request)
{
  g_auto (GStrv) words = NULL;

  for (gsize i = 0; i < length; i++)
    if (text[i] < 0x20 || text[i] > 0x7e)
      return FALSE;
  words = g_strsplit (text, " ", 4);
  if (g_strv_length (words) != 3 || !g_str_has_prefix (words[2], "https://")
      || strlen (words[2]) > SUTURE_SESSION_URL_MAX
      || !g_ascii_string_to_unsigned (words[1], 10, 1, G_MAXINT64, &request->max_length, NULL)
      || !g_ascii_string_to_unsigned (words[0], 10, 0, request->max_length - 1, &request->offset, NULL))
    return FALSE;
  *url = g_strdup (words[2]);
  request->url = *url;
  return TRUE;
}

/* The next frame, of at most what the longer of both kinds may have. */
static SutureFrame *
receive (int socket, GError **error)
{
  SutureFrame *frame = suture_frame_receive (socket, MAX (SUTURE_SESSION_REQUEST_MAX, SUTURE_CREDENTIAL_MAX), error);

  if (frame == NULL && error != NULL && *error == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "nothing was asked for");
  return frame;
}

/* Takes the credential out of *@frame, where it is one, and receives the frame behind it. FALSE when it is a bad one. */
static gboolean
take_credential (int socket, SutureFrame **frame, SutureCredential **credential, GError **error)
{
  gboolean alone = (*frame)->fd < 0;

  if (!g_str_equal ((*frame)->tag, "credential"))
    return TRUE;
  *credential = suture_credential_unpack ((*frame)->bytes);
  g_clear_pointer (frame, suture_frame_free);
  if (*credential == NULL || !alone)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the credential is none");
      return FALSE;
    }
  *frame = receive (socket, error);
  return *frame != NULL;
}

static gboolean
send_begin (guint64 offset, gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, offset);

  return suture_frame_send (GPOINTER_TO_INT (user_data), "begin", text, strlen (text), -1, NULL);
}

gboolean
suture_session_serve (int socket, const SutureTransferSettings *settings, GError **error)
{
  const struct timeval patience = { .tv_sec = REQUEST_SECONDS };
  g_autoptr (SutureFrame) frame = NULL;
  g_autoptr (SutureCredential) credential = NULL;
  g_autofree char *text = NULL;
  g_autofree char *url = NULL;
  g_autofree char *answer = NULL;
  SutureTransferRequest request = { 0 };
  SutureTransferStatus status;

  if (setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "there is no connection to serve");
      return FALSE;
    }
  frame = receive (socket, error);
  if (frame == NULL || !take_credential (socket, &frame, &credential, error))
    return FALSE;
  text = g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
  if (!g_str_equal (frame->tag, "get") || !is_writing_end (frame->fd)
      || !parse_request (text, g_bytes_get_size (frame->bytes), &url, &request))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the request is none");
      return FALSE;
    }
  request.pipe = frame->fd;
  request.credential = credential;
  status = suture_transfer_run (&request, settings, send_begin, GINT_TO_POINTER (socket));
  suture_fd_close (&frame->fd);
  answer = g_strdup_printf ("%u %u %" G_GUINT64_FORMAT, status.code, status.http, status.bytes);
  return suture_frame_send (socket, "status", answer, strlen (answer), -1, error);
}
