/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imaging.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "compose.h"
#include "payload.h"
#include "tree.h"
#include "verify/image.h"

typedef struct
{
  const SutureOrigin *origin;     /* the caller's, as what follows */
  const SutureChanges *changes;
  SutureDescription *description;
  const char *work, *stage;       /* folders */
  gboolean lean;
  char *tree;                     /* the image's files (owned) */
} Imaging;

static void
imaging_clear (Imaging *self)
{
  g_free (self->tree);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Imaging, imaging_clear)

/* What the image has in it: the fixed files, and which system they are for. */
static gboolean
build_tree (Imaging *self, GError **error)
{
  const char *like = g_ptr_array_index (self->origin->bases, 0);
  const SutureManifest manifest = { .id = self->description->id,
                                    .base_id = self->description->base_id,
                                    .base_version_id = self->description->base_version_id,
                                    .base_architecture = self->description->base_architecture };
  g_autofree char *release = suture_image_release_path (&manifest);
  g_autofree char *text = suture_image_release_text (&manifest);

  if (g_mkdir (self->tree, 0755) < 0 || g_mkdir (self->stage, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make a folder below %s", self->work);
  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);

      if (!suture_tree_copy (self->origin->fixed, self->tree, like, change->path, error))
        return FALSE;
    }
  return suture_tree_write (self->tree, like, release, text, error);
}

/* What a payload is checked with later: only the replaced files, in folders like the base's. */
static gboolean
keep_base (Imaging *self, guint base, GError **error)
{
  const char *from = g_ptr_array_index (self->origin->bases, base);
  g_autofree char *to = g_strdup_printf ("%s/base/%u", self->stage, base);

  if (g_mkdir_with_parents (to, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", to);
  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);

      if (!suture_tree_make_parents (to, from, change->path, error))
        return FALSE;
      if (g_ptr_array_index (change->old, base) != NULL && !suture_tree_copy (from, to, from, change->path, error))
        return FALSE;
    }
  /* and with it all of the stage, which is complete with the last base */
  return suture_tree_sync (to, error);
}

/* The old files of @base in one piece, in the order of the manifest (rebuild/rebuild.h). */
static GBytes *
read_reference (Imaging *self, guint base, GError **error)
{
  g_autoptr (GByteArray) reference = g_byte_array_new ();

  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);
      g_auto (SutureFd) fd = -1;
      g_autoptr (GMappedFile) file = NULL;

      if (change->is_link || g_ptr_array_index (change->old, base) == NULL)
        continue;
      fd = suture_tree_open (g_ptr_array_index (self->origin->bases, base), change->path, O_RDONLY | O_NOFOLLOW);
      file = g_mapped_file_new_from_fd (fd, FALSE, error);
      if (file == NULL)
        return NULL;
      if (reference->len + g_mapped_file_get_length (file) > SUTURE_MANIFEST_IMAGE_MAX)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
                       "this can't be an improvement: the files that it replaces are larger than an image can be");
          return NULL;
        }
      g_byte_array_append (reference, (const guint8 *) g_mapped_file_get_contents (file),
                           (guint) g_mapped_file_get_length (file));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&reference));
}

static gboolean
add_payload (Imaging *self, const char *encoding, int base, GBytes *bytes, GError **error)
{
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *folder = g_build_filename (self->stage, "payloads", NULL);
  g_autofree char *path = g_build_filename (folder, sha256, NULL);

  suture_description_add_payload (self->description, encoding, base, g_bytes_get_size (bytes), sha256);
  if (g_mkdir_with_parents (folder, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", folder);
  return g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
}

static gboolean
make_payloads (Imaging *self, GBytes *image, GError **error)
{
  g_autoptr (GBytes) full
      = suture_payload_encode (image, NULL, self->lean ? SUTURE_PAYLOAD_QUICK : SUTURE_PAYLOAD_SMALL, error);

  if (full == NULL || !add_payload (self, "zstd", -1, full, error))
    return FALSE;
  for (guint b = 0; !self->lean && b < self->origin->bases->len; b++)
    {
      g_autoptr (GBytes) reference = read_reference (self, b, error);
      g_autoptr (GBytes) delta = reference != NULL ? suture_payload_encode (image, reference, SUTURE_PAYLOAD_SMALL, error) : NULL;

      if (delta == NULL)
        return FALSE;
      if (g_bytes_get_size (delta) < g_bytes_get_size (full)
          && !add_payload (self, "zstd-prefix", (int) b, delta, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_image (Imaging *self, GError **error)
{
  SutureDescription *description = self->description;
  g_autofree char *path = g_build_filename (self->stage, "image.erofs", NULL);
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) image = NULL;

  if (!suture_compose_image (self->tree, path, error))
    return FALSE;
  file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL)
    return FALSE;
  image = g_mapped_file_get_bytes (file);
  description->image_size = g_bytes_get_size (image);
  description->image_sha256 = suture_digest_data (g_bytes_get_data (image, NULL), g_bytes_get_size (image));
  /* as good as random, and the same each time the image is made */
  description->salt = g_strdup (description->image_sha256);
  description->root_hash = suture_compose_root_hash (path, self->work, description->salt, error);
  return description->root_hash != NULL && make_payloads (self, image, error);
}

gboolean
suture_imaging_run (const SutureOrigin *origin,
                    const SutureChanges *changes,
                    SutureDescription *description,
                    const char *work,
                    const char *stage,
                    gboolean lean,
                    GError **error)
{
  g_auto (Imaging) self = { .origin = origin,
                            .changes = changes,
                            .description = description,
                            .work = work,
                            .stage = stage,
                            .lean = lean,
                            .tree = g_build_filename (work, "tree", NULL) };

  if (!build_tree (&self, error) || !make_image (&self, error))
    return FALSE;
  for (guint b = 0; b < origin->bases->len; b++)
    if (!keep_base (&self, b, error))
      return FALSE;
  return TRUE;
}
