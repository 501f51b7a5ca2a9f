/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/release.h"
#include "compose.h"
#include "feed/rollout.h"
#include "rebuild/rebuild.h"
#include "tree.h"
#include "verify/content.h"
#include "verify/image.h"
#include "within.h"

#define CUSTOM_MAX 16384 /* bytes */
#define PAYLOADS "repository/targets/payloads"

/* Desktops hold to what it says, and it is signed as it stands. What a person says of it stands in what is signed alone. */
static gboolean
check_custom (JsonNode *node, GError **error)
{
  static const char *const known[] = { "archive", "prepared", "rollout", NULL };
  const SutureTarget target = { .custom = node };
  JsonObject *custom = json_node_get_object (node);
  SutureRollout rollout;
  const char *prepared = SUTURE_STAGE_PREPARED;

  if (!suture_json_check_members (custom, known, error)
      || !suture_json_read_string (custom, "prepared", SUTURE_JSON_OPTIONAL, &prepared, error)
      || !suture_rollout_parse (&rollout, &target, error))
    return FALSE;
  if (g_str_equal (prepared, SUTURE_STAGE_PREPARED))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "\"prepared\" can only be \"" SUTURE_STAGE_PREPARED "\"");
  return FALSE;
}

static gboolean
read_custom (SutureStage *self, SutureDepot *depot, const char *which, GError **error)
{
  g_autofree char *path = g_build_filename (which, self->name, SUTURE_STAGE_CUSTOM, NULL);
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) bytes = suture_within_read (depot, path, CUSTOM_MAX, &why);
  g_autoptr (JsonNode) node = NULL;

  if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    {
      self->custom = json_object_new ();
      return TRUE;
    }
  node = bytes != NULL ? suture_json_parse_object (bytes, CUSTOM_MAX, &why) : NULL;
  if (node != NULL && check_custom (node, &why))
    {
      self->custom = json_object_ref (json_node_get_object (node));
      return TRUE;
    }
  g_propagate_prefixed_error (error, g_steal_pointer (&why), "%s/%s: ", depot->path, path);
  return FALSE;
}

gboolean
suture_stage_set_custom (SutureStage *self, JsonObject *custom, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), custom);
  g_autoptr (GBytes) bytes = suture_json_canonical (node);
  g_auto (SutureFd) folder = suture_file_open_folder (self->path, 0, error);

  if (folder < 0
      || !suture_file_replace (folder, SUTURE_STAGE_CUSTOM, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0644,
                               error))
    return FALSE;
  g_clear_pointer (&self->custom, json_object_unref);
  self->custom = json_object_ref (custom);
  return TRUE;
}

SutureStage *
suture_stage_open (SutureDepot *depot, const char *which, const char *name, GError **error)
{
  g_autoptr (SutureStage) self = g_new0 (SutureStage, 1);
  g_autofree char *path = NULL;
  g_autofree char *right = NULL;

  self->path = suture_depot_path (depot, which, name, NULL);
  self->name = g_strdup (name);
  path = g_build_filename (which, name, "manifest.json", NULL);
  self->json = suture_within_read (depot, path, SUTURE_MANIFEST_MAX, error);
  if (self->json == NULL)
    return NULL;
  self->manifest = suture_manifest_parse (self->json, error);
  if (self->manifest == NULL)
    {
      g_prefix_error (error, "%s/%s: ", depot->path, path);
      return NULL;
    }
  if (!read_custom (self, depot, which, error))
    return NULL;
  self->role = suture_stage_role (self->manifest);
  right = g_strdup_printf ("%s/%s", self->role, self->manifest->id);
  if (!g_str_equal (name, right))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s/%s is the manifest of %s", depot->path, path, right);
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
  g_free (self->name);
  g_free (self->role);
  g_clear_pointer (&self->json, g_bytes_unref);
  g_clear_pointer (&self->custom, json_object_unref);
  g_clear_pointer (&self->manifest, suture_manifest_unref);
  g_free (self);
}

/* Everything in the folder @which, as "ROLE/ID". */
static GPtrArray *
list_all (SutureDepot *depot, const char *which, GError **error)
{
  g_autoptr (GPtrArray) roles = suture_depot_list (depot, which, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint r = 0; roles != NULL && r < roles->len; r++)
    {
      const char *role = g_ptr_array_index (roles, r);
      g_autofree char *below = g_build_filename (which, role, NULL);
      g_autoptr (GPtrArray) ids = suture_depot_list (depot, below, error);

      if (ids == NULL)
        return NULL;
      for (guint i = 0; i < ids->len; i++)
        g_ptr_array_add (names, g_build_filename (role, g_ptr_array_index (ids, i), NULL));
    }
  return roles != NULL ? g_steal_pointer (&names) : NULL;
}

/* Whether @wanted is the name @name ("ROLE/ID"), or its id. */
static gboolean
means (const char *wanted, const char *name)
{
  return g_str_equal (wanted, name) || g_str_equal (wanted, strchr (name, '/') + 1);
}

GPtrArray *
suture_stage_list (SutureDepot *depot, const char *which, char **wanted, GError **error)
{
  g_autoptr (GPtrArray) all = list_all (depot, which, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (all == NULL || wanted == NULL || wanted[0] == NULL)
    return g_steal_pointer (&all);
  for (gsize w = 0; wanted[w] != NULL; w++)
    {
      guint before = names->len;

      for (guint i = 0; i < all->len; i++)
        if (means (wanted[w], g_ptr_array_index (all, i))
            && !g_ptr_array_find_with_equal_func (names, g_ptr_array_index (all, i), g_str_equal, NULL))
          g_ptr_array_add (names, g_strdup (g_ptr_array_index (all, i)));
      if (names->len == before)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s/%s has no %s", depot->path, which, wanted[w]);
          return NULL;
        }
    }
  return g_steal_pointer (&names);
}

GPtrArray *
suture_stage_open_all (SutureDepot *depot, const char *which, char **wanted, GError **error)
{
  g_autoptr (GPtrArray) names = suture_stage_list (depot, which, wanted, error);
  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_stage_free);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      SutureStage *stage = suture_stage_open (depot, which, g_ptr_array_index (names, i), error);

      if (stage == NULL)
        return NULL;
      g_ptr_array_add (stages, stage);
    }
  return names != NULL ? g_steal_pointer (&stages) : NULL;
}

char *
suture_stage_role (const SutureManifest *manifest)
{
  SutureRelease release = { .id = manifest->base_id,
                            .version_id = manifest->base_version_id,
                            .architecture = manifest->base_architecture };

  return suture_release_role (&release);
}

/* The /usr folder with the replaced files of base @base; -1 with @error. */
static int
open_base (const SutureStage *self, guint base, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/base/%u/usr", self->path, base);

  return suture_file_open_folder (path, 0, error);
}

/* Opens a payload or an image of ours, and waits for no FIFO's other end; -1 with @error. */
static int
open_file (const char *path, const char *what, GError **error)
{
  g_auto (SutureFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;

  if (fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return suture_fd_steal (&fd);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no %s %s: bring it back from a backup, or make it anew", what,
               path);
  return -1;
}

static gboolean
check_payload (const SutureStage *self, const char *work, const SuturePayload *payload, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "payloads", payload->sha256, NULL);
  g_auto (SutureFd) folder = suture_file_open_folder (work, 0, error);
  g_auto (SutureFd) usr = folder >= 0 ? open_base (self, (guint) MAX (payload->base, 0), error) : -1;
  g_auto (SutureFd) image = usr >= 0 ? suture_file_unnamed (folder, 0600, error) : -1;
  g_auto (SutureFd) in = -1;

  if (image < 0)
    {
      g_prefix_error (error, "%s: ", work);
      return FALSE;
    }
  in = open_file (path, "payload", error);
  return in >= 0 && suture_rebuild_image (self->manifest, payload, in, usr, image, NULL, error);
}

static gboolean
check_base (const SutureStage *self, guint base, int tree, GError **error)
{
  g_auto (SutureFd) usr = open_base (self, base, error);
  g_auto (SutureContent) content = { 0 };

  if (usr < 0 || !suture_content_compare_files (self->manifest, usr, &content, error))
    return FALSE;
  if (content.state != SUTURE_CONTENT_APPLIES)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
                   "on a system with the old files of base %u it would be \"%s\" instead of installed%s%s", base,
                   suture_content_to_string (content.state), content.path != NULL ? ", because of " : "",
                   content.path != NULL ? content.path : "");
      return FALSE;
    }
  if (content.base != (int) base)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
                   "bases %d and %u have the same files: make it again with one --old of the two", content.base, base);
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
  g_auto (SutureFd) there = open_file (image, "image", error);
  g_autofree char *root_hash
      = there >= 0 ? suture_compose_root_hash (image, work, manifest->verity_salt, error) : NULL;
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
check_payloads (const SutureStage *self, const char *work, GError **error)
{
  if (suture_rebuild_choose (self->manifest, -1) == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "there is no payload that needs no old files");
      return FALSE;
    }
  for (guint i = 0; i < self->manifest->payloads->len; i++)
    if (!check_payload (self, work, g_ptr_array_index (self->manifest->payloads, i), error))
      {
        g_prefix_error (error, "payload %u: ", i);
        return FALSE;
      }
  return TRUE;
}

gboolean
suture_stage_check (const SutureStage *self, SutureDepot *depot, GError **error)
{
  g_autofree char *work = suture_depot_work (depot, error);
  gboolean good;

  if (work == NULL)
    return FALSE;
  good = check_payloads (self, work, error) && check_image (self, work, error);
  if (!good)
    g_prefix_error (error, "%s: ", self->name);
  suture_tree_remove (work);
  return good;
}

/* Whether the payload is served already, whole; what stands in its place may be without an end, and is read only if it has its size. */
static gboolean
is_served (SutureDepot *depot, const SuturePayload *payload)
{
  g_autofree char *path = g_build_filename (PAYLOADS, payload->sha256, NULL);
  g_auto (SutureFd) fd = suture_within_open (depot, path, O_RDONLY, NULL);
  g_autofree char *found = NULL;
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode) || (guint64) status.st_size != payload->size)
    return FALSE;
  found = suture_digest_fd (fd, NULL, NULL);
  return g_strcmp0 (found, payload->sha256) == 0;
}

/* What a desktop would refuse must not take the place of what it takes. */
static gboolean
serve_payload (const SutureStage *self, SutureDepot *depot, const char *sha256, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "payloads", sha256, NULL);
  g_auto (SutureFd) in = open_file (path, "payload", error);
  g_autoptr (GMappedFile) file = in >= 0 ? g_mapped_file_new_from_fd (in, FALSE, error) : NULL;
  g_autofree char *found = NULL;

  if (file == NULL)
    return FALSE;
  found = suture_digest_data (g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
  if (g_str_equal (found, sha256))
    return suture_within_write (depot, PAYLOADS, sha256, g_mapped_file_get_contents (file), g_mapped_file_get_length (file),
                                error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "%s was changed: bring it back from a backup", path);
  return FALSE;
}

gboolean
suture_stage_serve (const SutureStage *self, SutureDepot *depot, GError **error)
{
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (self->json, NULL), g_bytes_get_size (self->json));
  g_autofree char *name = g_strdup_printf ("%s.%s.json", sha256, self->manifest->id);
  g_autofree char *folder = g_build_filename ("repository/targets", self->role, NULL);

  for (guint i = 0; i < self->manifest->payloads->len; i++)
    {
      const SuturePayload *payload = g_ptr_array_index (self->manifest->payloads, i);

      if (!is_served (depot, payload) && !serve_payload (self, depot, payload->sha256, error))
        return FALSE;
    }
  return suture_within_write (depot, folder, name, g_bytes_get_data (self->json, NULL), g_bytes_get_size (self->json), error);
}
