/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "download/download.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "base/paths.h"

#define ANSWER_MAX 64     /* bytes of a begin or status frame: three numbers */
#define ANSWER_SECONDS 10 /* it is sent at once */
#define IDLE_SECONDS 90   /* no byte for that long: the fetcher itself gives up after 30 */
#define TOTAL_SECONDS (65 * 60) /* the fetcher ends after 60 minutes */
#define PIECE 65536
#define CODE_TOO_LONG 63        /* CURLE_FILESIZE_EXCEEDED */
#define CODE_OTHER_RANGE 33     /* CURLE_RANGE_ERROR */
#define CODE_HTTP 22            /* CURLE_HTTP_RETURNED_ERROR */
#define HTTP_NO_SUCH_RANGE 416
#define HTTP_UNAUTHORIZED 401

/* Where the bytes go: memory, or a file. */
typedef struct
{
  GByteArray *memory; /* (owned), or NULL */
  int fd;             /* the file when there is no memory */
  guint64 at;         /* where the next byte belongs */
} Sink;

typedef struct
{
  const char *url;
  const SutureCredential *credential; /* or NULL */
  guint64 offset;     /* asked for */
  guint64 max_length; /* of the whole */
  guint64 received;   /* from the pipe */
  gboolean begun;
  guint64 code, http; /* of the status */
  int socket;
  int pipe;
  Sink sink;
  SutureDownloadProgress progress;
  gpointer user_data;
} Download;

/* What a number of libcurl's (stable, libcurl-errors(3)) means to a person. */
static const char *
sentence_for (guint code)
{
  switch (code)
    {
    case 3:
      return "the address is not one that can be asked";
    case 5:
      return "the proxy could not be found";
    case 6:
      return "the server could not be found";
    case 7:
      return "the server could not be reached";
    case 1:
    case 8:
      return "the server's answer makes no sense";
    case 9:
    case 47:
      return "the server sent the request on to where it may not go";
    case 18:
      return "the server broke the download off";
    case 28:
      return "the server did not answer in time or was too slow";
    case CODE_OTHER_RANGE:
      return "the server sent another part than was asked for";
    case 35:
    case 58:
    case 59:
    case 60:
    case 77:
    case 83:
    case 90:
    case 91:
      return "the server's certificate or encryption was not accepted";
    case 52:
    case 55:
    case 56:
      return "the connection broke off";
    default:
      return "the download failed";
    }
}

gboolean
suture_download_refused (const char *url, const SutureCredential *credential, GError **error)
{
  g_autofree char *host = suture_credential_host (url);

  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_SIGNED_IN,
               credential == NULL ? "%s asks for a sign-in" : "%s did not accept the sign-in", host);
  return FALSE;
}

static gboolean
check_status (const Download *self, guint64 code, guint64 http, GError **error)
{
  if (code == 0)
    return TRUE;
  if (http == HTTP_UNAUTHORIZED)
    return suture_download_refused (self->url, self->credential, error);
  if (http == 404 || http == 403 || http == 410)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "the server does not have the file");
  else if (code == CODE_TOO_LONG)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the server's file is longer than the signed length");
  else if (code == CODE_HTTP)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK, "the server answered %u", (guint) http);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK, "%s (%u)", sentence_for ((guint) code), (guint) code);
  return FALSE;
}

/* Receives one frame of @n decimal numbers. */
static gboolean
receive_numbers (Download *self, const char *tag, guint64 *numbers, guint n, GError **error)
{
  g_autoptr (SutureFrame) frame = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  GError *broken = NULL;

  frame = suture_frame_receive (self->socket, ANSWER_MAX, &broken);
  if (frame == NULL)
    {
      g_clear_error (&broken);
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "suture-fetch ended without an answer");
      return FALSE;
    }
  text = g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
  words = g_strsplit (text, " ", 4);
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (frame->tag, tag) || g_strv_length (words) != n
        || !g_ascii_string_to_unsigned (words[i], 10, 0, G_MAXINT64, &numbers[i], NULL))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "suture-fetch gave an answer that is none");
        return FALSE;
      }
  return TRUE;
}

/* Learns where the first byte belongs. It was said before that byte was written, so it is there by now. */
static gboolean
begin (Download *self, GError **error)
{
  guint64 offset;

  if (!receive_numbers (self, "begin", &offset, 1, error))
    return FALSE;
  if (offset != 0 && offset != self->offset)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "suture-fetch began at a wrong place");
      return FALSE;
    }
  if (offset != self->offset && ftruncate (self->sink.fd, 0) < 0)
    return suture_error_set_errno (error, errno, "could not begin the file anew");
  self->sink.at = offset;
  self->begun = TRUE;
  return TRUE;
}

static gboolean
sink_write (Sink *sink, const guint8 *data, gsize length, GError **error)
{
  if (sink->memory != NULL)
    g_byte_array_append (sink->memory, data, (guint) length);
  else
    for (gsize done = 0; done < length;)
      {
        ssize_t n = TEMP_FAILURE_RETRY (pwrite (sink->fd, data + done, length - done, (off_t) (sink->at + done)));

        if (n < 0)
          return suture_error_set_errno (error, errno, "could not write what was fetched");
        done += (gsize) n;
      }
  sink->at += length;
  return TRUE;
}

/* Waits until the pipe has something to say. */
static gboolean
wait_for_pipe (Download *self, gint64 deadline, GCancellable *cancellable, GError **error)
{
  GPollFD waiting[2] = { { self->pipe, G_IO_IN, 0 } };
  gboolean can_cancel = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &waiting[1]);
  gint64 left = CLAMP ((deadline - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND, 0, IDLE_SECONDS * 1000);
  int ready;

  do
    ready = g_poll (waiting, can_cancel ? 2 : 1, (int) left);
  while (ready < 0 && errno == EINTR);
  if (can_cancel)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "the download was cancelled");
  else if (ready <= 0)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK, "the download took too long");
  else
    return TRUE;
  return FALSE;
}

/* Reads the pipe to its end, then the status. */
static gboolean
receive (Download *self, GCancellable *cancellable, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + TOTAL_SECONDS * G_TIME_SPAN_SECOND;
  g_autofree guint8 *piece = g_malloc (PIECE);
  guint64 status[3];

  for (;;)
    {
      ssize_t n;

      if (!wait_for_pipe (self, deadline, cancellable, error))
        return FALSE;
      n = TEMP_FAILURE_RETRY (read (self->pipe, piece, PIECE));
      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read from suture-fetch");
      if (n == 0)
        break;
      if (!self->begun && !begin (self, error))
        return FALSE;
      /* the fetcher refuses more by itself; that it does is not relied on */
      if ((guint64) n > self->max_length - self->sink.at)
        return check_status (self, CODE_TOO_LONG, 0, error);
      if (!sink_write (&self->sink, piece, (gsize) n, error))
        return FALSE;
      self->received += (guint64) n;
      if (self->progress != NULL)
        self->progress (self->sink.at, self->max_length, self->user_data);
    }
  if (!receive_numbers (self, "status", status, 3, error))
    return FALSE;
  self->code = status[0];
  self->http = status[1];
  if (!check_status (self, self->code, self->http, error))
    return FALSE;
  if (status[2] == self->received)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "suture-fetch did not hand over all that it fetched");
  return FALSE;
}

/* The credential goes first, so that what it is for can't begin without it. */
static gboolean
send_request (const Download *self, int connection, int pipe, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s", self->offset,
                                           self->max_length, self->url);

  if (self->credential != NULL)
    {
      g_autoptr (GBytes) packed = suture_credential_pack (self->credential);

      if (!suture_frame_send (connection, "credential", g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), -1,
                              error))
        return FALSE;
    }
  return suture_frame_send (connection, "get", text, strlen (text), pipe, error);
}

/* Asks suture-fetch and takes what it sends. */
static gboolean
run (Download *self, GCancellable *cancellable, GError **error)
{
  const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
  g_auto (SutureFd) connection = -1;
  g_auto (SutureFd) reading = -1;
  g_auto (SutureFd) writing = -1;
  int ends[2];

  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "the download was cancelled");
      return FALSE;
    }
  connection = suture_frame_connect (suture_path (SUTURE_PATH_FETCH_SOCKET), error);
  if (connection < 0)
    return FALSE;
  if (pipe2 (ends, O_CLOEXEC) < 0)
    return suture_error_set_errno (error, errno, "could not make a pipe");
  reading = ends[0];
  writing = ends[1];
  if (setsockopt (connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0
      || setsockopt (connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0)
    return suture_error_set_errno (error, errno, "could not bound the wait for suture-fetch");
  if (!send_request (self, connection, writing, error))
    return FALSE;
  suture_fd_close (&writing); /* or the end of the file would never be seen */
  self->socket = connection;
  self->pipe = reading;
  self->sink.at = self->offset;
  return receive (self, cancellable, error);
}

GBytes *
suture_download_bytes (const char *url,
                       const SutureCredential *credential,
                       gsize max_length,
                       guint *http,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GByteArray) memory = g_byte_array_new ();
  Download self = { .url = url, .credential = credential, .max_length = max_length,
                    .sink = { .memory = memory, .fd = -1 } };
  gboolean ok;

  g_return_val_if_fail (max_length > 0 && max_length <= G_MAXINT, NULL);
  ok = run (&self, cancellable, error);
  if (http != NULL)
    *http = (guint) MIN (self.http, G_MAXUINT);
  if (!ok)
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&memory));
}

gboolean
suture_download_file (const char *url,
                      const SutureCredential *credential,
                      int fd,
                      guint64 length,
                      SutureDownloadProgress progress,
                      gpointer user_data,
                      GCancellable *cancellable,
                      GError **error)
{
  const Download from_zero = { .url = url, .credential = credential, .max_length = length, .sink = { .fd = fd },
                               .progress = progress, .user_data = user_data };
  Download self = from_zero;
  g_autoptr (GError) first = NULL;
  struct stat status;

  if (fstat (fd, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at the file");
  if ((guint64) status.st_size == length)
    return TRUE;
  /* more than the whole is not a beginning of it */
  if ((guint64) status.st_size > length && ftruncate (fd, 0) < 0)
    return suture_error_set_errno (error, errno, "could not begin the file anew");
  self.offset = (guint64) status.st_size < length ? (guint64) status.st_size : 0;
  if (!run (&self, cancellable, &first))
    {
      /* a beginning that the server's file no longer has would be in the way for ever; once is enough */
      if (self.offset == 0 || (self.code != CODE_OTHER_RANGE && self.http != HTTP_NO_SUCH_RANGE))
        {
          g_propagate_error (error, g_steal_pointer (&first));
          return FALSE;
        }
      self = from_zero;
      if (ftruncate (fd, 0) < 0)
        return suture_error_set_errno (error, errno, "could not begin the file anew");
      if (!run (&self, cancellable, error))
        return FALSE;
    }
  if (self.sink.at == length)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK, "the server's file ends before its signed length");
  return FALSE;
}
