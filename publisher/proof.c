/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "feed/trust.h"
#include "repository.h"
#include "tree.h"
#include "verify/manifest.h"

/* The folder as a source, with one file that is not in it yet. */
typedef struct
{
  SutureSource source;
  SutureDepot *depot; /* the caller's */
  GBytes *timestamp;  /* the caller's */
} Folder;

static GBytes *
read_below (SutureSource *source, const char *below, const char *name, gsize max_length, GError **error)
{
  g_autofree char *path = suture_depot_path (((Folder *) source)->depot, "repository", below, name, NULL);

  return suture_file_read (AT_FDCWD, path, max_length, error);
}

static GBytes *
read_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  if (g_str_equal (name, "timestamp.json"))
    return g_bytes_ref (((Folder *) source)->timestamp);
  return read_below (source, "metadata", name, max_length, error);
}

static GBytes *
read_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  return read_below (source, "targets", place, max_length, error);
}

static gboolean
check_payloads (SutureDepot *depot, const SutureManifest *manifest, GError **error)
{
  for (guint i = 0; i < manifest->payloads->len; i++)
    {
      const SuturePayload *payload = g_ptr_array_index (manifest->payloads, i);
      g_autofree char *path = suture_depot_path (depot, "repository/targets/payloads", payload->sha256, NULL);
      g_auto (SutureFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
      g_autofree char *sha256 = NULL;

      if (fd < 0)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no payload %s", path);
          return FALSE;
        }
      sha256 = suture_digest_fd (fd, NULL, error);
      if (sha256 == NULL)
        return FALSE;
      if (!g_str_equal (sha256, payload->sha256))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the payload %s was changed", path);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_role (SutureTrust *trust, Folder *folder, const char *role, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_trust_list (trust, &folder->source, role, now, error);

  if (targets == NULL)
    return FALSE;
  for (guint i = 0; i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);
      g_autoptr (GBytes) json = suture_trust_fetch (trust, &folder->source, target, error);
      g_autoptr (SutureManifest) manifest = json != NULL ? suture_manifest_parse (json, error) : NULL;

      if (manifest == NULL || !check_payloads (folder->depot, manifest, error))
        {
          g_prefix_error (error, "%s: ", target->path);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check (Folder *folder, const char *work, GPtrArray *roles, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *path = suture_depot_path (folder->depot, "repository/metadata/1.root.json", NULL);
  g_autoptr (GBytes) root = suture_file_read (AT_FDCWD, path, SUTURE_REPOSITORY_FILE_MAX, error);
  g_autoptr (SutureTrust) trust = root != NULL ? suture_trust_open (work, root, error) : NULL;

  if (trust == NULL || !suture_trust_refresh (trust, &folder->source, now, error))
    return FALSE;
  for (guint i = 0; i < roles->len; i++)
    if (!check_role (trust, folder, g_ptr_array_index (roles, i), now, error))
      return FALSE;
  return TRUE;
}

gboolean
suture_proof_check (SutureDepot *depot, GBytes *timestamp, GPtrArray *roles, GError **error)
{
  Folder folder = { .source = { .metadata = read_metadata, .target = read_target },
                    .depot = depot,
                    .timestamp = timestamp };
  g_autofree char *staging = suture_depot_path (depot, "staging", NULL);
  g_autofree char *work = suture_tree_make (staging, error);
  gboolean good;

  if (work == NULL)
    return FALSE;
  good = check (&folder, work, roles, error);
  if (!good)
    g_prefix_error (error, "nothing was published, since a desktop would refuse it: ");
  suture_tree_remove (work);
  return good;
}
