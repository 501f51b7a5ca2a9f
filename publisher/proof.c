/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include "base/error.h"
#include "seen.h"
#include "stage.h"
#include "tree.h"
#include "verify/manifest.h"

static gboolean
check_payloads (SutureSeen *seen, const SutureManifest *manifest, GError **error)
{
  for (guint i = 0; i < manifest->payloads->len; i++)
    if (!suture_seen_check (seen, g_ptr_array_index (manifest->payloads, i), error))
      return FALSE;
  return TRUE;
}

/* What the parts of the proof share. */
typedef struct
{
  SutureRepository *repository; /* the caller's */
  SutureTrust *trust;           /* a desktop's client (owned) */
  SutureSeen *seen;             /* (owned) */
} Proof;

static void
proof_clear (Proof *self)
{
  g_clear_pointer (&self->trust, suture_trust_free);
  g_clear_pointer (&self->seen, suture_seen_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proof, proof_clear)

/* Whether @target is the manifest of what its path says, for the release that @role is of. */
static gboolean
check_target (Proof *self, const char *role, const SutureTarget *target, GError **error)
{
  g_autoptr (GBytes) json = suture_trust_fetch (self->trust, &self->repository->next.source, target, error);
  g_autoptr (SutureManifest) manifest = json != NULL ? suture_manifest_parse (json, error) : NULL;
  g_autofree char *own = NULL;
  g_autofree char *path = NULL;

  if (manifest == NULL)
    return FALSE;
  own = suture_stage_role (manifest);
  path = g_strdup_printf ("%s/%s.json", own, manifest->id);
  if (g_str_equal (own, role) && g_str_equal (path, target->path))
    return check_payloads (self->seen, manifest, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "it is the manifest of %s", path);
  return FALSE;
}

static gboolean
check_role (Proof *self, const char *role, GError **error)
{
  g_autoptr (GPtrArray) targets
      = suture_trust_list (self->trust, &self->repository->next.source, role, error);

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);

      if (!check_target (self, role, target, error))
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
  g_auto (Proof) self = { .repository = repository, .seen = suture_seen_load (repository->depot) };
  GPtrArray *delegated;

  self.trust = suture_trust_open (work, root->envelope->bytes, error);
  if (self.trust == NULL)
    return FALSE;
  if (suture_repository_latest (repository, "timestamp") != NULL
      && !suture_trust_refresh (self.trust, &repository->now.source, 0, error))
    return FALSE;
  if (!suture_trust_refresh (self.trust, &repository->next.source, now, error))
    return FALSE;
  delegated = suture_trust_get (self.trust, "targets")->delegations->roles;
  for (guint i = 0; i < delegated->len; i++)
    {
      const SutureDelegation *delegation = g_ptr_array_index (delegated, i);

      if (!check_role (&self, delegation->name, error))
        return FALSE;
    }
  return suture_seen_save (self.seen, error);
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
