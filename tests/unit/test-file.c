/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "test-paths.h"

static int folder = -1;

static void
begin (void)
{
  folder = suture_file_open_folder (test_paths_init (), 0, NULL);
  g_assert_cmpint (folder, >=, 0);
}

static void
end (void)
{
  close (folder);
  test_paths_clear ();
}

static guint
count_entries (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
assert_content (const char *name, const char *content)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = suture_file_read (folder, name, 100, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), content, strlen (content));
}

static void
test_replace (void)
{
  g_autoptr (GError) error = NULL;
  struct stat status;
  guint before;

  begin ();
  before = count_entries ();
  g_assert_true (suture_file_replace (folder, "a", "one", 3, 0640, &error));
  assert_content ("a", "one");
  g_assert_cmpint (fstatat (folder, "a", &status, 0), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0640);
  g_assert_true (suture_file_replace (folder, "a", "", 0, 0600, &error));
  assert_content ("a", "");
  g_assert_cmpuint (count_entries (), ==, before + 1);
  /* a name that is taken by a folder: an error, nothing left over */
  g_assert_cmpint (mkdirat (folder, "d", 0700), ==, 0);
  g_assert_false (suture_file_replace (folder, "d", "x", 1, 0600, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED);
  g_assert_cmpuint (count_entries (), ==, before + 2);
  end ();
}

/* Whoever holds the old file keeps it, and a link that was planted is replaced, not followed. */
static void
test_replace_link (void)
{
  g_autoptr (GError) error = NULL;
  struct stat status;

  begin ();
  g_assert_true (suture_file_replace (folder, "other", "mine", 4, 0600, &error));
  g_assert_cmpint (symlinkat ("other", folder, "a"), ==, 0);
  g_assert_cmpint (symlinkat ("other", folder, ".a.new"), ==, 0);
  g_assert_true (suture_file_replace (folder, "a", "new", 3, 0600, &error));
  assert_content ("other", "mine");
  assert_content ("a", "new");
  g_assert_cmpint (fstatat (folder, "a", &status, AT_SYMLINK_NOFOLLOW), ==, 0);
  g_assert_true (S_ISREG (status.st_mode));
  end ();
}

static void
assert_not_read (const char *name, gsize max_length, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (suture_file_read (folder, name, max_length, &error));
  g_assert_error (error, SUTURE_ERROR, code);
}

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;

  begin ();
  g_assert_true (suture_file_replace (folder, "a", "12345", 5, 0600, &error));
  g_assert_cmpint (symlinkat ("a", folder, "link"), ==, 0);
  g_assert_cmpint (mkfifoat (folder, "fifo", 0600), ==, 0);
  assert_content ("a", "12345");
  assert_not_read ("a", 4, SUTURE_ERROR_MALFORMED);
  assert_not_read ("missing", 100, SUTURE_ERROR_NOT_FOUND);
  assert_not_read ("usr", 100, SUTURE_ERROR_MALFORMED);
  assert_not_read ("fifo", 100, SUTURE_ERROR_MALFORMED); /* and does not hang */
  assert_not_read ("link", 100, SUTURE_ERROR_FAILED);
  assert_not_read ("a/b", 100, SUTURE_ERROR_FAILED);
  end ();
}

static void
test_resolved (void)
{
  g_auto (SutureFd) handle = -1;

  begin ();
  g_assert_cmpint (mkdirat (folder, "f", 0755), ==, 0);
  g_assert_cmpint (symlinkat ("..", folder, "f/up"), ==, 0);
  g_assert_cmpint (symlinkat ("f", folder, "l"), ==, 0);
  g_assert_cmpint (suture_file_open_resolved (folder, "l/up", O_PATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS), ==, -1);
  g_assert_cmpint (errno, ==, ELOOP);
  g_assert_cmpint (suture_file_open_resolved (folder, "l/up/..", O_PATH, RESOLVE_BENEATH), ==, -1);
  g_assert_cmpint (errno, ==, EXDEV);
  handle = suture_file_open_resolved (folder, "l/up", O_PATH, RESOLVE_BENEATH);
  g_assert_cmpint (handle, >=, 0);
  g_assert_cmpint (fcntl (handle, F_GETFD), ==, FD_CLOEXEC);
  g_assert_cmpint (unlinkat (folder, "f/up", 0), ==, 0);
  end ();
}

static void
test_unnamed (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) fd = -1;
  guint before;

  begin ();
  before = count_entries ();
  fd = suture_file_unnamed (folder, 0600, &error);
  g_assert_no_error (error);
  g_assert_true (suture_file_write_all (fd, "abc", 3, &error));
  g_assert_cmpuint (count_entries (), ==, before);
  g_assert_true (suture_file_link (fd, folder, "a", &error));
  assert_content ("a", "abc");
  g_assert_cmpuint (count_entries (), ==, before + 1);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  end ();
}

static void
test_remove (void)
{
  g_autoptr (GError) error = NULL;

  begin ();
  g_assert_true (suture_file_replace (folder, "a", "x", 1, 0600, &error));
  g_assert_true (suture_file_remove (folder, "a", &error));
  assert_not_read ("a", 100, SUTURE_ERROR_NOT_FOUND);
  g_assert_true (suture_file_remove (folder, "a", &error));
  g_assert_false (suture_file_remove (folder, "usr", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED);
  end ();
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (test_paths_init (), "x", "y", NULL);
  g_auto (SutureFd) made = -1;
  struct stat status;

  g_assert_cmpint (suture_file_open_folder (path, 0, &error), ==, -1);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED);
  g_clear_error (&error);
  made = suture_file_open_folder (path, 0700, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fstat (made, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
  g_assert_cmpint (suture_file_open_folder ("/proc/self/exe", 0, &error), ==, -1);
  g_assert_nonnull (error);
  test_paths_clear ();
}

static void
test_write_error (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) full = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (full, >=, 0);
  g_assert_false (suture_file_write_all (full, "x", 1, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE);
}

/* A folder that takes no files: the error says which one it was about. */
static void
test_refused (void)
{
  g_auto (SutureFd) proc = suture_file_open_folder ("/proc", 0, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (suture_file_replace (proc, "state", "x", 1, 0600, &error));
  g_assert_true (g_str_has_prefix (error->message, "state: could not make a temporary file: "));
}

static void
test_descriptors (void)
{
  g_auto (SutureFd) fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int number = fd;
  int stolen = suture_fd_steal (&fd);

  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (stolen, ==, number);
  suture_fd_close (&stolen);
  g_assert_cmpint (stolen, ==, -1);
  g_assert_cmpint (fcntl (number, F_GETFD), ==, -1);
  suture_fd_clear (-1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file/replace", test_replace);
  g_test_add_func ("/file/replace-link", test_replace_link);
  g_test_add_func ("/file/read", test_read);
  g_test_add_func ("/file/resolved", test_resolved);
  g_test_add_func ("/file/unnamed", test_unnamed);
  g_test_add_func ("/file/remove", test_remove);
  g_test_add_func ("/file/folder", test_folder);
  g_test_add_func ("/file/write-error", test_write_error);
  g_test_add_func ("/file/refused", test_refused);
  g_test_add_func ("/file/descriptors", test_descriptors);
  return g_test_run ();
}
