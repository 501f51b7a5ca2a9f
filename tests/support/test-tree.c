/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-tree.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void
test_tree_be_root (void)
{
  const char *const files[] = { "/proc/self/setgroups", "/proc/self/uid_map", "/proc/self/gid_map" };
  g_autofree char *uids = g_strdup_printf ("0 %u 1", geteuid ());
  g_autofree char *gids = g_strdup_printf ("0 %u 1", getegid ());
  const char *const texts[] = { "deny", uids, gids };

  umask (022);
  if (geteuid () == 0)
    return;
  g_assert_no_errno (unshare (CLONE_NEWUSER));
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      int fd = open (files[i], O_WRONLY | O_CLOEXEC);

      g_assert_no_errno (fd);
      g_assert_cmpint (write (fd, texts[i], strlen (texts[i])), ==, (gssize) strlen (texts[i]));
      close (fd);
    }
}

char *
test_tree_new (void)
{
  char *top = g_dir_make_tmp ("suture-test-XXXXXX", NULL);

  g_assert_nonnull (top);
  g_assert_no_errno (g_chmod (top, 0755));
  return top;
}

static int
remove_one (const char *path, const struct stat *status, int kind, struct FTW *walk)
{
  return remove (path);
}

void
test_tree_remove (const char *top)
{
  g_assert_no_errno (nftw (top, remove_one, 16, FTW_DEPTH | FTW_PHYS));
}

static char *
below (const char *top, const char *path)
{
  char *full = g_strconcat (top, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  return full;
}

void
test_tree_write (const char *top, const char *path, const char *content, guint mode)
{
  g_autofree char *full = below (top, path);

  g_assert_true (g_file_set_contents (full, content, -1, NULL));
  g_assert_no_errno (g_chmod (full, (int) mode));
}

void
test_tree_link (const char *top, const char *path, const char *target)
{
  g_autofree char *full = below (top, path);

  g_assert_no_errno (symlink (target, full));
}

void
test_tree_unlink (const char *top, const char *path)
{
  g_autofree char *full = below (top, path);

  g_assert_no_errno (remove (full));
}

int
test_tree_open (const char *top, const char *path)
{
  g_autofree char *full = g_strconcat (top, path, NULL);
  int fd = open (full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_no_errno (fd);
  return fd;
}
