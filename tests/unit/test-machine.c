/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/machine.h"

#include <unistd.h>

#include "base/paths.h"
#include "test-paths.h"

/* What `systemd-id128 machine-id --app-specific=aeb4776e860a43c28bac7e924f694a05` of systemd 252 says. */
static void
test_read (void)
{
  const struct
  {
    const char *file, *id;
  } rows[] = {
    { "3d1219c7c4c5404aaa1f6d2a48adfda4\n", "26a77c6d232d4a1ab12bc1f8383e4ac3" },
    { "00112233445566778899aabbccddeeff\n", "4d77d65fc9484ffb8a6aaaa8ea09176b" },
    { "00112233445566778899aabbccddeeff", "4d77d65fc9484ffb8a6aaaa8ea09176b" },
    { "uninitialized\n", NULL },
    { "", NULL },
    { "\n", NULL },
    { "00000000000000000000000000000000\n", NULL },
    { "00112233445566778899aabbccddeef\n", NULL },
    { "00112233445566778899aabbccddeefg\n", NULL },
    { "00112233445566778899aabbccddeefff", NULL },
    { "00112233-4455-6677-8899-aabbccddeeff\n", NULL },
  };

  test_paths_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *id = NULL;

      g_assert_true (g_file_set_contents (suture_path (SUTURE_PATH_MACHINE_ID), rows[i].file, -1, NULL));
      id = suture_machine_read_id ();
      g_assert_cmpstr (id, ==, rows[i].id);
    }
  g_assert_cmpint (unlink (suture_path (SUTURE_PATH_MACHINE_ID)), ==, 0);
  g_assert_null (suture_machine_read_id ());
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/read", test_read);
  return g_test_run ();
}
