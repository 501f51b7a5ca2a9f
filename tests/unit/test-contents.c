/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/contents.h"

#include "base/error.h"

static void
assert_entry (GPtrArray *entries, guint index, const char *path, mode_t mode, gboolean is_roots)
{
  const SutureEntry *entry = g_ptr_array_index (entries, index);

  g_assert_cmpstr (entry->path, ==, path);
  g_assert_cmpuint (entry->mode, ==, mode);
  g_assert_cmpint (entry->is_roots, ==, is_roots);
}

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = suture_contents_parse (
      "drwxr-xr-x root/root         0 2026-01-01 12:00 ./\n"
      "-rwsr-xr-x root/root     12345 2026-01-01 12:00 ./usr/bin/with a space\n"
      "-rwxr-sr-x root/shadow   12345 2026-01-01 12:00 ./usr/bin/chage\n"
      "drwxrwxrwt 0/0               0 2026-01-01 12:00 ./var/tmp/\n"
      "lrwxrwxrwx root/root         0 2026-01-01 12:00 ./usr/lib/a -> ../../etc/a -> b\n"
      "hrw-r--r-- root/root         0 2026-01-01 12:00 ./usr/lib/b link to ./usr/lib/c\n"
      "-rw-r--r-- root/root         0 2026-01-01 12:00 ./usr/lib/d -> e\n"
      "crw-r--r-- root/root       1,3 2026-01-01 12:00 ./dev/null\n", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 8);
  assert_entry (entries, 0, "/", S_IFDIR | 0755, TRUE);
  assert_entry (entries, 1, "/usr/bin/with a space", S_IFREG | 04755, TRUE);
  assert_entry (entries, 2, "/usr/bin/chage", S_IFREG | 02755, FALSE);
  assert_entry (entries, 3, "/var/tmp", S_IFDIR | 01777, TRUE);
  assert_entry (entries, 4, "/usr/lib/a", S_IFLNK | 0777, TRUE);
  assert_entry (entries, 5, "/usr/lib/b", S_IFREG | 0644, TRUE);
  /* of a file an arrow is part of its name */
  assert_entry (entries, 6, "/usr/lib/d -> e", S_IFREG | 0644, TRUE);
  assert_entry (entries, 7, "/dev/null", 0644, TRUE);
}

static void
test_malformed (void)
{
  const char *const bad[] = { "nonsense\n", "-rw-r--r-- root/root 1 2026-01-01 12:00 ./usr/../etc/passwd\n",
                              "-rw-r--r-- root/root 1 2026-01-01 12:00 ./usr/a\\nb\n",
                              "-rw-r--r-- root/root 1 2026-01-01 12:00 usr/relative\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (suture_contents_parse (bad[i], &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/contents/parse", test_parse);
  g_test_add_func ("/contents/malformed", test_malformed);
  return g_test_run ();
}
