/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verify/content.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/release.h"

/* What is at a path: nothing, a regular file or a link with its content, or anything else. */
typedef enum
{
  FOUND_NOTHING,
  FOUND_REGULAR,
  FOUND_SYMLINK,
  FOUND_OTHER,
} FoundKind;

typedef struct
{
  FoundKind kind;
  guint mode;    /* permission bits */
  char *content; /* SHA-256 in hex, or the link's target; NULL for the other kinds (owned) */
} Found;

static void
found_clear (Found *self)
{
  g_clear_pointer (&self->content, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static const char *const state_names[] = {
  [SUTURE_CONTENT_APPLIES] = "applies",
  [SUTURE_CONTENT_INCLUDED] = "included",
  [SUTURE_CONTENT_SUPERSEDED] = "superseded",
  [SUTURE_CONTENT_MIXED] = "mixed",
  [SUTURE_CONTENT_NOT_INSTALLED] = "not-installed",
  [SUTURE_CONTENT_OTHER_BASE] = "other-base",
};
G_STATIC_ASSERT (G_N_ELEMENTS (state_names) == SUTURE_CONTENT_OTHER_BASE + 1);

const char *
suture_content_to_string (SutureContentState state)
{
  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (state_names), "superseded");

  return state_names[state];
}

void
suture_content_clear (SutureContent *self)
{
  g_clear_pointer (&self->path, g_free);
}

int
suture_content_open (int usr, const char *path, int flags)
{
  g_return_val_if_fail (g_str_has_prefix (path, "/usr/"), (errno = EINVAL, -1));

  return suture_file_open_resolved (usr, path + strlen ("/usr/"), flags,
                                    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

int
suture_content_open_regular (int usr, const char *path)
{
  /* O_PATH first: opening a device or a FIFO for reading may have effects of its own */
  g_auto (SutureFd) handle = suture_content_open (usr, path, O_PATH | O_NOFOLLOW);
  g_auto (SutureFd) fd = -1;
  struct stat status;

  if (handle < 0)
    {
      if (errno == ENOTDIR || errno == ELOOP)
        errno = EINVAL;
      return -1;
    }
  if (fstat (handle, &status) < 0)
    return -1;
  if (!S_ISREG (status.st_mode))
    return errno = EINVAL, -1;
  fd = suture_content_open (usr, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat (fd, &status) < 0)
    return -1;
  if (!S_ISREG (status.st_mode))
    return errno = EINVAL, -1;
  return suture_fd_steal (&fd);
}

static gboolean
look (int usr, const char *path, Found *found, GError **error)
{
  g_auto (SutureFd) handle = suture_content_open (usr, path, O_PATH | O_NOFOLLOW);
  struct stat status;

  found->kind = FOUND_NOTHING;
  if (handle < 0 && errno == ENOENT)
    return TRUE;
  /* a file or a link in a folder's place: whatever it leads to is not what was signed */
  found->kind = FOUND_OTHER;
  if (handle < 0 && (errno == ENOTDIR || errno == ELOOP || errno == EXDEV))
    return TRUE;
  if (handle < 0 || fstat (handle, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);

  found->mode = status.st_mode & 07777;
  if (S_ISREG (status.st_mode))
    {
      g_auto (SutureFd) fd = suture_content_open_regular (usr, path);

      if (fd < 0)
        return suture_error_set_errno (error, errno, "could not open %s", path);
      found->content = suture_digest_fd (fd, NULL, error);
      if (found->content == NULL)
        {
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
      found->kind = FOUND_REGULAR;
    }
  else if (S_ISLNK (status.st_mode))
    {
      char target[PATH_MAX + 1];
      ssize_t length = readlinkat (handle, "", target, sizeof target - 1);

      if (length < 0)
        return suture_error_set_errno (error, errno, "could not read the link %s", path);
      found->content = g_strndup (target, (gsize) length);
      found->kind = FOUND_SYMLINK;
    }
  return TRUE;
}

static void
found_free (gpointer data)
{
  found_clear (data);
  g_free (data);
}

GHashTable *
suture_content_seen_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, found_free);
}

static Found *
found_copy (const Found *found)
{
  Found *copy = g_new (Found, 1);

  *copy = (Found){ found->kind, found->mode, g_strdup (found->content) };
  return copy;
}

/* As look (), but each path once for all who share @seen (nullable). */
static gboolean
look_once (GHashTable *seen, int usr, const char *path, Found *found, GError **error)
{
  const Found *before = seen != NULL ? g_hash_table_lookup (seen, path) : NULL;

  if (before != NULL)
    {
      *found = (Found){ before->kind, before->mode, g_strdup (before->content) };
      return TRUE;
    }
  if (!look (usr, path, found, error))
    return FALSE;
  if (seen != NULL)
    g_hash_table_insert (seen, g_strdup (path), found_copy (found));
  return TRUE;
}

/* Whether what was found is @content, of @file's type; @content NULL: whether nothing was found. */
static gboolean
found_is (const Found *found, const SutureManifestFile *file, const char *content)
{
  FoundKind wanted = file->type == SUTURE_FILE_REGULAR ? FOUND_REGULAR : FOUND_SYMLINK;

  if (content == NULL)
    return found->kind == FOUND_NOTHING;
  return found->kind == wanted && g_str_equal (found->content, content);
}

/* What is known about all files looked at so far. */
typedef struct
{
  gboolean *base; /* per base: every file is as that base has it (owned) */
  gboolean fixed; /* every file has the fixed bytes */
  gboolean none;  /* no file is there */
  char *unknown;  /* the first file that is neither old nor fixed (owned) */
  char *differs;  /* the first after which no base and not the fixed side was left (owned) */
} Tally;

static void
tally_clear (Tally *self)
{
  g_free (self->base);
  g_free (self->unknown);
  g_free (self->differs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tally, tally_clear)

static void
tally_add (Tally *self, const SutureManifestFile *file, const Found *found)
{
  gboolean known = found_is (found, file, file->content);
  gboolean left;

  self->none = self->none && found->kind == FOUND_NOTHING;
  self->fixed = self->fixed && known;
  left = self->fixed;
  for (guint b = 0; b < file->old->len; b++)
    {
      gboolean same = found_is (found, file, g_ptr_array_index (file->old, b));

      known = known || same;
      self->base[b] = self->base[b] && same;
      left = left || self->base[b];
    }
  if (!known && self->unknown == NULL)
    self->unknown = g_strdup (file->path);
  if (!left && self->differs == NULL)
    self->differs = g_strdup (file->path);
}

static void
tally_decide (Tally *self, guint n_bases, SutureContent *content)
{
  content->base = -1;
  content->path = NULL;
  if (self->none)
    {
      content->state = SUTURE_CONTENT_NOT_INSTALLED;
      return;
    }
  if (self->fixed)
    {
      content->state = SUTURE_CONTENT_INCLUDED;
      return;
    }
  for (guint b = 0; b < n_bases; b++)
    if (self->base[b])
      {
        content->state = SUTURE_CONTENT_APPLIES;
        content->base = (int) b;
        return;
      }
  content->state = self->unknown != NULL ? SUTURE_CONTENT_SUPERSEDED : SUTURE_CONTENT_MIXED;
  content->path = g_strdup (self->unknown != NULL ? self->unknown : self->differs);
}

static gboolean
compare (const SutureManifest *manifest, int usr, GHashTable *seen, SutureContent *content, GError **error)
{
  g_auto (Tally) tally = { .base = g_new (gboolean, manifest->bases->len), .fixed = TRUE, .none = TRUE };

  for (guint b = 0; b < manifest->bases->len; b++)
    tally.base[b] = TRUE;
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const SutureManifestFile *file = g_ptr_array_index (manifest->files, i);
      g_auto (Found) found = { 0 };

      if (!look_once (seen, usr, file->path, &found, error))
        return FALSE;
      tally_add (&tally, file, &found);
    }
  tally_decide (&tally, manifest->bases->len, content);
  return TRUE;
}

gboolean
suture_content_compare_files (const SutureManifest *manifest, int usr, SutureContent *content, GError **error)
{
  return compare (manifest, usr, NULL, content, error);
}

gboolean
suture_content_compare (const SutureManifest *manifest, int usr, GHashTable *seen, SutureContent *content, GError **error)
{
  g_autoptr (SutureRelease) release = suture_release_load (error);

  if (release == NULL)
    return FALSE;
  if (!g_str_equal (release->id, manifest->base_id) || !g_str_equal (release->version_id, manifest->base_version_id)
      || !g_str_equal (release->architecture, manifest->base_architecture))
    {
      *content = (SutureContent){ .state = SUTURE_CONTENT_OTHER_BASE, .base = -1 };
      return TRUE;
    }
  return compare (manifest, usr, seen, content, error);
}

gboolean
suture_content_is_fixed (const SutureManifest *manifest, int usr, GError **error)
{
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const SutureManifestFile *file = g_ptr_array_index (manifest->files, i);
      g_auto (Found) found = { 0 };

      if (!look (usr, file->path, &found, error))
        return FALSE;
      if (!found_is (&found, file, file->content) || (file->type == SUTURE_FILE_REGULAR && found.mode != file->mode))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s is not as the improvement leaves it",
                       file->path);
          return FALSE;
        }
    }
  return TRUE;
}
