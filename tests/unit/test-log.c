/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/log.h"

/* CVE-2023-28101: what a publisher or a caller wrote must not become a second record or steer a terminal. */
static void
test_clean (void)
{
  const struct
  {
    const char *message, *written;
  } rows[] = {
    { "plain", "plain" },
    { "one\ntwo", "one two" },
    { "a\033[31mb\r", "a[31mb" },
    { "a\xe2\x80\xae" "b", "ab" },
    { "\xff", "\xef\xbf\xbd" },
    { NULL, "" },
  };
  g_autofree char *longest = g_strnfill (1024 * 1024, 'a');
  g_autofree char *cut = suture_log_clean (longest);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *written = suture_log_clean (rows[i].message);

      g_assert_cmpstr (written, ==, rows[i].written);
    }
  g_assert_cmpuint (strlen (cut), ==, 4096);
}

static void
test_written (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_writer_func (suture_log_write, NULL, NULL);
      g_message ("one\ntwo \033[31m");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*one two ?31m\n*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/clean", test_clean);
  g_test_add_func ("/log/written", test_written);
  return g_test_run ();
}
