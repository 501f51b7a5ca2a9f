/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/error.h"
#include "stage.h"
#include "tree.h"
#include "verify/manifest.h"

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

/* Whether @target is the manifest of what its path says, for the release that @role is of. */
static gboolean
check_target (
    SutureRepository *repository, SutureTrust *trust, const char *role, const SutureTarget *target, GError **error)
{
  g_autoptr (GBytes) json = suture_trust_fetch (trust, &repository->next.source, target, error);
  g_autoptr (SutureManifest) manifest = json != NULL ? suture_manifest_parse (json, error) : NULL;
  g_autofree char *own = NULL;
  g_autofree char *path = NULL;

  if (manifest == NULL)
    return FALSE;
  own = suture_stage_role (manifest);
  path = g_strdup_printf ("%s/%s.json", own, manifest->id);
  if (g_str_equal (own, role) && g_str_equal (path, target->path))
    return check_payloads (repository->depot, manifest, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "it is the manifest of %s", path);
  return FALSE;
}

static gboolean
check_role (SutureRepository *repository, SutureTrust *trust, const char *role, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_trust_list (trust, &repository->next.source, role, now, error);

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);

      if (!check_target (repository, trust, role, target, error))
        {
          g_prefix_error (error, "%s: ", target->path);
          return FALSE;
        }
    }
  return targets != NULL;
}

static gboolean
check (SutureRepository *repository, const char *work, gint64 now, GError **error)
{
  const SutureMetadata *root = suture_repository_latest (repository, "root");
  g_autoptr (SutureTrust) trust = suture_trust_open (work, root->envelope->bytes, error);
  GPtrArray *delegated;

  if (trust == NULL)
    return FALSE;
  if (suture_repository_latest (repository, "timestamp") != NULL
      && !suture_trust_refresh (trust, &repository->now.source, 0, error))
    return FALSE;
  if (!suture_trust_refresh (trust, &repository->next.source, now, error))
    return FALSE;
  delegated = suture_trust_get (trust, "targets")->delegations->roles;
  for (guint i = 0; i < delegated->len; i++)
    {
      const SutureDelegation *delegation = g_ptr_array_index (delegated, i);

      if (!check_role (repository, trust, delegation->name, now, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
suture_proof_check (SutureRepository *repository, gint64 now, GError **error)
{
  g_autofree char *work = suture_depot_work (repository->depot, error);
  gboolean good;

  if (work == NULL)
    return FALSE;
  good = check (repository, work, now, error);
  if (!good)
    g_prefix_error (error, "a desktop would refuse it (what is lost or altered, suture-publish restore may bring back): ");
  suture_tree_remove (work);
  return good;
}
