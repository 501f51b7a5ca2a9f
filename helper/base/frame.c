/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/frame.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define HEADER_MAX (SUTURE_FRAME_TAG_MAX + 24) /* tag, blank, 20 digits, line feed */
#define TAG_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~%-"

static gboolean
send_all (int socket, const void *data, gsize length, int fd, GError **error)
{
  const guint8 *at = data;
  union
  {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control;

  while (length > 0)
    {
      struct iovec part = { (void *) at, length };
      struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
      ssize_t n;

      if (fd >= 0)
        {
          struct cmsghdr *head;

          memset (&control, 0, sizeof control);
          message.msg_control = control.bytes;
          message.msg_controllen = sizeof control.bytes;
          head = CMSG_FIRSTHDR (&message);
          head->cmsg_level = SOL_SOCKET;
          head->cmsg_type = SCM_RIGHTS;
          head->cmsg_len = CMSG_LEN (sizeof (int));
          memcpy (CMSG_DATA (head), &fd, sizeof fd);
        }
      n = TEMP_FAILURE_RETRY (sendmsg (socket, &message, MSG_NOSIGNAL));
      if (n < 0)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "the other program stopped listening: %s",
                       g_strerror (errno));
          return FALSE;
        }
      fd = -1;
      at += n;
      length -= (gsize) n;
    }
  return TRUE;
}

gboolean
suture_frame_send (int socket, const char *tag, const void *data, gsize length, int fd, GError **error)
{
  g_autofree char *header = g_strdup_printf ("%s %zu\n", tag, length);

  g_return_val_if_fail (*tag != '\0' && strlen (tag) <= SUTURE_FRAME_TAG_MAX, FALSE);
  g_return_val_if_fail (strspn (tag, TAG_CHARACTERS) == strlen (tag), FALSE);
  return send_all (socket, header, strlen (header), fd, error) && send_all (socket, data, length, -1, error);
}

/* Keeps the first descriptor of @message in @fd and closes all others. FALSE when there was one too many. */
static gboolean
keep_one_fd (struct msghdr *message, int *fd)
{
  gboolean surplus = (message->msg_flags & MSG_CTRUNC) != 0;

  for (struct cmsghdr *head = CMSG_FIRSTHDR (message); head != NULL; head = CMSG_NXTHDR (message, head))
    {
      gsize count = head->cmsg_type == SCM_RIGHTS ? (head->cmsg_len - CMSG_LEN (0)) / sizeof (int) : 0;

      for (gsize i = 0; i < count; i++)
        {
          int received;

          memcpy (&received, CMSG_DATA (head) + i * sizeof (int), sizeof received);
          if (*fd < 0)
            *fd = received;
          else
            {
              close (received);
              surplus = TRUE;
            }
        }
    }
  return !surplus;
}

/* Reads up to @length bytes; 1: all, 0: end of file before the first, -1: error. */
static int
receive_all (int socket, void *data, gsize length, int *fd, GError **error)
{
  gsize have = 0;

  while (have < length)
    {
      char control[CMSG_SPACE (8 * sizeof (int))];
      struct iovec part = { (guint8 *) data + have, length - have };
      struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                                .msg_controllen = sizeof control };
      ssize_t n = TEMP_FAILURE_RETRY (recvmsg (socket, &message, MSG_CMSG_CLOEXEC));

      if (n >= 0 && !keep_one_fd (&message, fd))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a message carried more than one descriptor");
          return -1;
        }
      if (n == 0 && have == 0)
        return 0;
      if (n <= 0)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "a message broke off: %s",
                       n < 0 ? g_strerror (errno) : "end of file");
          return -1;
        }
      have += (gsize) n;
    }
  return 1;
}

/* Reads the header line byte by byte: headers are few and short, and nothing behind them may be consumed. */
static int
receive_header (int socket, char header[HEADER_MAX], int *fd, GError **error)
{
  for (gsize i = 0; i < HEADER_MAX; i++)
    {
      int got = receive_all (socket, header + i, 1, fd, error);

      if (got == 0 && i > 0)
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "a message broke off in its header");
      if (got != 1)
        return got == 0 && i > 0 ? -1 : got;
      if (header[i] == '\n')
        {
          header[i] = '\0';
          return 1;
        }
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a message has no header");
  return -1;
}

SutureFrame *
suture_frame_receive (int socket, gsize max_length, GError **error)
{
  char header[HEADER_MAX];
  g_auto (SutureFd) fd = -1;
  g_autofree guint8 *data = NULL;
  SutureFrame *self;
  guint64 length;
  char *blank;
  int got = receive_header (socket, header, &fd, error);

  if (got != 1)
    return NULL;
  blank = strchr (header, ' ');
  if (blank == NULL || blank == header || blank - header > SUTURE_FRAME_TAG_MAX
      || strspn (header, TAG_CHARACTERS) != (gsize) (blank - header)
      || !g_ascii_string_to_unsigned (blank + 1, 10, 0, max_length, &length, NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a message's header is malformed or its length over %zu",
                   max_length);
      return NULL;
    }
  data = g_malloc (length + 1);
  if (length > 0)
    {
      got = receive_all (socket, data, length, &fd, error);
      if (got == 0)
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "a message broke off after its header");
      if (got != 1)
        return NULL;
    }
  self = g_new0 (SutureFrame, 1);
  self->tag = g_strndup (header, (gsize) (blank - header));
  self->bytes = g_bytes_new_take (g_steal_pointer (&data), length);
  self->fd = suture_fd_steal (&fd);
  return self;
}

void
suture_frame_free (SutureFrame *self)
{
  if (self == NULL)
    return;
  g_free (self->tag);
  g_bytes_unref (self->bytes);
  suture_fd_clear (self->fd);
  g_free (self);
}

int
suture_frame_connect (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_auto (SutureFd) fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "could not reach %s: %s", path, g_strerror (errno));
      return -1;
    }
  return suture_fd_steal (&fd);
}
