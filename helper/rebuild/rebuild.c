/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rebuild/rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "rebuild/encoding.h"
#include "verify/content.h"

/* The old files can't be of any size: a payload's distances reach 2 GiB back (zstd's window log of 31). */
#define REFERENCE_MAX (G_GUINT64_CONSTANT (1) << 30)
#define COPY_BYTES (256 * 1024)

const SuturePayload *
suture_rebuild_choose (const SutureManifest *manifest, int base)
{
  const SuturePayload *best = NULL;

  for (guint i = 0; i < manifest->payloads->len; i++)
    {
      const SuturePayload *payload = g_ptr_array_index (manifest->payloads, i);

      if (payload->base >= 0 && payload->base != base)
        continue;
      if (suture_encoding_find (payload->encoding) != NULL && (best == NULL || payload->size < best->size))
        best = payload;
    }
  return best;
}

/* A file in memory; clean pages of it cost nothing when memory is short, and dirty ones can be written out. */
typedef struct
{
  guint8 *data; /* NULL: not mapped (owned) */
  gsize length;
} Mapping;

static void
mapping_clear (Mapping *self)
{
  if (self->data != NULL)
    munmap (self->data, self->length);
  self->data = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mapping, mapping_clear)

static gboolean
map (Mapping *self, int fd, gsize length, int protection, GError **error)
{
  void *data = mmap (NULL, length, protection, MAP_SHARED, fd, 0);

  if (data == MAP_FAILED)
    return suture_error_set_errno (error, errno, "could not map a file");
  self->data = data;
  self->length = length;
  return TRUE;
}

static gboolean
check_payload (const SuturePayload *payload, int fd, GError **error)
{
  guint64 size = 0;
  g_autofree char *sha256 = suture_digest_fd (fd, &size, error);

  if (sha256 == NULL)
    return FALSE;
  if (size != payload->size || !g_str_equal (sha256, payload->sha256))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the download is not what the publisher signed");
      return FALSE;
    }
  return TRUE;
}

/* Blocks exist before the file is written through a mapping, where a full disk would be a signal and not an error. */
static gboolean
reserve (int fd, guint64 size, GError **error)
{
  int errsv;

  do
    errsv = posix_fallocate (fd, 0, (off_t) size);
  while (errsv == EINTR);
  if (errsv != 0)
    return suture_error_set_errno (error, errsv, "could not reserve %" G_GUINT64_FORMAT " bytes", size);
  return TRUE;
}

/* Appends the old file to @to at @offset, hashing it on the way: the delta is for exactly these bytes. */
static gboolean
append_file (
    const char *path, const char *sha256, int usr, int to, guint64 *offset, GCancellable *cancellable, GError **error)
{
  g_auto (SutureFd) fd = suture_content_open_regular (usr, path);
  g_autoptr (SutureDigest) digest = suture_digest_new ();
  g_autofree guint8 *buffer = g_malloc (COPY_BYTES);
  g_autofree char *found = NULL;

  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  for (;;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (read (fd, buffer, COPY_BYTES));

      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read %s", path);
      if (n == 0)
        break;
      if (g_cancellable_is_cancelled (cancellable))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "cancelled");
          return FALSE;
        }
      suture_digest_update (digest, buffer, (gsize) n);
      if (lseek (to, (off_t) *offset, SEEK_SET) < 0)
        return suture_error_set_errno (error, errno, "could not write the reference");
      if (!suture_file_write_all (to, buffer, (gsize) n, error))
        return FALSE;
      *offset += (guint64) n;
    }
  found = suture_digest_finish (digest);
  if (!g_str_equal (found, sha256))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s is not what the download builds on", path);
      return FALSE;
    }
  return TRUE;
}

/* The size of the old files together, without reading them. */
static gboolean
measure_reference (const SutureManifest *manifest, int base, int usr, guint64 *size, GError **error)
{
  *size = 0;
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const SutureManifestFile *file = g_ptr_array_index (manifest->files, i);
      g_auto (SutureFd) fd = -1;
      struct stat status;

      if (file->type != SUTURE_FILE_REGULAR || g_ptr_array_index (file->old, (guint) base) == NULL)
        continue;
      fd = suture_content_open_regular (usr, file->path);
      if (fd < 0 || fstat (fd, &status) < 0)
        return suture_error_set_errno (error, errno, "could not open %s", file->path);
      *size += (guint64) status.st_size;
      if (*size > REFERENCE_MAX)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the replaced files are too large to build on");
          return FALSE;
        }
    }
  return TRUE;
}

/* zstd wants one piece of memory, and it has to be one that this process can't lose while it reads: a mapping of another's
 * file ends in a signal when that file is cut short. So the old files are copied behind the image, into the same file. */
static gboolean
append_reference (const SutureManifest *manifest,
                  int base,
                  int usr,
                  int image_fd,
                  guint64 end,
                  GCancellable *cancellable,
                  GError **error)
{
  guint64 offset = manifest->image_size;

  for (guint i = 0; i < manifest->files->len; i++)
    {
      const SutureManifestFile *file = g_ptr_array_index (manifest->files, i);
      const char *old = g_ptr_array_index (file->old, (guint) base);

      if (file->type != SUTURE_FILE_REGULAR || old == NULL)
        continue;
      if (!append_file (file->path, old, usr, image_fd, &offset, cancellable, error))
        return FALSE;
      if (offset > end)
        break;
    }
  if (offset != end)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "the replaced files changed while they were read");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_image (const SutureManifest *manifest, int image_fd, GError **error)
{
  guint64 size = 0;
  g_autofree char *sha256 = suture_digest_fd (image_fd, &size, error);

  if (sha256 == NULL)
    return FALSE;
  if (size != manifest->image_size || !g_str_equal (sha256, manifest->image_sha256))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "what was rebuilt is not what the publisher signed");
      return FALSE;
    }
  return TRUE;
}

static gboolean
rebuild (const SutureManifest *manifest,
         const SuturePayload *payload,
         int payload_fd,
         int usr,
         int image_fd,
         GCancellable *cancellable,
         GError **error)
{
  const SutureEncoding *encoding = suture_encoding_find (payload->encoding);
  g_auto (Mapping) from = { 0 };
  g_auto (Mapping) to = { 0 };
  guint64 reference = 0;

  if (encoding == NULL || encoding->needs_reference != (payload->base >= 0))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the encoding %s is not known", payload->encoding);
      return FALSE;
    }
  if (!check_payload (payload, payload_fd, error))
    return FALSE;
  if (encoding->needs_reference && !measure_reference (manifest, payload->base, usr, &reference, error))
    return FALSE;
  if (!reserve (image_fd, manifest->image_size + reference, error))
    return FALSE;
  if (encoding->needs_reference
      && !append_reference (manifest, payload->base, usr, image_fd, manifest->image_size + reference, cancellable,
                            error))
    return FALSE;
  if (!map (&from, payload_fd, payload->size, PROT_READ, error)
      || !map (&to, image_fd, manifest->image_size + reference, PROT_READ | PROT_WRITE, error)
      || !encoding->decode (from.data, from.length, reference > 0 ? to.data + manifest->image_size : NULL, reference,
                            to.data, manifest->image_size, error))
    return FALSE;
  mapping_clear (&to);
  if (ftruncate (image_fd, (off_t) manifest->image_size) < 0 || lseek (image_fd, 0, SEEK_SET) < 0)
    return suture_error_set_errno (error, errno, "could not cut the image to its size");
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  return check_image (manifest, image_fd, error);
}

gboolean
suture_rebuild_image (const SutureManifest *manifest,
                      const SuturePayload *payload,
                      int payload_fd,
                      int usr,
                      int image_fd,
                      GCancellable *cancellable,
                      GError **error)
{
  if (rebuild (manifest, payload, payload_fd, usr, image_fd, cancellable, error))
    return TRUE;
  /* nothing that could be taken for an image, and the space back at once */
  if (ftruncate (image_fd, 0) < 0)
    g_prefix_error (error, "an unfinished image could not be emptied; ");
  return FALSE;
}
