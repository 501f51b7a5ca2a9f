/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/fetching.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/paths.h"
#include "test-paths.h"

/* What suture-deb is, whoever has taken it over: it says any bytes for any question. */
typedef struct
{
  GSocket *listener; /* (owned) */
  GThread *thread;
  const char *bytes; /* the answer */
  gsize length;
  char question[128];
} Liar;

static gpointer
answer (gpointer data)
{
  Liar *self = data;
  g_autoptr (GSocket) peer = g_socket_accept (self->listener, NULL, NULL);
  gssize got = g_socket_receive (peer, self->question, sizeof self->question - 1, NULL, NULL);

  self->question[MAX (got, 0)] = '\0';
  for (gsize sent = 0; sent < self->length;)
    {
      gssize n = g_socket_send (peer, self->bytes + sent, self->length - sent, NULL, NULL);

      if (n <= 0)
        break;
      sent += (gsize) n;
    }
  return NULL;
}

static void
liar_start (Liar *self, const char *bytes, gsize length)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (suture_path (SUTURE_PATH_DEB_SOCKET));

  (void) g_unlink (suture_path (SUTURE_PATH_DEB_SOCKET));
  self->listener = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  self->bytes = bytes;
  self->length = length;
  g_assert_true (g_socket_bind (self->listener, address, FALSE, NULL) && g_socket_listen (self->listener, NULL));
  self->thread = g_thread_new ("liar", answer, self);
}

static void
liar_stop (Liar *self)
{
  g_thread_join (self->thread);
  g_object_unref (self->listener);
}

static void
count (guint64 done, gpointer user_data)
{
  guint64 *most = user_data;

  *most = MAX (*most, done);
}

/* What comes of @bytes where the list says that "right" comes; @code -1: it is good. */
static void
assert_fetched (const char *bytes, gsize length, int code)
{
  const char *right = "the right package";
  g_autofree char *sha256 = suture_digest_data (right, strlen (right));
  SutureSuite *suite = suture_suite_parse ("Codename: x-security\n", NULL);
  SutureInstalled installed = { .name = (char *) "demo", .called = (char *) "demo:amd64" };
  SutureListed listed = { .suite = suite, .version = (char *) "1:2-3", .sha256 = sha256, .size = strlen (right) };
  SutureCandidate candidate = { .installed = &installed, .listed = &listed };
  g_autofree char *to = g_build_filename (suture_path (SUTURE_PATH_STATE), "demo.deb", NULL);
  Liar liar = { 0 };
  guint64 most = 0;
  g_autoptr (GError) error = NULL;
  gboolean good;

  liar_start (&liar, bytes, length);
  good = suture_fetching_run (&candidate, to, count, &most, &error);
  liar_stop (&liar);
  g_assert_cmpstr (liar.question, ==, "demo:amd64=1:2-3\n");
  g_assert_cmpuint (most, <=, listed.size);
  g_assert_cmpint (good, ==, code < 0);
  if (code >= 0)
    g_assert_error (error, SUTURE_ERROR, code);
  g_assert_cmpint (g_file_test (to, G_FILE_TEST_EXISTS), ==, good);
  (void) g_unlink (to);
  suture_suite_unref (suite);
}

static void
test_compared (void)
{
  g_autofree char *endless = g_malloc0 (4 * 1024 * 1024);

  test_paths_init ();
  assert_fetched ("the right package", strlen ("the right package"), -1);
  assert_fetched ("the wrong package", strlen ("the wrong package"), SUTURE_ERROR_HASH);
  assert_fetched ("the right packag", strlen ("the right packag"), SUTURE_ERROR_HASH);
  assert_fetched ("the right package!", strlen ("the right package!"), SUTURE_ERROR_HASH);
  assert_fetched (endless, 4 * 1024 * 1024, SUTURE_ERROR_HASH);
  assert_fetched ("", 0, SUTURE_ERROR_NETWORK);
  test_paths_clear ();
}

static void
test_nobody (void)
{
  SutureInstalled installed = { .name = (char *) "demo", .called = (char *) "demo" };
  SutureListed listed = { .version = (char *) "1", .sha256 = (char *) "", .size = 1 };
  SutureCandidate candidate = { .installed = &installed, .listed = &listed };
  g_autoptr (GError) error = NULL;
  g_autofree char *to = NULL;

  test_paths_init ();
  to = g_build_filename (suture_path (SUTURE_PATH_STATE), "demo.deb", NULL);
  g_assert_false (suture_fetching_run (&candidate, to, count, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetching/compared", test_compared);
  g_test_add_func ("/fetching/nobody", test_nobody);
  return g_test_run ();
}
