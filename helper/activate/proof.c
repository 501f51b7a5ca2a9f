/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/proof.h"

#include "base/error.h"
#include "base/paths.h"
#include "base/release.h"
#include "feed/config.h"
#include "feed/trust.h"

static SutureTarget *
find_target (GPtrArray *targets, const char *path)
{
  for (guint i = 0; i < targets->len; i++)
    if (g_str_equal (((SutureTarget *) targets->pdata[i])->path, path))
      return targets->pdata[i];
  return NULL;
}

static GPtrArray *
refresh (const SutureRequest *request, const char *role, gint64 now, GError **error)
{
  g_autoptr (SutureFeedConfig) config = suture_feed_config_find (request->feed, error);
  g_autoptr (SutureTrust) trust = NULL;
  g_autofree char *folder = NULL;
  SutureSource *source = suture_bundle_source (request->bundle);

  if (config == NULL)
    return NULL;
  folder = g_build_filename (suture_path (SUTURE_PATH_ROOT_TRUST), config->name, NULL);
  trust = suture_trust_open (folder, config->root, error);
  if (trust == NULL || !suture_trust_refresh (trust, source, now, error))
    return NULL;
  return suture_trust_list (trust, source, role, error);
}

/* Whether the component may come from the feed: what an administrator wrote, whatever the helper makes of it. A feed whose
 * files can't be used still keeps what it names to itself, and can't be installed from. */
static gboolean
check_scope (const SutureRequest *request, const SutureManifest *manifest, GError **error)
{
  g_autoptr (SutureFeedConfigs) feeds = suture_feed_configs_load ();

  if (suture_feed_configs_may_offer (feeds, request->feed, manifest->component))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
               "component %s may not come from feed %s: Components= in feeds.d says from where", manifest->component,
               request->feed);
  return FALSE;
}

SutureManifest *
suture_proof_check (const SutureRequest *request, gint64 now, GError **error)
{
  g_autoptr (SutureRelease) release = suture_release_load (error);
  g_autofree char *role = release != NULL ? suture_release_role (release) : NULL;
  g_autofree char *path = g_strdup_printf ("%s/%s.json", role, request->id);
  g_autoptr (GPtrArray) targets = role != NULL ? refresh (request, role, now, error) : NULL;
  g_autoptr (SutureManifest) manifest = NULL;
  SutureTarget *target;

  if (targets == NULL)
    return NULL;
  target = find_target (targets, path);
  if (target == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "feed %s has no improvement %s for this system",
                   request->feed, request->id);
      return NULL;
    }
  if (suture_target_is_withdrawn (target))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "improvement %s was withdrawn by its publisher",
                   request->id);
      return NULL;
    }
  if (!suture_target_matches (target, request->manifest, error))
    return NULL;
  manifest = suture_manifest_parse (request->manifest, error);
  if (manifest == NULL)
    return NULL;
  if (!g_str_equal (manifest->id, request->id))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the description of %s is that of %s", request->id,
                   manifest->id);
      return NULL;
    }
  if (!suture_manifest_check_id (manifest, error))
    return NULL;
  if (!suture_manifest_is_for (manifest, release))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s is made for another release or architecture",
                   request->id);
      return NULL;
    }
  return check_scope (request, manifest, error) ? g_steal_pointer (&manifest) : NULL;
}
