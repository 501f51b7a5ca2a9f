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
#include "engine/local.h"
#include "engine/machine.h"
#include "engine/recover.h"
#include "engine/waits.h"
#include "feed/rollout.h"
#include "history/setting.h"

/* Of one feed. Its bytes (a flaw of 11 takes 24 there) and 1 kB for each improvement have to go into one message with those of
 * all others: whoever sends one of more than 32 MiB is put off the system bus (max_message_size of dbus-daemon). */
#define OFFERS_MAX 4096                   /* manifests that are looked at */
#define OFFERS_SIZE_MAX (8 * 1024 * 1024) /* bytes of them */
#define FEED_SECONDS (30 * 60)            /* the others, and removals, wait meanwhile */

static SutureTrust *
open_trust (const SutureFeedConfig *config, GError **error)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_TRUST), config->name, NULL);

  return suture_trust_open (path, config->root, error);
}

void
suture_check_blame_server (const SutureFeedConfig *config, GError *error)
{
  if (error != NULL && g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    error->code = config->local ? SUTURE_ERROR_FAILED : SUTURE_ERROR_NETWORK;
}

SutureTrust *
suture_check_open_feed (const SutureWork *work,
                        const SutureFeedConfig *config,
                        SutureSource **source,
                        GError **error)
{
  g_autoptr (SutureTrust) trust = open_trust (config, error);
  g_autoptr (SutureSource) fresh = suture_source_new (config, work->cancellable);
  g_autoptr (GError) local = NULL;
  gint64 now = suture_clock_now ();

  if (trust == NULL)
    return NULL;
  if ((!g_hash_table_contains (work->checked, config->name) || !suture_trust_resume (trust, now, NULL))
      && !suture_trust_refresh (trust, fresh, now, &local))
    {
      suture_check_blame_server (config, local);
      gboolean away = g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NETWORK)
                      || g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);

      /* what the network said explains more than what is missing or stale here */
      if (!away || !suture_trust_resume (trust, now, NULL))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  *source = g_steal_pointer (&fresh);
  return g_steal_pointer (&trust);
}

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

/* What is learnt of one feed in one go. */
typedef struct
{
  SutureOffers *offers; /* where it goes */
  const SutureFeedConfigs *feeds;
  const SutureFeedConfig *config;
  SutureTrust *trust;
  SutureSource *source;
  const char *role;
  const char *machine; /* engine/machine.h; NULL: it has no id */
  gboolean current;    /* its server was asked */
  guint served;        /* feeds that have a list for this system */
} Lesson;

/* Whether @path is ROLE/ID.json, as root takes it. @id (out, owned). */
static gboolean
read_id (const char *path, const char *role, char **id)
{
  gsize length = strlen (role);

  *id = NULL;
  if (!g_str_has_prefix (path, role) || path[length] != '/' || !g_str_has_suffix (path, ".json"))
    return FALSE;
  *id = g_strndup (path + length + 1, strlen (path) - length - 1 - strlen (".json"));
  return suture_name_is_valid (*id);
}

static void
learn_withdrawal (const Lesson *lesson, const SutureTarget *target)
{
  g_autofree char *id = NULL;
  g_autofree char *reason = NULL;
  gint64 date;

  if (suture_target_read_withdrawal (target, &date, &reason) && read_id (target->path, lesson->role, &id))
    suture_offers_add_withdrawal (lesson->offers, lesson->config->name, id, date, reason, lesson->current);
}

/* The offer behind @target; NULL with @error. */
static SutureKnown *
learn_offer (const Lesson *lesson, const SutureTarget *target, GError **error)
{
  SutureRollout rollout;
  g_autofree char *id = NULL;
  char *approved = NULL;
  SutureKnown *offer;

  if (!suture_rollout_parse (&rollout, target, error))
    return NULL;
  offer = load_offer (lesson->trust, lesson->source, lesson->config->name, target, error);
  if (offer == NULL)
    return NULL;
  /* root looks for it there and nowhere else, and what is withdrawn is known by it */
  if (!read_id (target->path, lesson->role, &id) || !g_str_equal (id, offer->manifest->id))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the manifest of %s does not belong there", offer->manifest->id);
      suture_known_unref (offer);
      return NULL;
    }
  if (!suture_manifest_check_id (offer->manifest, error))
    {
      suture_known_unref (offer);
      return NULL;
    }
  offer->automatic = suture_target_read_preparation (target, &approved);
  if (offer->automatic)
    {
      g_free (offer->approved);
      offer->approved = approved;
    }
  if (lesson->config->local)
    {
      g_strfreev (offer->archive);
      offer->archive = suture_target_read_archive (target);
    }
  offer->checked = suture_trust_get_time (lesson->trust);
  if (rollout.start != 0)
    offer->turn = suture_rollout_turn (&rollout, lesson->machine, offer->sha256);
  return offer;
}

/* Whether @target has to be looked at: not what is withdrawn, and, as far as its publisher says of which @component it is
 * (NULL: not), neither a letter that a later one in @done, whose turn has come, stands for nor what may not come from this feed. */
static gboolean
is_wanted (const Lesson *lesson, const SutureTarget *target, const char *component, GHashTable *done)
{
  return g_str_has_suffix (target->path, ".json") && !suture_target_is_withdrawn (target)
         && (component == NULL
             || (!g_hash_table_contains (done, component)
                 && suture_feed_configs_may_offer (lesson->feeds, lesson->config->name, component)));
}

/* What one feed lists must not take the memory and the time that is there for all. */
static gboolean
has_room (guint count, guint64 size, GError **error)
{
  if (count <= OFFERS_MAX && size <= OFFERS_SIZE_MAX)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "it lists more than %d descriptions or %d MiB of them, and none is"
               " taken: its publisher has to list less", OFFERS_MAX, OFFERS_SIZE_MAX / (1024 * 1024));
  return FALSE;
}

/* Adds what a feed offers. A target that can't be used is left out and said in the log: it must not hide its neighbours. One
 * that can't be fetched fails the feed. Of a component only the latest letter's manifest is needed, and those before as long as
 * this machine's turn has not come, so that a desktop's first check costs what is of use to it now, and not all that was ever
 * published. */
static gboolean
learn_offers (const Lesson *lesson, GPtrArray *targets, GPtrArray *mine, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal); /* components, of targets */
  guint count = 0;
  guint64 size = 0;

  for (guint i = 0; i < targets->len; i++)
    {
      const SutureTarget *target = g_ptr_array_index (targets, i);
      gint64 number;
      const char *component = suture_listing_component (target, &number);
      g_autoptr (GError) refused = NULL;
      SutureKnown *offer;

      if (!is_wanted (lesson, target, component, done))
        continue;
      if (target->length <= SUTURE_MANIFEST_MAX)
        size += target->length; /* what is longer is not fetched */
      if (!has_room (++count, size, error))
        return FALSE;
      g_hash_table_add (lesson->offers->manifests, g_strdup (target->sha256 != NULL ? target->sha256 : ""));
      offer = learn_offer (lesson, target, &refused);
      if (offer != NULL)
        {
          g_ptr_array_add (mine, offer);
          if (component != NULL && suture_known_waits_until (offer) == 0)
            g_hash_table_add (done, (char *) component);
        }
      else if (g_error_matches (refused, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
        g_message ("feed %s: %s is left out: %s", lesson->config->name, target->path, refused->message);
      else
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&refused), "%s: ", target->path);
          return FALSE;
        }
    }
  return TRUE;
}

/* A publisher that has nothing for this base is well; one whose server lacks what was promised is not. */
static gboolean
has_list (const Lesson *lesson)
{
  return suture_delegations_find (suture_trust_get (lesson->trust, "targets")->delegations, lesson->role) != NULL;
}

/* Adds what a feed offers and has withdrawn: all of it, or nothing. */
static gboolean
add_offers (const Lesson *lesson, GError **error)
{
  g_autoptr (GPtrArray) mine = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_known_unref);
  g_autoptr (GPtrArray) targets = NULL;

  if (!has_list (lesson))
    return TRUE;
  targets = suture_trust_list (lesson->trust, lesson->source, lesson->role, error);
  if (targets == NULL)
    return FALSE;
  suture_listing_sort (targets);
  if (!learn_offers (lesson, targets, mine, error))
    return FALSE;
  for (guint i = 0; i < targets->len; i++)
    learn_withdrawal (lesson, g_ptr_array_index (targets, i));
  for (guint i = 0; i < mine->len; i++)
    suture_offers_add (lesson->offers, suture_known_ref (g_ptr_array_index (mine, i)));
  return TRUE;
}

/* Not when it was stopped by a person: that says nothing about the feed. */
static void
remember_feed (SutureWork *work, const SutureFeedConfig *config, SutureTrust *trust, const GError *error)
{
  if (!g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    suture_feeds_remember (work->database, config, trust, error);
}

static void
prepared (guint64 done, guint64 total, gpointer user_data)
{
  suture_work_set_bytes (user_data, done, total);
}

/* Has suture-local prepare what is new, before the local feed is read. What it fails with says nothing against what is there.
 * A person who wants something installed or removed meanwhile does not wait for it. */
static void
prepare (SutureWork *work, GError **error)
{
  g_autoptr (GError) local = NULL;

  suture_work_set_activity (work, "preparing");
  (void) suture_local_check (prepared, work, work->hurry, &local);
  suture_work_set_activity (work, "checking");
  if (g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_CANCELLED) && !g_cancellable_is_cancelled (work->cancellable))
    g_message ("feed %s: somebody waits, so the rest is prepared by the next check", SUTURE_FEED_LOCAL);
  else if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
}

/* One feed, over the network or out of its folder. @lesson lacks what belongs to it. @unprepared (may be NULL): why there may be more
 * than its folder has. */
static gboolean
check_feed (SutureWork *work, Lesson *lesson, const SutureFeedConfig *config, const GError *unprepared, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (SutureTrust) trust = open_trust (config, &local);
  g_autoptr (SutureSource) source = suture_source_new (config, work->cancellable);
  gint64 now = suture_clock_now (); /* one start time a cycle */

  suture_source_set_deadline (source, FEED_SECONDS);
  lesson->config = config;
  lesson->trust = trust;
  lesson->source = source;
  if (trust != NULL && suture_trust_refresh (trust, source, now, &local) && add_offers (lesson, &local))
    {
      /* this computer makes its own for itself: where nothing is to be prepared, there is no list */
      lesson->served += config->local || has_list (lesson);
      g_hash_table_add (work->checked, g_strdup (config->name));
      remember_feed (work, config, trust, unprepared);
      suture_feeds_remember_checked (work->database, config->name, now);
      if (unprepared == NULL)
        return TRUE;
      g_propagate_prefixed_error (error, g_error_copy (unprepared), "feed %s: ", config->name);
      return FALSE;
    }
  suture_check_blame_server (config, local);
  /* where nothing could be prepared, that is why there is nothing */
  if (unprepared != NULL)
    {
      g_message ("feed %s: %s", config->name, local->message);
      g_clear_error (&local);
      local = g_error_copy (unprepared);
    }
  remember_feed (work, config, trust, local);
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "feed %s: ", config->name);
  suture_offers_add_from (lesson->offers, work->facts != NULL ? work->facts->offers : NULL, config->name);
  return FALSE;
}

/* All feeds, the local one behind the others: what takes this computer minutes must not hold up what a server has ready. What
 * it downloads are packages: by itself it does not over a network that is metered. @first: of the errors. */
static void
check_feeds (SutureWork *work, Lesson *lesson, GError **first)
{
  GPtrArray *usable = lesson->feeds->usable;
  const SutureFeedConfig *local = NULL;
  g_autoptr (GError) unprepared = NULL;

  for (guint i = 0; i < usable->len; i++)
    {
      const SutureFeedConfig *config = g_ptr_array_index (usable, i);
      g_autoptr (GError) error = NULL;

      if (config->local)
        local = config;
      else if (!check_feed (work, lesson, config, NULL, &error) && *first == NULL)
        *first = g_steal_pointer (&error);
    }
  if (local == NULL)
    return;
  if (!g_str_equal (work->kind, "automatic") || suture_waits_may_download (work->database, work->conditions))
    prepare (work, &unprepared);
  (void) check_feed (work, lesson, local, unprepared, *first == NULL ? first : NULL);
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
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  g_autoptr (SutureRelease) release = NULL;
  g_autoptr (SutureFeedConfigs) feeds = suture_feeds_load_used ();
  g_autoptr (GError) first = NULL;
  g_autofree char *role = NULL;
  g_autofree char *machine = suture_machine_read_id ();
  Lesson lesson = { .offers = offers, .feeds = feeds, .machine = machine, .current = TRUE };

  suture_work_set_activity (work, "checking");
  release = suture_release_load (&first);
  if (first == NULL && feeds->usable->len == 0 && feeds->fault != NULL)
    first = g_error_copy (feeds->fault);
  else if (first == NULL && feeds->usable->len == 0)
    g_set_error (&first, SUTURE_ERROR, SUTURE_ERROR_NO_SOURCE, "no publisher is configured");
  role = release != NULL ? suture_release_role (release) : NULL;
  lesson.role = role;
  if (role != NULL)
    check_feeds (work, &lesson, &first);
  /* all are well, and none is for this system: that must not look as if nothing had to be fixed */
  if (first == NULL && feeds->fault == NULL && lesson.served == 0)
    g_set_error (&first, SUTURE_ERROR, SUTURE_ERROR_NO_SOURCE, "no publisher has improvements for %s", role);
  if (first == NULL && feeds->fault == NULL)
    suture_cache_sweep (work->database, offers->manifests);
  /* stopped by a person: that says nothing about the feeds */
  if (!g_error_matches (first, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    remember_outcome (work, first);
  /* where not even this machine's own name can be read, nothing that was known is thrown away */
  if (suture_work_look (work, role != NULL ? offers : work->facts->offers))
    {
      (void) suture_recover_retire (work);
      suture_recover_settle (work);
    }
  if (first == NULL && feeds->fault != NULL)
    first = g_error_copy (feeds->fault);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

void
suture_check_restore (SutureWork *work)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  g_autoptr (SutureRelease) release = suture_release_load (NULL);
  g_autoptr (SutureFeedConfigs) feeds = suture_feeds_load_used ();
  g_autofree char *role = release != NULL ? suture_release_role (release) : NULL;
  g_autofree char *machine = suture_machine_read_id ();
  gint64 all = suture_setting_get_number (work->database, SUTURE_SETTING_LAST_CHECKED, 0);

  for (guint i = 0; role != NULL && i < feeds->usable->len; i++)
    {
      const SutureFeedConfig *config = g_ptr_array_index (feeds->usable, i);
      /* what was valid at the last check is shown; what is installed is held against the present by suture_install_run () */
      gint64 then = suture_feeds_get_checked (work->database, config->name, all);
      g_autoptr (SutureTrust) trust = then > 0 ? open_trust (config, NULL) : NULL;
      g_autoptr (SutureSource) source = suture_source_new_nothing ();
      Lesson lesson = { .offers = offers, .feeds = feeds, .config = config, .trust = trust, .source = source,
                        .role = role, .machine = machine };
      g_autoptr (GError) local = NULL;

      if (trust == NULL || !suture_trust_resume (trust, then, &local) || !add_offers (&lesson, &local))
        g_info ("feed %s: nothing is known without its server: %s", config->name,
                local != NULL ? local->message : "it was never reached");
    }
  (void) suture_work_look (work, offers);
}
