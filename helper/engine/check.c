/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the order feed → metadata → manifests → content, and for what stays known when a feed fails.
 * Not for: what a signature is (feed/), what content means (verify/), who may ask (bus/). */
#include "engine/check.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "engine/cache.h"
#include "engine/feeds.h"
#include "engine/listing.h"
#include "engine/recover.h"
#include "history/setting.h"

#define OFFERS_MAX 4096 /* manifests of one feed that are read: memory stays below 100 MB */

static SutureTrust *
open_trust (const SutureFeedConfig *config, GError **error)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_TRUST), config->name, NULL);

  return suture_trust_open (path, config->root, error);
}

void
suture_check_blame_server (GError *error)
{
  if (error != NULL && g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    error->code = SUTURE_ERROR_NETWORK;
}

SutureTrust *
suture_check_open_feed (const SutureFeedConfig *config,
                        GCancellable *cancellable,
                        SutureSource **source,
                        GError **error)
{
  g_autoptr (SutureTrust) trust = open_trust (config, error);
  g_autoptr (SutureSource) remote = suture_source_new_remote (config, cancellable);
  g_autoptr (GError) local = NULL;
  gint64 now = suture_clock_now ();

  if (trust == NULL)
    return NULL;
  if (!suture_trust_refresh (trust, remote, now, &local))
    {
      suture_check_blame_server (local);
      gboolean away = g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NETWORK)
                      || g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);

      /* what the network said explains more than what is missing or stale here */
      if (!away || !suture_trust_resume (trust, now, NULL))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  *source = g_steal_pointer (&remote);
  return g_steal_pointer (&trust);
}

/* What a check finds. */
typedef struct
{
  GPtrArray *known; /* SutureKnown (owned) */
  GHashTable *read; /* the digests of all manifests that were looked at, of use or not (owned) */
} Found;

static void
found_init (Found *self)
{
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_known_unref);
  self->read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
found_clear (Found *self)
{
  g_clear_pointer (&self->known, g_ptr_array_unref);
  g_clear_pointer (&self->read, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

/* The manifest behind @target, from the cache when it is there. */
static SutureKnown *
load_offer (SutureTrust *trust, SutureSource *source, const char *feed, const SutureTarget *target, GError **error)
{
  g_autoptr (GBytes) bytes = target->sha256 != NULL ? suture_cache_load (target->sha256) : NULL;
  g_autoptr (SutureKnown) offer = NULL;

  if (target->length > SUTURE_MANIFEST_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is too long for a manifest", target->path);
      return NULL;
    }
  if (bytes == NULL || !suture_target_matches (target, bytes, NULL))
    {
      g_clear_pointer (&bytes, g_bytes_unref);
      bytes = suture_trust_fetch (trust, source, target, error);
      if (bytes == NULL)
        return NULL;
      if (target->sha256 != NULL)
        suture_cache_save (target->sha256, bytes);
    }
  offer = suture_known_new (feed, target->path, bytes, error);
  return offer != NULL && suture_listing_agrees (target, offer->manifest, error) ? g_steal_pointer (&offer) : NULL;
}

/* Puts @offer into @known, where a component has one offer: the one with the highest number. A component belongs to the
 * feed that came first, and an id too. */
static void
keep_highest (GPtrArray *known, SutureKnown *offer)
{
  for (guint i = 0; i < known->len; i++)
    {
      SutureKnown *other = g_ptr_array_index (known, i);
      gboolean same_id = g_str_equal (other->manifest->id, offer->manifest->id);

      if (!same_id && !g_str_equal (other->manifest->component, offer->manifest->component))
        continue;
      if (g_str_equal (other->feed, offer->feed) && offer->manifest->number > other->manifest->number)
        {
          g_ptr_array_index (known, i) = offer;
          suture_known_unref (other);
        }
      else
        suture_known_unref (offer);
      return;
    }
  g_ptr_array_add (known, offer);
}

/* Adds what @config offers for @role to @found. A manifest that can't be used is left out and said in the log: it must not
 * hide its neighbours. One that can't be fetched fails the feed. Of a component only the latest letter's manifest is needed,
 * so that a desktop's first check costs what is of use to it now, and not all that was ever published. */
static gboolean
add_offers (Found *found,
            SutureTrust *trust,
            SutureSource *source,
            const SutureFeedConfig *config,
            const char *role,
            GError **error)
{
  g_autoptr (GPtrArray) mine = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_known_unref);
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal); /* components, of targets */
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (GError) local = NULL;

  targets = suture_trust_list (trust, source, role, &local);
  if (targets == NULL && g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return TRUE; /* this publisher has nothing for this base */
  if (targets == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  suture_listing_sort (targets);
  for (guint i = 0; i < targets->len && mine->len < OFFERS_MAX; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);
      gint64 number;
      const char *component = suture_listing_component (target, &number);
      g_autoptr (GError) refused = NULL;
      SutureKnown *offer;

      if (!g_str_has_suffix (target->path, ".json") || suture_target_is_withdrawn (target)
          || (component != NULL && g_hash_table_contains (done, component)))
        continue;
      g_hash_table_add (found->read, g_strdup (target->sha256 != NULL ? target->sha256 : ""));
      offer = load_offer (trust, source, config->name, target, &refused);
      if (offer != NULL)
        {
          g_ptr_array_add (mine, offer);
          if (component != NULL)
            g_hash_table_add (done, (char *) component);
        }
      else if (g_error_matches (refused, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
        g_message ("feed %s: %s is left out: %s", config->name, target->path, refused->message);
      else
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&refused), "%s: ", target->path);
          return FALSE;
        }
    }
  for (guint i = 0; i < mine->len; i++)
    keep_highest (found->known, suture_known_ref (g_ptr_array_index (mine, i)));
  return TRUE;
}

static void
add_from_before (Found *found, const SutureFacts *facts, const char *feed)
{
  for (guint i = 0; facts != NULL && i < facts->known->len; i++)
    {
      SutureKnown *before = g_ptr_array_index (facts->known, i);

      if (g_str_equal (before->feed, feed))
        keep_highest (found->known, suture_known_ref (before));
    }
}

/* Not when it was stopped by a person: that says nothing about the feed. */
static void
remember_feed (SutureWork *work, const SutureFeedConfig *config, SutureTrust *trust, const GError *error)
{
  if (!g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    suture_feeds_remember (work->database, config, trust, error);
}

/* One feed over the network. */
static gboolean
check_feed (SutureWork *work, const SutureFeedConfig *config, const char *role, Found *found, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (SutureTrust) trust = open_trust (config, &local);
  g_autoptr (SutureSource) source = suture_source_new_remote (config, work->cancellable);
  gint64 now = suture_clock_now (); /* one start time a cycle */
  gboolean ok;

  ok = trust != NULL && suture_trust_refresh (trust, source, now, &local)
       && add_offers (found, trust, source, config, role, &local);
  if (!ok)
    {
      suture_check_blame_server (local);
      remember_feed (work, config, trust, local);
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "feed %s: ", config->name);
      add_from_before (found, work->facts, config->name);
    }
  else
    remember_feed (work, config, trust, NULL);
  return ok;
}

static void
remember_outcome (SutureWork *work, const GError *error)
{
  g_autoptr (GError) local = NULL;

  if (!suture_setting_set_text (work->database, SUTURE_SETTING_LAST_ERROR,
                                error != NULL ? suture_error_to_name (error->code) : "", &local)
      || !suture_setting_set_text (work->database, SUTURE_SETTING_LAST_MESSAGE, error != NULL ? error->message : "", &local)
      || (error == NULL
          && !suture_setting_set_number (work->database, SUTURE_SETTING_LAST_CHECKED, suture_clock_now (), &local)))
    g_message ("the check's outcome is not kept: %s", local->message);
}

gboolean
suture_check_run (SutureWork *work, GError **error)
{
  g_auto (Found) found = { NULL, NULL };
  g_autoptr (SutureRelease) release = NULL;
  g_autoptr (GError) fault = NULL;
  g_autoptr (GPtrArray) feeds = suture_feed_config_load (&fault);
  g_autoptr (GError) first = NULL;
  g_autofree char *role = NULL;

  found_init (&found);
  suture_work_set_activity (work, "checking");
  release = suture_release_load (&first);
  if (first == NULL && feeds->len == 0 && fault != NULL)
    first = g_steal_pointer (&fault);
  else if (first == NULL && feeds->len == 0)
    g_set_error (&first, SUTURE_ERROR, SUTURE_ERROR_NO_SOURCE, "no publisher is configured");
  role = release != NULL ? suture_release_role (release) : NULL;
  for (guint i = 0; role != NULL && i < feeds->len; i++)
    {
      g_autoptr (GError) local = NULL;

      if (!check_feed (work, g_ptr_array_index (feeds, i), role, &found, &local) && first == NULL)
        first = g_steal_pointer (&local);
    }
  /* where not even this machine's own name can be read, nothing that was known is thrown away */
  for (guint i = 0; role == NULL && i < work->facts->known->len; i++)
    g_ptr_array_add (found.known, suture_known_ref (g_ptr_array_index (work->facts->known, i)));
  if (first == NULL && fault == NULL)
    suture_cache_sweep (work->database, found.read);
  /* stopped by a person: that says nothing about the feeds */
  if (!g_error_matches (first, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    remember_outcome (work, first);
  if (suture_work_look (work, found.known))
    suture_recover_settle (work);
  if (first == NULL)
    first = g_steal_pointer (&fault);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

void
suture_check_restore (SutureWork *work)
{
  g_auto (Found) found = { NULL, NULL };
  g_autoptr (SutureRelease) release = suture_release_load (NULL);
  g_autoptr (GPtrArray) feeds = suture_feed_config_load (NULL);
  g_autofree char *role = release != NULL ? suture_release_role (release) : NULL;
  /* what was valid at the last check is shown; what is installed is held against the present time by suture_install_run () */
  gint64 then = suture_setting_get_number (work->database, SUTURE_SETTING_LAST_CHECKED, 0);

  found_init (&found);
  for (guint i = 0; role != NULL && i < feeds->len && then > 0; i++)
    {
      const SutureFeedConfig *config = g_ptr_array_index (feeds, i);
      g_autoptr (SutureTrust) trust = open_trust (config, NULL);
      g_autoptr (SutureSource) source = suture_source_new_nothing ();
      g_autoptr (GError) local = NULL;

      if (trust == NULL || !suture_trust_resume (trust, then, &local)
          || !add_offers (&found, trust, source, config, role, &local))
        g_info ("feed %s: nothing is known without its server: %s", config->name, local != NULL ? local->message : "no root");
    }
  (void) suture_work_look (work, found.known);
}
