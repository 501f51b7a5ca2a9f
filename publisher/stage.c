/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/release.h"
#include "compose.h"
#include "rebuild/rebuild.h"
#include "tree.h"
#include "verify/content.h"
#include "verify/image.h"

SutureStage *
suture_stage_open (SutureDepot *depot, const char *id, GError **error)
{
  g_autoptr (SutureStage) self = g_new0 (SutureStage, 1);
  g_autofree char *path = NULL;

  self->path = suture_depot_path (depot, "staging", id, NULL);
  path = g_build_filename (self->path, "manifest.json", NULL);
  self->json = suture_file_read (AT_FDCWD, path, SUTURE_MANIFEST_MAX, error);
  if (self->json == NULL)
    return NULL;
  self->manifest = suture_manifest_parse (self->json, error);
  if (self->manifest == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  if (!g_str_equal (self->manifest->id, id))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is the manifest of %s", path, self->manifest->id);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
suture_stage_free (SutureStage *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_clear_pointer (&self->json, g_bytes_unref);
  g_clear_pointer (&self->manifest, suture_manifest_unref);
  g_free (self);
}

GPtrArray *
suture_stage_open_all (SutureDepot *depot, char **ids, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_stage_free);

  if (ids != NULL && ids[0] != NULL)
    {
      names = g_ptr_array_new_with_free_func (g_free);
      for (gsize i = 0; ids[i] != NULL; i++)
        g_ptr_array_add (names, g_strdup (ids[i]));
    }
  else
    names = suture_depot_list (depot, "staging", error);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      SutureStage *stage = suture_stage_open (depot, g_ptr_array_index (names, i), error);

      if (stage == NULL)
        return NULL;
      g_ptr_array_add (stages, stage);
    }
  return names != NULL ? g_steal_pointer (&stages) : NULL;
}

char *
suture_stage_role (const SutureStage *self)
{
  SutureRelease release = { .id = self->manifest->base_id,
                            .version_id = self->manifest->base_version_id,
                            .architecture = self->manifest->base_architecture };

  return suture_release_role (&release);
}

/* The /usr folder with the replaced files of base @base; -1 with @error. */
static int
open_base (const SutureStage *self, guint base, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/base/%u/usr", self->path, base);

  return suture_file_open_folder (path, 0, error);
}

static gboolean
check_payload (const SutureStage *self, const SuturePayload *payload, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "payloads", payload->sha256, NULL);
  g_auto (SutureFd) folder = suture_file_open_folder (self->path, 0, error);
  g_auto (SutureFd) usr = folder >= 0 ? open_base (self, (guint) MAX (payload->base, 0), error) : -1;
  g_auto (SutureFd) image = usr >= 0 ? suture_file_unnamed (folder, 0600, error) : -1;
  g_auto (SutureFd) in = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (image < 0)
    return FALSE;
  if (in < 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no payload %s", path);
      return FALSE;
    }
  return suture_rebuild_image (self->manifest, payload, in, usr, image, NULL, error);
}

static gboolean
check_base (const SutureStage *self, guint base, int tree, GError **error)
{
  g_auto (SutureFd) usr = open_base (self, base, error);
  g_auto (SutureContent) content = { 0 };

  if (usr < 0 || !suture_content_compare_files (self->manifest, usr, &content, error))
    return FALSE;
  if (content.state != SUTURE_CONTENT_APPLIES || content.base != (int) base)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "for base %u the improvement is \"%s\" %s", base,
                   suture_content_to_string (content.state), content.path != NULL ? content.path : "");
      return FALSE;
    }
  return suture_image_check (self->manifest, tree, usr, error);
}

/* The image, its tree below @work, and all that is said about them. */
static gboolean
check_image (const SutureStage *self, const char *work, GError **error)
{
  const SutureManifest *manifest = self->manifest;
  g_autofree char *image = g_build_filename (self->path, "image.erofs", NULL);
  g_autofree char *tree = g_build_filename (work, "tree", NULL);
  g_autofree char *usr = g_build_filename (tree, "usr", NULL);
  g_autofree char *root_hash = suture_compose_root_hash (image, manifest->verity_salt, error);
  g_auto (SutureFd) tree_fd = -1;
  g_auto (SutureFd) usr_fd = -1;

  if (root_hash == NULL)
    return FALSE;
  if (!g_str_equal (root_hash, manifest->verity_root_hash))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the image's verity root hash is not the manifest's");
      return FALSE;
    }
  if (!suture_compose_unpack (image, tree, error) || (tree_fd = suture_file_open_folder (tree, 0, error)) < 0
      || (usr_fd = suture_file_open_folder (usr, 0, error)) < 0)
    return FALSE;
  for (guint b = 0; b < manifest->bases->len; b++)
    if (!check_base (self, b, tree_fd, error))
      return FALSE;
  return suture_content_is_fixed (manifest, usr_fd, error);
}

/* Which payloads a desktop can choose from: one for everyone, and what is signed is what was made. */
static gboolean
check_payloads (const SutureStage *self, GError **error)
{
  if (suture_rebuild_choose (self->manifest, -1) == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "there is no payload that needs no old files");
      return FALSE;
    }
  for (guint i = 0; i < self->manifest->payloads->len; i++)
    if (!check_payload (self, g_ptr_array_index (self->manifest->payloads, i), error))
      {
        g_prefix_error (error, "payload %u: ", i);
        return FALSE;
      }
  return TRUE;
}

gboolean
suture_stage_check (const SutureStage *self, GError **error)
{
  g_autofree char *work = suture_tree_make (self->path, error);
  gboolean good;

  if (work == NULL)
    return FALSE;
  good = check_payloads (self, error) && check_image (self, work, error);
  if (!good)
    g_prefix_error (error, "%s: ", self->manifest->id);
  suture_tree_remove (work);
  return good;
}
