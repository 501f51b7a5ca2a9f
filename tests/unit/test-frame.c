/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/frame.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

typedef struct
{
  int ours;
  int theirs;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->ours = pair[0];
  f->theirs = pair[1];
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_fd_clear (f->ours);
  suture_fd_clear (f->theirs);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
send_raw (Fixture *f, const char *data, gsize length, const int *fds, gsize n_fds)
{
  char control[CMSG_SPACE (16 * sizeof (int))] = { 0 };
  struct iovec part = { (void *) data, length };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

  if (n_fds > 0)
    {
      struct cmsghdr *head = (struct cmsghdr *) (void *) control;

      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      memcpy (CMSG_DATA (head), fds, n_fds * sizeof (int));
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    }
  g_assert_cmpint (sendmsg (f->theirs, &message, MSG_NOSIGNAL), ==, (gssize) length);
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tag = g_strnfill (SUTURE_FRAME_TAG_MAX, '~');
  g_auto (SutureFd) null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  g_autoptr (SutureFrame) first = NULL;
  g_autoptr (SutureFrame) second = NULL;
  g_autoptr (SutureFrame) third = NULL;

  g_assert_true (suture_frame_send (f->theirs, "2.a%2F~b.json", "one\ntwo\0", 8, -1, &error));
  g_assert_true (suture_frame_send (f->theirs, tag, NULL, 0, null, &error));
  suture_fd_close (&f->theirs);
  first = suture_frame_receive (f->ours, 8, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->tag, ==, "2.a%2F~b.json");
  g_assert_cmpmem (g_bytes_get_data (first->bytes, NULL), g_bytes_get_size (first->bytes), "one\ntwo\0", 8);
  g_assert_cmpint (first->fd, ==, -1);
  second = suture_frame_receive (f->ours, 8, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second->tag, ==, tag);
  g_assert_cmpuint (g_bytes_get_size (second->bytes), ==, 0);
  g_assert_cmpint (second->fd, >=, 0);
  g_assert_cmpint (fcntl (second->fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  third = suture_frame_receive (f->ours, 8, &error);
  g_assert_null (third);
  g_assert_no_error (error);
}

static gpointer
send_large (gpointer data)
{
  Fixture *f = data;
  g_autofree guint8 *bytes = g_malloc0 (4 * 1024 * 1024);

  g_assert_true (suture_frame_send (f->theirs, "large", bytes, 4 * 1024 * 1024, -1, NULL));
  return NULL;
}

/* More than a socket's buffer holds. */
static void
test_large (Fixture *f, gconstpointer data)
{
  GThread *thread = g_thread_new ("sender", send_large, f);
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFrame) frame = suture_frame_receive (f->ours, 4 * 1024 * 1024, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (frame->bytes), ==, 4 * 1024 * 1024);
  g_thread_join (thread);
}

static void
assert_refused (Fixture *f, const char *data, gsize length, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFrame) frame = NULL;

  send_raw (f, data, length, NULL, 0);
  suture_fd_close (&f->theirs);
  frame = suture_frame_receive (f->ours, 100, &error);
  g_assert_null (frame);
  g_assert_error (error, SUTURE_ERROR, code);
  tear_down (f, NULL);
  set_up (f, NULL);
}

static void
test_hostile (Fixture *f, gconstpointer data)
{
  const char *malformed[] = {
    "\n", "tag\n", " 1\n", "tag \n", "tag -1\n", "tag +1\nx", "tag 0x1\nx", "tag 1 \nx", "tag  1\nx", "tag 1x\nx",
    "tag 101\n", "tag 18446744073709551615\n", "tag 18446744073709551617\n", "ta/g 1\nx", "ta\tg 1\nx", "t\xc3\xa4g 1\nx",
    "ta:g 1\nx",
  };
  const char *interrupted[] = { "t", "tag 1", "tag 1\n", "tag 5\n1234" };
  g_autofree char *endless = g_strnfill (1000, 'a');
  g_autofree char *long_tag = g_strnfill (SUTURE_FRAME_TAG_MAX + 1, 'a');
  g_autofree char *long_header = g_strconcat (long_tag, " 1\nx", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    assert_refused (f, malformed[i], strlen (malformed[i]), SUTURE_ERROR_MALFORMED);
  for (gsize i = 0; i < G_N_ELEMENTS (interrupted); i++)
    assert_refused (f, interrupted[i], strlen (interrupted[i]), SUTURE_ERROR_INTERRUPTED);
  assert_refused (f, endless, 1000, SUTURE_ERROR_MALFORMED);
  assert_refused (f, long_header, strlen (long_header), SUTURE_ERROR_MALFORMED);
  assert_refused (f, "tag\0 1\nx", 8, SUTURE_ERROR_MALFORMED);
}

/* Descriptors that nobody asked for are closed, however many came and wherever. */
static void
test_surplus_descriptors (Fixture *f, gconstpointer data)
{
  g_auto (SutureFd) null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int fds[16];
  guint before = count_descriptors ();

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = null;
  for (gsize n = 2; n <= G_N_ELEMENTS (fds); n += 7)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureFrame) frame = NULL;

      send_raw (f, "tag 1\nx", 7, fds, n);
      frame = suture_frame_receive (f->ours, 100, &error);
      g_assert_null (frame);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
      g_assert_cmpuint (count_descriptors (), ==, before);
      tear_down (f, NULL);
      set_up (f, NULL);
    }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (SutureFrame) frame = NULL;

    send_raw (f, "tag 2\n", 6, fds, 1);
    send_raw (f, "xy", 2, fds, 1);
    frame = suture_frame_receive (f->ours, 100, &error);
    g_assert_null (frame);
    g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    g_assert_cmpuint (count_descriptors (), ==, before);
  }
}

/* One descriptor with a header that is refused is closed too. */
static void
test_descriptor_of_refused (Fixture *f, gconstpointer data)
{
  g_auto (SutureFd) null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  guint before = count_descriptors ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFrame) frame = NULL;

  send_raw (f, "tag 1000\n", 9, &null, 1);
  frame = suture_frame_receive (f->ours, 100, &error);
  g_assert_null (frame);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_assert_cmpuint (count_descriptors (), ==, before);
}

static void
test_timeout (Fixture *f, gconstpointer data)
{
  struct timeval limit = { 0, 20000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFrame) frame = NULL;

  g_assert_cmpint (setsockopt (f->ours, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), ==, 0);
  send_raw (f, "tag 5\nab", 8, NULL, 0);
  frame = suture_frame_receive (f->ours, 100, &error);
  g_assert_null (frame);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED);
}

/* A peer that is gone is an error, not a signal. */
static void
test_peer_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  suture_fd_close (&f->ours);
  g_assert_false (suture_frame_send (f->theirs, "tag", "x", 1, -1, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED);
}

static void
test_connect (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (suture_frame_connect ("/nonexistent/socket", &error), ==, -1);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
#define ADD(path, function) g_test_add ("/frame/" path, Fixture, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("round-trip", test_round_trip);
  ADD ("large", test_large);
  ADD ("hostile", test_hostile);
  ADD ("surplus-descriptors", test_surplus_descriptors);
  ADD ("descriptor-of-refused", test_descriptor_of_refused);
  ADD ("timeout", test_timeout);
  ADD ("peer-gone", test_peer_gone);
  ADD ("connect", test_connect);
  return g_test_run ();
}
