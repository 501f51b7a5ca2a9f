/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "health/trial.h"

#include <sys/socket.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"

/* Programs of the system that the tests run on: coreutils' answer to --version is in their manuals, false's is 1. */
static const struct
{
  const char *program, *answer;
} rows[] = {
  { "/usr/bin/true", "passed" },
  { "/usr/bin/false", "status 1" },
  { "/usr/bin/there-is-no-such-program", "unfit" },
  { "/usr/bin/bash", "unfit" },           /* a shell */
  { "/usr/bin/ldd", "unfit" },            /* a script */
  { "/usr/bin/awk", "unfit" },            /* a link */
  { "/usr/bin/su", "unfit" },             /* a privilege of its own */
  { "/usr/bin", "unfit" },
  { "/bin/true", "unfit" },
  { "/usr/bin/../bin/true", "unfit" },
  { "/usr/lib/os-release", "unfit" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *answer = suture_trial_run (rows[i].program, 10);

      g_assert_cmpstr (answer, ==, rows[i].answer);
    }
}

/* What @request of @tag is answered with; NULL: with nothing. */
static char *
ask (const char *tag, const char *request)
{
  g_auto (SutureFd) ours = -1;
  g_auto (SutureFd) theirs = -1;
  g_autoptr (SutureFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  ours = pair[0];
  theirs = pair[1];
  g_assert_true (suture_frame_send (ours, tag, request, strlen (request), -1, NULL));
  if (!suture_trial_serve (theirs, &error))
    {
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
      return NULL;
    }
  frame = suture_frame_receive (ours, 100, NULL);
  g_assert_nonnull (frame);
  g_assert_cmpstr (frame->tag, ==, "answer");
  return g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
}

static void
test_served (void)
{
  g_autofree char *passed = ask ("try", "10 /usr/bin/true");
  g_autofree char *unfit = ask ("try", "10 /etc/passwd");

  g_assert_cmpstr (passed, ==, "passed");
  g_assert_cmpstr (unfit, ==, "unfit");
  g_assert_null (ask ("run", "10 /usr/bin/true"));
  g_assert_null (ask ("try", "0 /usr/bin/true"));
  g_assert_null (ask ("try", "301 /usr/bin/true"));
  g_assert_null (ask ("try", "/usr/bin/true"));
  g_assert_null (ask ("try", "10 /usr/bin/true --help"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial/rows", test_rows);
  g_test_add_func ("/trial/served", test_served);
  return g_test_run ();
}
