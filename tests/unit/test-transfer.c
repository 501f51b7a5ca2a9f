/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "download/download.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "download/session.h"
#include "test-fetch.h"
#include "test-paths.h"

/* The helper's client, the fetch socket's protocol and libcurl against tests/support/bad-server.py, all of them real. */

static SutureTransferSettings settings;
static const char *folder; /* the test's own */

/* Every misbehaviour, asked for whole into memory: error code and libcurl's number, or success and how many bytes. */
static void
test_behaviours (void)
{
  const struct
  {
    const char *name;
    int code;    /* SutureError; -1: success */
    int number;  /* at the end of the message; or the length */
  } rows[] = {
    { "ok", -1, TEST_FETCH_SIZE }, { "slow", -1, TEST_FETCH_SIZE }, { "redirect", -1, TEST_FETCH_SIZE }, { "redirect-3", -1, TEST_FETCH_SIZE },
    { "ignore-range", -1, TEST_FETCH_SIZE }, { "wrong-length", -1, TEST_FETCH_SIZE / 2 }, { "shorter", -1, TEST_FETCH_SIZE - 1 },
    { "empty", -1, 0 }, { "html", -1, 46 }, { "brotli", -1, 100 },
    { "404", SUTURE_ERROR_NOT_FOUND, 0 }, { "403", SUTURE_ERROR_NOT_FOUND, 0 },
    { "401", SUTURE_ERROR_NOT_SIGNED_IN, 0 }, { "407", SUTURE_ERROR_NETWORK, 0 }, { "429", SUTURE_ERROR_NETWORK, 0 },
    { "500", SUTURE_ERROR_NETWORK, 0 }, { "503", SUTURE_ERROR_NETWORK, 0 }, { "999", SUTURE_ERROR_NETWORK, 0 },
    { "204", SUTURE_ERROR_NETWORK, 8 }, { "304", SUTURE_ERROR_NETWORK, 8 },
    { "hang", SUTURE_ERROR_NETWORK, 28 }, { "drip-headers", SUTURE_ERROR_NETWORK, 28 },
    { "drip", SUTURE_ERROR_NETWORK, 28 }, { "burst", SUTURE_ERROR_NETWORK, 28 }, { "stall", SUTURE_ERROR_NETWORK, 28 },
    { "endless", SUTURE_ERROR_HASH, 0 }, { "endless-chunked", SUTURE_ERROR_HASH, 0 }, { "longer", SUTURE_ERROR_HASH, 0 },
    { "longer-unsaid", SUTURE_ERROR_HASH, 0 },
    { "endless-headers", SUTURE_ERROR_NETWORK, 8 }, { "big-header", SUTURE_ERROR_NETWORK, 27 },
    { "continue-flood", SUTURE_ERROR_NETWORK, 8 },
    { "truncated", SUTURE_ERROR_NETWORK, 18 }, { "truncated-chunked", SUTURE_ERROR_NETWORK, 18 },
    { "reset", SUTURE_ERROR_NETWORK, 56 }, { "reset-at-once", SUTURE_ERROR_NETWORK, 56 },
    { "nothing", SUTURE_ERROR_NETWORK, 52 }, { "negative-length", SUTURE_ERROR_NETWORK, 8 },
    { "huge-length", -1, TEST_FETCH_SIZE }, { "chunk-garbage", SUTURE_ERROR_NETWORK, 56 },
    { "chunk-overflow", SUTURE_ERROR_NETWORK, 56 }, { "not-http", SUTURE_ERROR_NETWORK, 1 },
    { "http-0.9", SUTURE_ERROR_NETWORK, 1 }, { "unasked-range", SUTURE_ERROR_NETWORK, 33 },
    { "no-range-header", SUTURE_ERROR_NETWORK, 33 }, { "redirect-4", SUTURE_ERROR_NETWORK, 47 },
    { "redirect-loop", SUTURE_ERROR_NETWORK, 47 }, { "redirect-http", SUTURE_ERROR_NETWORK, 9 },
    { "redirect-file", SUTURE_ERROR_NETWORK, 9 }, { "redirect-ftp", SUTURE_ERROR_NETWORK, 9 },
    { "redirect-local-name", SUTURE_ERROR_NETWORK, 9 }, { "redirect-local-address", SUTURE_ERROR_NETWORK, 9 },
    { "redirect-loopback", SUTURE_ERROR_NETWORK, 9 }, { "redirect-mapped-loopback", SUTURE_ERROR_NETWORK, 9 },
    { "redirect-link-local", SUTURE_ERROR_NETWORK, 9 }, { "redirect-link-local-6", SUTURE_ERROR_NETWORK, 9 },
    { "redirect-user", SUTURE_ERROR_NETWORK, 9 }, { "redirect-nowhere", SUTURE_ERROR_NETWORK, 8 },
    { "redirect-endless", SUTURE_ERROR_NETWORK, 8 },
  };
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *url = test_server_address (&server, rows[i].name);
      g_autofree char *number = g_strdup_printf ("(%d)", rows[i].number);
      g_autoptr (GError) error = NULL;
      gint64 started = g_get_monotonic_time ();
      g_autoptr (GBytes) bytes = suture_download_bytes (url, NULL, TEST_FETCH_SIZE, NULL, NULL, &error);

      g_test_message ("%s: %s, %.1f s", rows[i].name, error != NULL ? error->message : "success",
                      (double) (g_get_monotonic_time () - started) / 1e6);
      /* the whole table is run, so that one wrong row does not hide another */
      if (g_get_monotonic_time () - started > 7 * G_TIME_SPAN_SECOND || (bytes == NULL) == (error == NULL)
          || (rows[i].code < 0 && (bytes == NULL || g_bytes_get_size (bytes) != (gsize) rows[i].number))
          || (rows[i].code >= 0 && !g_error_matches (error, SUTURE_ERROR, rows[i].code))
          || (rows[i].code >= 0 && rows[i].number != 0 && !g_str_has_suffix (error->message, number)))
        g_test_fail_printf ("%s: not as expected", rows[i].name);
    }
  test_server_stop (&server);
}

/* A bomb that is only packed test_fetch_content is handed on as it is, never unpacked. */
static void
test_bomb (void)
{
  const char *names[] = { "gzip-bomb", "transfer-gzip-bomb" };
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *url = test_server_address (&server, names[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = suture_download_bytes (url, NULL, TEST_FETCH_SIZE, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), 2, "\x1f\x8b", 2);
    }
  test_server_stop (&server);
}

/* Resuming: the file is right, or it is an error; bytes of two answers are never joined wrongly. */
static void
test_resume (void)
{
  const struct
  {
    const char *name;
    gsize have;
    int code;
  } rows[] = {
    { "ok", 0, -1 }, { "ok", 1, -1 }, { "ok", 100000, -1 }, { "ok", TEST_FETCH_SIZE - 1, -1 }, { "ok", TEST_FETCH_SIZE, -1 },
    { "ok", TEST_FETCH_SIZE + 5, -1 }, { "slow", 100000, -1 }, { "ignore-range", 100000, -1 }, { "wrong-range", 100000, -1 },
    { "other-total", 100000, -1 }, { "redirect", 100000, -1 },
    { "always-wrong-range", 100000, SUTURE_ERROR_NETWORK }, { "two-ranges", 100000, SUTURE_ERROR_NETWORK },
    { "no-range-header", 100000, SUTURE_ERROR_NETWORK }, { "416", 100000, SUTURE_ERROR_NETWORK },
    { "500", 100000, SUTURE_ERROR_NETWORK }, { "shorter", 100000, SUTURE_ERROR_NETWORK },
    { "empty", 0, SUTURE_ERROR_NETWORK }, { "no-goodbye", 0, SUTURE_ERROR_NETWORK },
    { "wrong-length", 0, SUTURE_ERROR_NETWORK }, { "truncated", 100000, SUTURE_ERROR_NETWORK },
    { "longer", 0, SUTURE_ERROR_HASH },
  };
  g_autofree guint8 *longer = g_malloc0 (TEST_FETCH_SIZE + 5);
  TestServer server;

  memcpy (longer, test_fetch_content, TEST_FETCH_SIZE);
  test_server_start (&server, "server.pem", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *url = test_server_address (&server, rows[i].name);
      g_auto (SutureFd) fd = test_fetch_file (longer, rows[i].have);
      g_autoptr (GError) error = NULL;
      gboolean ok = suture_download_file (url, NULL, fd, TEST_FETCH_SIZE, NULL, NULL, NULL, &error);
      struct stat status;

      g_test_message ("%s from %zu: %s", rows[i].name, rows[i].have, error != NULL ? error->message : "success");
      g_assert_cmpint (fstat (fd, &status), ==, 0);
      test_fetch_assert_file (fd, (gsize) status.st_size);
      g_assert_cmpint (ok, ==, rows[i].code < 0);
      if (ok)
        g_assert_cmpint (status.st_size, ==, TEST_FETCH_SIZE);
      else
        g_assert_error (error, SUTURE_ERROR, rows[i].code);
    }
  test_server_stop (&server);
}

/* A download that broke off goes on where it was: the log shows what was asked for. */
static void
test_resume_after_cut (void)
{
  g_autofree char *cut = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  g_autofree char *text = NULL;
  g_auto (SutureFd) fd = test_fetch_file (test_fetch_content, 0);
  g_autoptr (GError) error = NULL;
  struct stat status;
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  cut = test_server_address (&server, "truncated");
  whole = test_server_address (&server, "ok");
  g_assert_false (suture_download_file (cut, NULL, fd, TEST_FETCH_SIZE, NULL, NULL, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK);
  g_clear_error (&error);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmpint (status.st_size, ==, TEST_FETCH_SIZE / 2);
  g_assert_true (suture_download_file (whole, NULL, fd, TEST_FETCH_SIZE, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  test_fetch_assert_file (fd, TEST_FETCH_SIZE);
  g_assert_true (g_file_get_contents (log, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"range\": \"bytes=150000-\""));
  test_server_stop (&server);
}

/* The log of everything so far: nothing that tells machines apart or that a redirect could have carried along. */
static void
test_says_nothing (void)
{
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *allowed[] = { "host", "user-agent", "accept", "range", NULL };

  g_assert_true (g_file_get_contents (log, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 50);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *headers = strstr (lines[i], "\"headers\": {");
      g_auto (GStrv) words = g_strsplit (headers != NULL ? headers + strlen ("\"headers\": {") : "", "\"", -1);

      for (gsize n = 1; n + 2 < g_strv_length (words); n += 4)
        {
          g_assert_true (g_strv_contains (allowed, words[n]));
          if (g_str_equal (words[n], "user-agent"))
            g_assert_cmpstr (words[n + 2], ==, "suture");
        }
    }
}

/* No body byte comes out of a connection that is not what it should be. */
static void
test_tls (void)
{
  const struct
  {
    const char *certificate;
    const char *extra;
    int number;
  } rows[] = { { "expired.pem", NULL, 60 }, { "wrong-host.pem", NULL, 60 }, { "self-signed.pem", NULL, 60 },
               { "server.pem", "--tls-max=1.1", 35 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *number = g_strdup_printf ("(%d)", rows[i].number);
      g_autofree char *url = NULL;
      g_auto (SutureFd) fd = test_fetch_file (test_fetch_content, 0);
      g_autoptr (GError) error = NULL;
      struct stat status;
      TestServer server;

      test_server_start (&server, rows[i].certificate, rows[i].extra);
      url = test_server_address (&server, "ok");
      g_assert_false (suture_download_file (url, NULL, fd, TEST_FETCH_SIZE, NULL, NULL, NULL, &error));
      g_test_message ("%s: %s", rows[i].certificate, error->message);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK);
      g_assert_true (g_str_has_suffix (error->message, number));
      g_assert_cmpint (fstat (fd, &status), ==, 0);
      g_assert_cmpint (status.st_size, ==, 0);
      test_server_stop (&server);
    }
}

/* An administrator's proxy is used for everything, hears the host and its own password, and nothing else. */
static void
test_proxy (void)
{
  g_autofree char *log = g_build_filename (folder, "proxy-log", NULL);
  const char *arguments[] = { log, NULL };
  g_autofree char *url = NULL;
  g_autofree char *redirect = NULL;
  g_autofree char *address = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TestServer server, proxy;

  test_server_start (&server, "server.pem", NULL);
  test_server_start_program (&proxy, "proxy.py", arguments);
  url = test_server_address (&server, "ok");
  redirect = test_server_address (&server, "redirect-local-name");
  settings.proxy = address = g_strdup_printf ("http://name:word@127.0.0.1:%u", proxy.port);
  bytes = suture_download_bytes (url, NULL, TEST_FETCH_SIZE, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), test_fetch_content, TEST_FETCH_SIZE);
  g_assert_null (suture_download_bytes (redirect, NULL, TEST_FETCH_SIZE, NULL, NULL, &error));
  g_assert_true (g_str_has_suffix (error->message, "(9)"));
  g_clear_error (&error);
  test_server_stop (&proxy);
  g_assert_null (suture_download_bytes (url, NULL, TEST_FETCH_SIZE, NULL, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK);
  g_assert_null (strstr (error->message, "word"));
  settings.proxy = NULL;
  g_assert_true (g_file_get_contents (log, &text, NULL, NULL));
  expected = g_strdup_printf ("[\"CONNECT 127.0.0.1:%u HTTP/1.1\", \"Host: 127.0.0.1:%u\", "
                              "\"Proxy-Authorization: Basic bmFtZTp3b3Jk\", \"User-Agent: suture\", "
                              "\"Proxy-Connection: Keep-Alive\"]\n", server.port, server.port);
  g_assert_true (g_str_has_prefix (text, expected));
  test_server_stop (&server);
}

/* Nobody there; somebody there who never says a word; a name that does not exist. */
static void
test_nobody (void)
{
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (silent, NULL, NULL);
  g_autofree char *silence = g_strdup_printf ("https://127.0.0.1:%u/file", port);
  const struct
  {
    const char *url;
    const char *number;
  } rows[] = { { "https://127.0.0.1:1/file", "(7)" }, { silence, "(28)" }, { "https://nowhere.invalid/file", "(6)" },
               { "https://name:word@127.0.0.1/file", "(3)" }, { "https://", "(3)" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = suture_download_bytes (rows[i].url, NULL, 100, NULL, NULL, &error);

      g_assert_null (bytes);
      g_test_message ("%s: %s", rows[i].url, error->message);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK);
      g_assert_true (g_str_has_suffix (error->message, rows[i].number));
    }
}

static gpointer
cancel_later (gpointer cancellable)
{
  g_usleep (300000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;
  gint64 started = g_get_monotonic_time ();
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  url = test_server_address (&server, "hang");
  thread = g_thread_new ("cancel", cancel_later, cancellable);
  g_assert_null (suture_download_bytes (url, NULL, 100, NULL, cancellable, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - started, <, 2500 * G_TIME_SPAN_MILLISECOND);
  g_thread_join (thread);
  g_clear_error (&error);
  g_assert_null (suture_download_bytes (url, NULL, 100, NULL, cancellable, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED);
  test_server_stop (&server);
}

/* A request that is none gets no answer: the session ends, and the peer sees the end of the stream. */
static void
test_bad_requests (void)
{
  int ends[2];
  g_auto (SutureFd) file = test_fetch_file (test_fetch_content, 10);
  const struct
  {
    const char *tag;
    const char *text;
    int which; /* 0: none, 1: writing end, 2: reading end, 3: a file */
  } rows[] = {
    { "put", "0 10 https://127.0.0.1/", 1 }, { "get", "0 10 https://127.0.0.1/", 0 },
    { "get", "0 10 https://127.0.0.1/", 2 }, { "get", "0 10 https://127.0.0.1/", 3 },
    { "get", "0 10 http://127.0.0.1/", 1 },  { "get", "0 10 file:///etc/passwd", 1 },
    { "get", "0 0 https://127.0.0.1/", 1 },  { "get", "10 10 https://127.0.0.1/", 1 },
    { "get", "-1 10 https://127.0.0.1/", 1 }, { "get", "0 10 https://127.0.0.1/ x", 1 },
    { "get", "0 10 https://127.0.0.1/\r\nX: y", 1 }, { "get", "", 1 }, { "get", "0 10", 1 },
  };

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const int fds[] = { -1, ends[1], ends[0], file };
      g_auto (SutureFd) connection = suture_frame_connect (suture_path (SUTURE_PATH_FETCH_SOCKET), NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureFrame) answer = NULL;

      g_assert_true (suture_frame_send (connection, rows[i].tag, rows[i].text, strlen (rows[i].text), fds[rows[i].which],
                                        &error));
      answer = suture_frame_receive (connection, 64, &error);
      g_assert_no_error (error);
      g_assert_null (answer);
    }
  close (ends[0]);
  close (ends[1]);
}

/* The program itself: it uses the system's authorities, not ours, and needs nothing from its environment. */
static void
test_program (void)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "..", "..", "helper", "download", "suture-fetch", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureFrame) answer = NULL;
  g_autofree char *request = NULL;
  int sockets[2], ends[2];
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), ==, 0);
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_subprocess_launcher_take_fd (launcher, sockets[1], 3);
  g_subprocess_launcher_setenv (launcher, "https_proxy", "http://127.0.0.1:1", TRUE);
  g_subprocess_launcher_setenv (launcher, "SSL_CERT_FILE", settings.ca_file, TRUE);
  g_subprocess_launcher_setenv (launcher, "CURL_CA_BUNDLE", settings.ca_file, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  g_assert_no_error (error);
  request = g_strdup_printf ("0 100 https://127.0.0.1:%u/bad/ok/file", server.port);
  g_assert_true (suture_frame_send (sockets[0], "get", request, strlen (request), ends[1], &error));
  answer = suture_frame_receive (sockets[0], 64, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->tag, ==, "status");
  g_assert_cmpmem (g_bytes_get_data (answer->bytes, NULL), g_bytes_get_size (answer->bytes), "60 0 0", 6);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
  close (sockets[0]);
  close (ends[0]);
  close (ends[1]);
  test_server_stop (&server);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = test_fetch_begin (&settings);
  g_test_add_func ("/transfer/S04/S05/S06/S07/behaviours", test_behaviours);
  g_test_add_func ("/transfer/S08/bomb", test_bomb);
  g_test_add_func ("/transfer/S07/resume", test_resume);
  g_test_add_func ("/transfer/S07/resume-after-cut", test_resume_after_cut);
  g_test_add_func ("/transfer/S06/says-nothing", test_says_nothing);
  g_test_add_func ("/transfer/S09/tls", test_tls);
  g_test_add_func ("/transfer/proxy", test_proxy);
  g_test_add_func ("/transfer/nobody", test_nobody);
  g_test_add_func ("/transfer/cancel", test_cancel);
  g_test_add_func ("/transfer/bad-requests", test_bad_requests);
  g_test_add_func ("/transfer/program", test_program);
  failed = g_test_run ();
  test_fetch_end ();
  return failed;
}
