/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/request.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

/* Both ends in one process: what is sent has to fit into the socket's buffer. */
typedef struct
{
  int here, there;
} Pair;

static Pair
pair_new (void)
{
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  return (Pair){ ends[0], ends[1] };
}

static void
say (const Pair *pair, const char *tag, const char *text, int fd)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (suture_frame_send (pair->here, tag, text, strlen (text), fd, &error));
  g_assert_no_error (error);
}

/* What the other end makes of it once this end has closed. */
static SutureRequest *
hear (Pair *pair, GError **error)
{
  SutureRequest *request;

  close (pair->here);
  request = suture_request_receive (pair->there, error);
  close (pair->there);
  return request;
}

static void
hear_refused (Pair *pair, SutureError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureRequest) request = hear (pair, &error);

  g_assert_null (request);
  g_assert_error (error, SUTURE_ERROR, (int) code);
}

static void
test_words (void)
{
  const char *bad[] = { "", " ", "install", "install a", "install a b c", "install  a b", "install a b ", "install ../a b",
                        "install a .b", "install A b", "remove", "remove a b", "remove ..", "remove /etc", "remove a\n",
                        "list x", "rescan x", "reconsider now", "boot", "Install a b", "local", "local maybe", "local on off", "local  on", "local on ", "install\ta\tb", "remove \xc3\xa4" };
  const struct
  {
    const char *words;
    SutureRequestKind kind;
    const char *feed, *id;
  } good[] = { { "install demo openssl-a", SUTURE_REQUEST_INSTALL, "demo", "openssl-a" },
               { "remove openssl-a", SUTURE_REQUEST_REMOVE, NULL, "openssl-a" },
               { "list", SUTURE_REQUEST_LIST, NULL, NULL },
               { "rescan", SUTURE_REQUEST_LIST, NULL, NULL },
               { "reconsider", SUTURE_REQUEST_RECONSIDER, NULL, NULL },
               { "local on", SUTURE_REQUEST_LOCAL_ON, NULL, NULL },
               { "local off", SUTURE_REQUEST_LOCAL_OFF, NULL, NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (bad[i], strlen (bad[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (suture_request_parse (bytes, &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (good[i].words, strlen (good[i].words));
      g_autoptr (SutureRequest) request = suture_request_parse (bytes, NULL);

      g_assert_nonnull (request);
      g_assert_cmpint (request->kind, ==, good[i].kind);
      g_assert_cmpstr (request->feed, ==, good[i].feed);
      g_assert_cmpstr (request->id, ==, good[i].id);
    }
}

/* A zero byte must not hide what comes behind it. */
static void
test_zero_byte (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("list\0remove a", 13);
  g_autoptr (GError) error = NULL;

  g_assert_null (suture_request_parse (bytes, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
}

static void
test_install (void)
{
  g_auto (SutureFd) image = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  Pair pair = pair_new ();
  g_autoptr (SutureRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  say (&pair, "request", "install demo a", -1);
  say (&pair, "timestamp.json", "{}", -1);
  say (&pair, "2.root.json", "{ }", -1);
  say (&pair, "image", "", image);
  say (&pair, "manifest", "[]", -1);
  say (&pair, "end", "", -1);
  request = hear (&pair, &error);
  g_assert_no_error (error);
  g_assert_cmpint (request->image, >=, 0);
  g_assert_cmpuint (g_bytes_get_size (request->manifest), ==, 2);
  g_assert_cmpuint (g_bytes_get_size (suture_bundle_lookup (request->bundle, "2.root.json")), ==, 3);
}

static void
test_incomplete (void)
{
  const char *first[] = { NULL, "timestamp.json", "manifest" };

  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    {
      Pair pair = pair_new ();

      say (&pair, "request", "install demo a", -1);
      if (first[i] != NULL)
        say (&pair, first[i], "{}", -1);
      say (&pair, "end", "", -1);
      hear_refused (&pair, SUTURE_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_does_not_belong (void)
{
  const struct
  {
    const char *words, *tag;
    gboolean fd;
    int times;
  } rows[] = { { "list", "manifest", FALSE, 1 },           { "remove a", "image", TRUE, 1 },
               { "install demo a", "image", FALSE, 1 },    { "install demo a", "image", TRUE, 2 },
               { "install demo a", "manifest", TRUE, 1 },  { "install demo a", "manifest", FALSE, 2 },
               { "install demo a", "a.json", TRUE, 1 },    { "install demo a", "a.json", FALSE, 2 },
               { "install demo a", "passwd", FALSE, 1 },   { "install demo a", "request", FALSE, 1 },
               { "list", "end", TRUE, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (SutureFd) image = open ("/dev/null", O_RDONLY | O_CLOEXEC);
      Pair pair = pair_new ();

      say (&pair, "request", rows[i].words, -1);
      for (int n = 0; n < rows[i].times; n++)
        say (&pair, rows[i].tag, "", rows[i].fd ? image : -1);
      hear_refused (&pair, SUTURE_ERROR_MALFORMED);
    }
}

static void
test_breaks_off (void)
{
  Pair silent = pair_new ();
  Pair half = pair_new ();
  Pair other = pair_new ();

  hear_refused (&silent, SUTURE_ERROR_INTERRUPTED);
  say (&half, "request", "install demo a", -1);
  say (&half, "timestamp.json", "{}", -1);
  hear_refused (&half, SUTURE_ERROR_INTERRUPTED);
  say (&other, "hello", "list", -1);
  hear_refused (&other, SUTURE_ERROR_MALFORMED);
}

/* However many frames are sent, memory stays bounded and it ends with a sentence. */
static gpointer
flood (gpointer data)
{
  const Pair *pair = data;
  g_autoptr (GError) error = NULL;

  if (suture_frame_send (pair->here, "request", "install demo a", strlen ("install demo a"), -1, NULL))
    for (guint i = 0; i < 100000; i++)
      {
        g_autofree char *tag = g_strdup_printf ("%u.root.json", i);

        if (!suture_frame_send (pair->here, tag, "{}", 2, -1, &error))
          break;
      }
  close (pair->here);
  return NULL;
}

static void
test_flood (void)
{
  Pair pair = pair_new ();
  GThread *thread = g_thread_new ("flood", flood, &pair);
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureRequest) request = suture_request_receive (pair.there, &error);

  g_assert_null (request);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  close (pair.there);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/words", test_words);
  g_test_add_func ("/request/zero-byte", test_zero_byte);
  g_test_add_func ("/request/install", test_install);
  g_test_add_func ("/request/incomplete", test_incomplete);
  g_test_add_func ("/request/does-not-belong", test_does_not_belong);
  g_test_add_func ("/request/breaks-off", test_breaks_off);
  g_test_add_func ("/request/flood", test_flood);
  return g_test_run ();
}
