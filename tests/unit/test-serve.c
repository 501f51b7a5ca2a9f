/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/serve.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/paths.h"
#include "test-paths.h"
#include "test-tree.h"

#define ANSWER_MAX 4096

static gpointer
serve (gpointer socket)
{
  suture_serve (GPOINTER_TO_INT (socket));
  return NULL;
}

/* What is said until the result, where @request was asked; *@words: how many frames of progress there were. */
static char *
ask (const char *request, guint *words)
{
  int pair[2];
  GThread *thread;
  char *result = NULL;

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  thread = g_thread_new ("serve", serve, GINT_TO_POINTER (pair[1]));
  g_assert_true (suture_frame_send (pair[0], "request", request, strlen (request), -1, NULL));
  g_assert_true (suture_frame_send (pair[0], "end", "", 0, -1, NULL));
  for (*words = 0; result == NULL; (*words)++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureFrame) frame = suture_frame_receive (pair[0], ANSWER_MAX, &error);

      g_assert_no_error (error);
      if (g_str_equal (frame->tag, "result"))
        result = g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
      else
        g_assert_cmpstr (frame->tag, ==, "progress");
    }
  (*words)--;
  g_thread_join (thread);
  (void) close (pair[0]);
  (void) close (pair[1]);
  return result;
}

static void
test_unknown (void)
{
  guint words = 0;
  g_autofree char *result = ask ("sing", &words);

  g_assert_nonnull (strstr (result, "InvalidArgument"));
  g_assert_cmpuint (words, ==, 0);
}

/* A program that it waits for takes its time: the peer hears that the work goes on, and then how it ended. */
static void
test_patience (void)
{
  g_autofree char *programs = test_tree_new ();
  g_autofree char *path = g_strconcat (programs, ":", g_getenv ("PATH"), NULL);
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *result = NULL;
  guint words = 0;

  test_paths_init ();
  g_assert_no_errno (g_mkdir_with_parents (suture_path (SUTURE_PATH_LOCAL_STATE), 0755));
  test_tree_write (programs, "/dpkg", "#!/bin/sh\nsleep 7\nexit 1\n", 0755);
  g_assert_true (g_setenv ("PATH", path, TRUE));
  result = ask ("check", &words);
  g_assert_true (g_setenv ("PATH", before, TRUE));
  g_assert_nonnull (strstr (result, "dpkg failed"));
  g_assert_cmpuint (words, >=, 2);
  test_paths_clear ();
  test_tree_remove (programs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve/unknown", test_unknown);
  g_test_add_func ("/serve/patience", test_patience);
  return g_test_run ();
}
