/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "download/download.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "base/paths.h"
#include "test-fetch.h"

/* Who is shown a feed's credential by suture-fetch's own code and libcurl: THREATS 6. */

static SutureTransferSettings settings;
static const char *folder; /* the test's own */

static SutureCredential *
credential_for (const char *host, guint16 port, const char *user, const char *secret)
{
  g_autofree char *origin = g_strdup_printf ("https://%s:%u", host, port);
  g_autoptr (GError) error = NULL;
  SutureCredential *credential = suture_credential_new (origin, user, secret, &error);

  g_assert_no_error (error);
  return credential;
}

/* What the servers' log says of each request since the last look: "HOST=AUTHORIZATION", in order, and nothing that no other
 * request has. */
static char *
read_log (void)
{
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (unlink (path), ==, 0);
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
      JsonObject *headers = json_object_get_object_member (json_node_get_object (node), "headers");
      const char *host = json_object_get_string_member (headers, "host");
      const char *shown = json_object_get_string_member_with_default (headers, "authorization", "nothing");

      g_assert_cmpuint (json_object_get_size (headers), ==, json_object_has_member (headers, "authorization") ? 4 : 3);
      g_assert_true (json_object_has_member (headers, "accept") && json_object_has_member (headers, "user-agent"));
      g_string_append_printf (seen, "%.*s=%s;", (int) strcspn (host, ":"), host, shown);
    }
  return g_string_free (g_steal_pointer (&seen), FALSE);
}

/* Each hop is looked at: another host, another port, and the way back from there see no credential; the proxy never does. */
static void
test_hops (void)
{
#define TOKEN "Bearer opensesame"
#define NAMED "Basic YW5uYTpvcGVuIHNlc2FtZSwgw7w="
  const struct
  {
    const char *path; /* %1: this server's port, %2: the other's */
    const char *host; /* the credential's */
    const char *user;
    const char *seen;
  } rows[] = {
    { "/bad/private/file", "one.example", "", "one.example=" TOKEN ";" },
    { "/bad/private/file", "one.example", "anna", "one.example=" NAMED ";" },
    { "/bad/ok/file", "two.example", "", "one.example=nothing;" },
    { "/bad/redirect/file", "one.example", "", "one.example=" TOKEN ";one.example=" TOKEN ";" },
    { "/bad/redirect-to/two.example:%1/file", "one.example", "", "one.example=" TOKEN ";two.example=nothing;" },
    { "/bad/redirect-to/two.example:%1/file", "one.example", "anna", "one.example=" NAMED ";two.example=nothing;" },
    { "/bad/redirect-to/one.example:%2/file", "one.example", "", "one.example=" TOKEN ";one.example=nothing;" },
    { "/bad/redirect-to/one.example:%2/file", "one.example", "anna", "one.example=" NAMED ";one.example=nothing;" },
    { "/bad/redirect-to/two.example:%1/bad/redirect-to/one.example:%1/file", "one.example", "",
      "one.example=" TOKEN ";two.example=nothing;one.example=nothing;" },
    { "/bad/redirect-to/two.example:%1/file", "two.example", "", "one.example=nothing;two.example=nothing;" },
  };
  g_autofree char *log = g_build_filename (folder, "proxy-log", NULL);
  const char *arguments[] = { log, NULL };
  g_autofree char *address = NULL;
  g_autofree char *text = NULL;
  TestServer server, other, proxy;

  (void) unlink (log);
  test_server_start (&server, "server.pem", NULL);
  test_server_start (&other, "server.pem", NULL);
  test_server_start_program (&proxy, "proxy.py", arguments);
  settings.proxy = address = g_strdup_printf ("http://name:word@127.0.0.1:%u", proxy.port);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *secret = *rows[i].user != '\0' ? "open sesame, ü" : "opensesame";
      g_autoptr (SutureCredential) credential = credential_for (rows[i].host, server.port, rows[i].user, secret);
      g_autoptr (GString) url = g_string_new (NULL);
      g_autofree char *this_port = g_strdup_printf ("%u", server.port);
      g_autofree char *other_port = g_strdup_printf ("%u", other.port);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *seen = NULL;

      g_string_printf (url, "https://one.example:%u%s", server.port, rows[i].path);
      g_string_replace (url, "%1", this_port, 0);
      g_string_replace (url, "%2", other_port, 0);
      bytes = suture_download_bytes (url->str, credential, TEST_FETCH_SIZE, NULL, NULL, &error);
      g_assert_no_error (error);
      seen = read_log ();
      g_test_message ("%s as %s: %s", rows[i].path, rows[i].host, seen);
      g_assert_cmpstr (seen, ==, rows[i].seen);
    }
  settings.proxy = NULL;
  g_assert_true (g_file_get_contents (log, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Proxy-Authorization: Basic bmFtZTp3b3Jk"));
  g_assert_null (strstr (text, "sesame"));
  g_assert_null (strstr (text, "Bearer"));
  g_assert_null (strstr (text, "YW5uYT"));
  test_server_stop (&proxy);
  test_server_stop (&other);
  test_server_stop (&server);
}

/* A refusal is one request and one sentence, whatever schemes a server would rather have. */
static void
test_refused (void)
{
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  for (int i = 0; i < 6; i++)
    {
      const char *const names[] = { "private", "401-every-scheme", "401" };
      g_autofree char *url = test_server_address (&server, names[i % 3]);
      g_autoptr (SutureCredential) credential = credential_for ("127.0.0.1", server.port, i % 2 == 0 ? "" : "anna", "wrong");
      g_autofree char *asks = g_strdup_printf ("127.0.0.1:%u asks for a sign-in", server.port);
      g_autofree char *declines = g_strdup_printf ("127.0.0.1:%u did not accept the sign-in", server.port);
      gboolean given = i >= 3;
      g_autoptr (GError) error = NULL;
      g_autofree char *seen = NULL;
      guint http = 0;

      g_assert_null (suture_download_bytes (url, given ? credential : NULL, TEST_FETCH_SIZE, &http, NULL, &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_SIGNED_IN);
      g_assert_cmpstr (error->message, ==, given ? declines : asks);
      g_assert_cmpuint (http, ==, 401);
      seen = read_log ();
      g_assert_nonnull (strchr (seen, ';'));
      g_assert_cmpstr (strchr (seen, ';'), ==, ";");
      g_assert_cmpint (strstr (seen, "nothing") == NULL, ==, given);
    }
  test_server_stop (&server);
}

/* Resuming a private file. */
static void
test_file (void)
{
  g_auto (SutureFd) fd = test_fetch_file (test_fetch_content, 100000);
  g_autoptr (SutureCredential) credential = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  url = test_server_address (&server, "private");
  credential = credential_for ("127.0.0.1", server.port, "", "opensesame");
  g_assert_false (suture_download_file (url, NULL, fd, TEST_FETCH_SIZE, NULL, NULL, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_SIGNED_IN);
  g_clear_error (&error);
  test_fetch_assert_file (fd, 100000);
  g_assert_true (suture_download_file (url, credential, fd, TEST_FETCH_SIZE, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  test_fetch_assert_file (fd, TEST_FETCH_SIZE);
  test_server_stop (&server);
}

/* A credential that is none, that comes twice, or with a descriptor, ends the session before anything is asked. */
static void
test_bad (void)
{
  const char *good = "https://127.0.0.1:1\n\ntoken";
  g_autofree char *long_one = g_strnfill (SUTURE_CREDENTIAL_MAX + 1, 'a');
  g_auto (SutureFd) file = test_fetch_file (test_fetch_content, 10);
  const struct
  {
    const char *first;
    const char *second; /* or NULL */
    gboolean with_fd;
  } rows[] = {
    { "", NULL, FALSE }, { "token", NULL, FALSE }, { "https://127.0.0.1:1\ntoken", NULL, FALSE },
    { "http://127.0.0.1:1\n\ntoken", NULL, FALSE }, { "https://127.0.0.1\n\ntoken", NULL, FALSE },
    { "https://127.0.0.1:1\n\nto ken", NULL, FALSE }, { "https://127.0.0.1:1\n\ntoken\r\nX: y", NULL, FALSE },
    { "https://127.0.0.1:1\nuser\npass\nword", NULL, FALSE }, { "https://127.0.0.1:1\nus:er\nword", NULL, FALSE },
    { good, NULL, TRUE }, { good, good, FALSE }, { long_one, NULL, FALSE },
  };
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (SutureFd) connection = suture_frame_connect (suture_path (SUTURE_PATH_FETCH_SOCKET), NULL);
      const char *request = "0 10 https://127.0.0.1:1/";
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureFrame) answer = NULL;

      /* who was refused has left, and that is all that a peer may see */
      (void) suture_frame_send (connection, "credential", rows[i].first, strlen (rows[i].first),
                                rows[i].with_fd ? file : -1, NULL);
      if (rows[i].second != NULL)
        (void) suture_frame_send (connection, "credential", rows[i].second, strlen (rows[i].second), -1, NULL);
      (void) suture_frame_send (connection, "get", request, strlen (request), ends[1], NULL);
      answer = suture_frame_receive (connection, 64, &error);
      g_assert_null (answer);
    }
  close (ends[0]);
  close (ends[1]);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = test_fetch_begin (&settings);
  g_test_add_func ("/transfer-credential/hops", test_hops);
  g_test_add_func ("/transfer-credential/refused", test_refused);
  g_test_add_func ("/transfer-credential/file", test_file);
  g_test_add_func ("/transfer-credential/bad", test_bad);
  failed = g_test_run ();
  test_fetch_end ();
  return failed;
}
