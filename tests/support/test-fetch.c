/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-fetch.h"

#include <gio/gio.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "download/session.h"
#include "test-paths.h"

guint8 test_fetch_content[TEST_FETCH_SIZE];

static const SutureTransferSettings *settings;
static const char *folder; /* the test's own */
static char *ca;           /* (owned) */
static GThread *accepting; /* (owned) */
static int listener = -1;

void
test_server_start_program (TestServer *self, const char *program, const char *const *arguments)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "support", program, NULL);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) argv = NULL;

  g_strv_builder_add_many (words, "/usr/bin/python3", path, NULL);
  g_strv_builder_addv (words, (const char **) arguments);
  argv = g_strv_builder_end (words);
  self->process = g_subprocess_newv ((const char *const *) argv,
                                     G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  self->port = (guint16) g_ascii_strtoull (line, NULL, 10);
}

void
test_server_start (TestServer *self, const char *certificate, const char *extra)
{
  g_autofree char *pem = g_build_filename (folder, certificate, NULL);
  g_autofree char *www = g_build_filename (folder, "www", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  const char *arguments[] = { "--folder", www, "--certificate", pem, "--log", log, "--patience", "20",
                              "--until-stdin-ends", extra, NULL };

  test_server_start_program (self, "bad-server.py", arguments);
}

void
test_server_stop (TestServer *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

static gpointer
serve_one (gpointer data)
{
  g_auto (SutureFd) connection = GPOINTER_TO_INT (data);

  (void) suture_session_serve (connection, settings, NULL);
  return NULL;
}

/* What systemd does with Accept=yes. */
static gpointer
accept_all (gpointer data)
{
  for (;;)
    {
      int connection = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

      if (connection < 0)
        return NULL;
      g_thread_unref (g_thread_new ("session", serve_one, GINT_TO_POINTER (connection)));
    }
}

static void
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void) unlink (path);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listener, 16), ==, 0);
}

char *
test_server_address (const TestServer *self, const char *behaviour)
{
  return g_strdup_printf ("https://127.0.0.1:%u/bad/%s/file", self->port, behaviour);
}

int
test_fetch_file (const guint8 *data, gsize length)
{
  g_auto (SutureFd) top = suture_file_open_folder (folder, 0, NULL);
  int fd = suture_file_unnamed (top, 0600, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (suture_file_write_all (fd, data, length, NULL));
  return fd;
}

void
test_fetch_assert_file (int fd, gsize length)
{
  g_autofree guint8 *have = g_malloc (TEST_FETCH_SIZE + 1);

  g_assert_cmpint (pread (fd, have, TEST_FETCH_SIZE + 1, 0), ==, (gssize) length);
  g_assert_cmpmem (have, length, test_fetch_content, length);
}

static void
make_certificates (void)
{
  g_autofree char *make = g_test_build_filename (G_TEST_DIST, "..", "support", "make-certificates", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, make, folder, "127.0.0.1", "localhost", "one.example",
                              "two.example", NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
}

const char *
test_fetch_begin (SutureTransferSettings *wanted)
{
  g_autofree char *www = NULL;
  g_autofree char *file = NULL;
  g_autofree char *run = NULL;

  signal (SIGPIPE, SIG_IGN);
  folder = test_paths_init ();
  www = g_build_filename (folder, "www", NULL);
  file = g_build_filename (www, "file", NULL);
  ca = g_build_filename (folder, "ca.pem", NULL);
  *wanted = (SutureTransferSettings) { .ca_file = ca, .first_byte = 3000, .window = 1000, .min_speed = 1000, .total = 8000 };
  settings = wanted;
  for (gsize i = 0; i < TEST_FETCH_SIZE; i++)
    test_fetch_content[i] = (guint8) ((i * 2654435761u) >> 13);
  g_assert_cmpint (g_mkdir_with_parents (www, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, (const char *) test_fetch_content, TEST_FETCH_SIZE, NULL));
  make_certificates ();
  run = g_path_get_dirname (suture_path (SUTURE_PATH_FETCH_SOCKET));
  g_assert_cmpint (g_mkdir_with_parents (run, 0755), ==, 0);
  listen_at (suture_path (SUTURE_PATH_FETCH_SOCKET));
  accepting = g_thread_new ("accept", accept_all, NULL);
  return folder;
}

void
test_fetch_end (void)
{
  shutdown (listener, SHUT_RDWR);
  g_thread_join (accepting);
  close (listener);
  test_paths_clear ();
  g_free (ca);
}
