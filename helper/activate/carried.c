/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/carried.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *path;      /* (owned) */
  uint64_t id;
  uint64_t parent;
  int fd;          /* the copy; -1 when it lies inside another, whose copy has it (owned) */
  dev_t device;    /* of the copy's root */
  ino_t inode;
} Mount;

struct _SutureCarried
{
  Mount *mounts; /* (owned) */
  size_t length;
};

void
suture_carried_unescape (char *field)
{
  char *to = field;

  for (const char *at = field; *at != '\0'; to++)
    {
      int value = 0, digits = 0;

      if (*at == '\\')
        for (; digits < 3 && at[digits + 1] >= '0' && at[digits + 1] <= '7'; digits++)
          value = value * 8 + at[digits + 1] - '0';
      *to = digits == 3 ? (char) value : *at;
      at += digits == 3 ? 4 : 1;
    }
  *to = '\0';
}

/* 0 when there is nothing. */
static uint64_t
mount_id (const char *path)
{
  struct statx status;

  if (statx (AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MNT_ID, &status) < 0)
    return 0;
  return status.stx_mnt_id;
}

static bool
is_below (const char *path, const char *folder)
{
  size_t length = strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == '/';
}

static bool
add (SutureCarried *self, const char *path, uint64_t id, uint64_t parent)
{
  Mount *more = reallocarray (self->mounts, self->length + 1, sizeof *more);

  if (more == NULL)
    return false;
  self->mounts = more;
  more += self->length;
  *more = (Mount){ .path = strdup (path), .id = id, .parent = parent, .fd = -1 };
  self->length++;
  return more->path != NULL;
}

static bool
add_line (SutureCarried *self, char *line, const char *folder)
{
  uint64_t id, parent;
  char *path;
  int at = 0;

  /* proc(5): mount ID, parent ID, major:minor, root, mount point, … */
  if (sscanf (line, "%" SCNu64 " %" SCNu64 " %*s %*s %n", &id, &parent, &at) != 2 || at == 0)
    return true;
  path = line + at;
  path[strcspn (path, " ")] = '\0';
  suture_carried_unescape (path);
  return !is_below (path, folder) || mount_id (path) != id || add (self, path, id, parent);
}

static bool
add_visible (SutureCarried *self, const char *folder)
{
  FILE *info = fopen ("/proc/self/mountinfo", "re");
  bool ok = info != NULL;
  char *line = NULL;
  size_t size = 0;

  while (ok && getline (&line, &size, info) > 0)
    ok = add_line (self, line, folder);
  ok = ok && !ferror (info);
  free (line);
  if (info != NULL)
    (void) fclose (info);
  return ok;
}

static bool
has (const SutureCarried *self, uint64_t id)
{
  for (size_t i = 0; i < self->length; i++)
    if (self->mounts[i].id == id)
      return true;
  return false;
}

static bool
copy (Mount *mount)
{
  struct mount_attr private = { .propagation = MS_PRIVATE };
  struct stat status;

  mount->fd = open_tree (AT_FDCWD, mount->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (mount->fd < 0 || fstat (mount->fd, &status) < 0
      || mount_setattr (mount->fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &private, sizeof private) < 0)
    return false;
  mount->device = status.st_dev;
  mount->inode = status.st_ino;
  return true;
}

SutureCarried *
suture_carried_collect (const char *folder)
{
  SutureCarried *self = calloc (1, sizeof *self);
  bool ok = self != NULL && add_visible (self, folder);
  int errsv;

  for (size_t i = 0; ok && i < self->length; i++)
    if (!has (self, self->mounts[i].parent))
      ok = copy (&self->mounts[i]);
  if (ok)
    return self;
  errsv = errno;
  suture_carried_free (self);
  errno = errsv;
  return NULL;
}

const char *
suture_carried_restore (SutureCarried *self)
{
  const char *lost = NULL;
  int errsv = 0;

  for (size_t i = 0; self != NULL && i < self->length; i++)
    {
      const Mount *mount = &self->mounts[i];
      struct stat status;

      if (mount->fd < 0
          || (lstat (mount->path, &status) == 0 && status.st_dev == mount->device && status.st_ino == mount->inode))
        continue;
      if (move_mount (mount->fd, "", AT_FDCWD, mount->path, MOVE_MOUNT_F_EMPTY_PATH) < 0 && lost == NULL)
        {
          errsv = errno;
          lost = mount->path;
        }
    }
  errno = errsv;
  return lost;
}

void
suture_carried_free (SutureCarried *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->length; i++)
    {
      free (self->mounts[i].path);
      if (self->mounts[i].fd >= 0)
        (void) close (self->mounts[i].fd);
    }
  free (self->mounts);
  free (self);
}
