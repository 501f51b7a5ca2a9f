/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/release.h"

#include <gio/gio.h>
#include <unistd.h>

#include "base/error.h"
#include "test-paths.h"

static SutureRelease *
load (const char *text, GError **error)
{
  g_assert_true (g_file_set_contents (suture_path (SUTURE_PATH_OS_RELEASE), text, -1, NULL));
  return suture_release_load (error);
}

static void
assert_role (const char *text, const char *start, const char *pretty_name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureRelease) release = load (text, &error);
  g_autofree char *role = NULL;
  g_autofree char *expected = NULL;

  g_assert_no_error (error);
  role = suture_release_role (release);
  expected = g_strdup_printf ("%s-%s", start, release->architecture);
  g_assert_cmpstr (role, ==, expected);
  g_assert_cmpstr (release->pretty_name, ==, pretty_name);
}

static void
test_load (void)
{
  test_paths_init ();
  assert_role ("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n",
               "debian-12", "Debian GNU/Linux 12 (bookworm)");
  assert_role ("ID_LIKE=debian\n# ID=commented\nID='ubuntu'\nVERSION_ID=24.04", "ubuntu-24.04", "ubuntu");
  assert_role ("ID=arch\nPRETTY_NAME=Arch", "arch", "Arch");
  test_paths_clear ();
}

static void
test_refused (void)
{
  const char *rows[] = { "", "NAME=x\n", "ID=\n", "ID=\"a b\"\n", "ID=../x\n", "ID=Debian\n", "ID=debian\nVERSION_ID=../..\n",
                         "ID=debian\nVERSION_ID=\"1 2\"\n", "ID=\"unfinished\n" };
  g_autoptr (GError) error = NULL;

  test_paths_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) why = NULL;

      g_test_message ("%s", rows[i]);
      g_assert_null (load (rows[i], &why));
      g_assert_error (why, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
  g_assert_cmpint (unlink (suture_path (SUTURE_PATH_OS_RELEASE)), ==, 0);
  g_assert_null (suture_release_load (&error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/release/load", test_load);
  g_test_add_func ("/release/refused", test_refused);
  return g_test_run ();
}
