/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "download/download.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "test-paths.h"

/* The helper's client alone, against fetchers that are not there or lie; test-transfer.c has the true one. */

#define SIZE 300000 /* more than a pipe holds */

static int listener = -1;
static const guint8 zeroes[SIZE];

/* A fetcher that was taken over: whatever it does, the client ends, keeps no descriptor and says an error. */
typedef struct
{
  const char *first_tag, *first_text; /* before the bytes */
  gsize bytes;
  const char *last_tag, *last_text;
  gboolean extra_fd;
  SutureError expected;
} Liar;

static gpointer
lie (gpointer data)
{
  const Liar *self = data;
  g_auto (SutureFd) connection = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_autoptr (SutureFrame) request = suture_frame_receive (connection, 4096, NULL);

  if (self->first_tag != NULL)
    suture_frame_send (connection, self->first_tag, self->first_text, strlen (self->first_text),
                       self->extra_fd ? request->fd : -1, NULL);
  /* the reader may leave in the middle */
  if (self->bytes > 0)
    (void) suture_file_write_all (request->fd, zeroes, self->bytes, NULL);
  if (self->last_tag != NULL)
    suture_frame_send (connection, self->last_tag, self->last_text, strlen (self->last_text), -1, NULL);
  return NULL;
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_liars (void)
{
  const Liar rows[] = {
    { NULL, NULL, 0, NULL, NULL, FALSE, SUTURE_ERROR_INTERRUPTED },
    { "begin", "0", 10, NULL, NULL, FALSE, SUTURE_ERROR_INTERRUPTED },
    { NULL, NULL, 10, "status", "0 200 10", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "7", 10, "status", "0 200 10", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "-1", 10, "status", "0 200 10", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "0 0", 10, "status", "0 200 10", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "0", 10, "status", "0 200 11", FALSE, SUTURE_ERROR_INTERRUPTED },
    { "begin", "0", 10, "status", "0 200", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "0", 10, "status", "all is well", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "0", 10, "begin", "0", FALSE, SUTURE_ERROR_MALFORMED },
    { "begin", "0", 1001, "status", "0 200 1001", FALSE, SUTURE_ERROR_HASH },
    { "begin", "0", SIZE, "status", "0 200 1000", FALSE, SUTURE_ERROR_HASH },
    { "begin", "0", 10, "status", "0 200 9999999999999999999999", FALSE, SUTURE_ERROR_MALFORMED },
    { NULL, NULL, 0, "status", "28 0 0", FALSE, SUTURE_ERROR_NETWORK },
    { NULL, NULL, 0, "status", "22 404 0", FALSE, SUTURE_ERROR_NOT_FOUND },
    { NULL, NULL, 0, "status", "22 401 0", FALSE, SUTURE_ERROR_NOT_SIGNED_IN },
    { NULL, NULL, 0, "status", "4294967295 4294967295 0", FALSE, SUTURE_ERROR_NETWORK },
    { "begin", "0", 10, "status", "0 200 11", TRUE, SUTURE_ERROR_INTERRUPTED },
  };

  g_assert_cmpint (listen (listener, 16), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint before = count_fds ();
      g_autoptr (GError) error = NULL;
      GThread *thread = g_thread_new ("liar", lie, (gpointer) &rows[i]);
      g_autoptr (GBytes) bytes = suture_download_bytes ("https://127.0.0.1/", NULL, 1000, NULL, NULL, &error);

      g_thread_join (thread);
      g_assert_null (bytes);
      g_test_message ("%zu: %s", i, error->message);
      g_assert_error (error, SUTURE_ERROR, (int) rows[i].expected);
      g_assert_cmpuint (count_fds (), ==, before);
    }
}

static void
test_no_fetcher (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (suture_download_bytes ("https://127.0.0.1/", NULL, 100, NULL, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *run = NULL;
  int failed;

  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  test_paths_init ();
  run = g_path_get_dirname (suture_path (SUTURE_PATH_FETCH_SOCKET));
  g_assert_cmpint (g_mkdir_with_parents (run, 0755), ==, 0);
  g_strlcpy (address.sun_path, suture_path (SUTURE_PATH_FETCH_SOCKET), sizeof address.sun_path);
  listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_test_add_func ("/download/no-fetcher", test_no_fetcher);
  g_test_add_func ("/download/liars", test_liars);
  failed = g_test_run ();
  close (listener);
  test_paths_clear ();
  return failed;
}
