/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "numbers.h"

#include "base/error.h"
#include "pending.h"

static gboolean
is_rotated (const SutureMetadata *before, JsonObject *root, GHashTable *keys, SutureMetadataType type)
{
  JsonObject *roles = json_object_get_object_member (root, "roles");
  g_autoptr (SutureRole) role
      = suture_role_parse (json_object_get_object_member (roles, suture_metadata_type_name (type)), NULL);

  return role != NULL && suture_role_is_rotated (before->roles[type], before->keys, role, keys);
}

gboolean
suture_numbers_are_forgotten (SutureRepository *repository, JsonObject *root)
{
  const SutureMetadata *before = suture_repository_latest (repository, "root");
  g_autoptr (GHashTable) keys = suture_role_parse_keys (json_object_get_object_member (root, "keys"), NULL);

  return keys != NULL
         && (is_rotated (before, root, keys, SUTURE_METADATA_TIMESTAMP)
             || is_rotated (before, root, keys, SUTURE_METADATA_SNAPSHOT));
}

gboolean
suture_numbers_are_used_up (SutureRepository *repository, const char *role)
{
  const SutureMetadata *latest = suture_repository_latest (repository, role);

  return latest != NULL && latest->version >= SUTURE_NUMBERS_MAX;
}

gboolean
suture_numbers_next (SutureRepository *repository, const char *role, gboolean forgotten, gint64 *version, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (repository, role);

  if (!suture_numbers_are_used_up (repository, role))
    {
      *version = latest != NULL ? latest->version + 1 : 1;
      return TRUE;
    }
  /* roots follow each other without a gap, whatever else is forgotten */
  if (forgotten && !g_str_equal (role, "root"))
    {
      *version = suture_pending_version (repository->depot, role);
      if (*version == 0)
        *version = g_get_real_time () / G_USEC_PER_SEC;
      return TRUE;
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_ROLLBACK,
               "%s has the version %" G_GINT64_FORMAT ", after which there is none: somebody else has signed it. Replace the "
               "keys that were stolen, timestamp's or snapshot's among them (suture-publish key rotate %s timestamp), with those "
               "of %s at hand: desktops forget that version then",
               role, latest->version, repository->depot->path, role);
  return FALSE;
}
