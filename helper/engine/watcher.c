/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: finding out what happens to units and programs, and keeping what follows. Not for: what counts (watch.c), and
 * the taking out (undo.c). */
#include "engine/watcher.h"

#include "base/file.h"
#include "base/paths.h"
#include "engine/cache.h"
#include "engine/crashes.h"
#include "engine/unit-states.h"
#include "history/setting.h"

#define MARK "watching" /* in SUTURE_PATH_STATE */
#define KEEP_SECONDS 30 /* between two times that the remaining time is written */

struct _SutureWatcher
{
  SutureDatabase *database; /* the engine's */
  GHashTable *watches;      /* id → SutureWatch, of all that is installed (owned) */
  gint64 looked;            /* monotonic, microseconds; 0: never */
  gint64 kept;              /* the same: when the remaining time was written */
  int marked;               /* -1: not known yet */
  gint64 uncounted;         /* microseconds of running time since then */
};

SutureWatcher *
suture_watcher_new (SutureDatabase *database)
{
  SutureWatcher *self = g_new0 (SutureWatcher, 1);

  self->database = database;
  self->marked = -1;
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) suture_watch_free);
  return self;
}

void
suture_watcher_free (SutureWatcher *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->watches);
  g_free (self);
}

static void
watched_free (gpointer data)
{
  SutureWatched *self = data;

  g_free (self->id);
  g_free (self);
}

SutureWatchLook *
suture_watch_look_new (void)
{
  SutureWatchLook *self = g_new0 (SutureWatchLook, 1);

  self->watched = g_ptr_array_new_with_free_func (watched_free);
  self->due = g_ptr_array_new_with_free_func (g_free);
  self->untried = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
suture_watch_look_free (SutureWatchLook *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->watched);
  g_ptr_array_unref (self->due);
  g_ptr_array_unref (self->untried);
  g_free (self);
}

/* Something is not kept: it is found again, or lost with this process; nothing else depends on it. */
static void
lost (const char *what, GError *error)
{
  g_message ("%s is not kept: %s", what, error->message);
  g_error_free (error);
}

static SutureWatch *
watch_of (SutureWatcher *self, const SutureProbation *probation)
{
  SutureWatch *watch = g_hash_table_lookup (self->watches, probation->improvement);

  return watch != NULL && suture_watch_get_began (watch) == probation->began ? watch : NULL;
}

/* CLOCK_MONOTONIC stands still while the computer sleeps, which is what is wanted. */
static void
pass_time (SutureWatcher *self, GPtrArray *probations)
{
  gint64 now = g_get_monotonic_time ();
  gboolean keep = now - self->kept >= KEEP_SECONDS * G_USEC_PER_SEC;

  self->uncounted += self->looked == 0 ? 0 : now - self->looked;
  self->looked = now;
  for (guint i = 0; i < probations->len; i++)
    keep = keep || watch_of (self, g_ptr_array_index (probations, i)) == NULL; /* its time begins now: the others' is settled */
  for (guint i = 0; i < probations->len; i++)
    {
      SutureProbation *probation = g_ptr_array_index (probations, i);
      gboolean fresh = watch_of (self, probation) == NULL;
      gint64 remaining = MAX (probation->remaining - (fresh ? 0 : self->uncounted / G_USEC_PER_SEC), 0);
      GError *error = NULL;

      if (probation->remaining > 0 && (remaining == 0 || keep)
          && !suture_probation_set_remaining (self->database, probation->improvement, remaining, &error))
        lost ("how long an improvement is still watched", error);
      probation->remaining = remaining;
    }
  if (!keep)
    return;
  self->kept = now;
  self->uncounted = 0;
}

/* What crashed before it was installed and since, as far as it was read for others up to @position. */
static void
catch_up (SutureWatch *watch, gint64 position, GHashTable *files)
{
  gint64 from = suture_watch_get_began (watch) * G_USEC_PER_SEC - SUTURE_WATCH_BEFORE;
  g_autoptr (GPtrArray) crashes = suture_crashes_read (&from, files);

  for (guint i = 0; i < crashes->len; i++)
    {
      const SutureCrash *crash = g_ptr_array_index (crashes, i);

      if (crash->time <= position)
        suture_watch_take_crash (watch, crash);
    }
}

/* Watches of what is installed, and of nothing else. @fresh: those that have not seen anything yet. */
static GPtrArray *
sync_watches (SutureWatcher *self, GPtrArray *probations)
{
  GPtrArray *fresh = g_ptr_array_new ();
  g_autoptr (GHashTable) old = g_steal_pointer (&self->watches);

  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) suture_watch_free);
  for (guint i = 0; i < probations->len; i++)
    {
      const SutureProbation *probation = g_ptr_array_index (probations, i);
      SutureWatch *watch = g_hash_table_lookup (old, probation->improvement);
      g_autoptr (SutureKnown) known = NULL;

      if (watch != NULL && suture_watch_get_began (watch) == probation->began)
        {
          g_autofree char *key = NULL;

          g_hash_table_steal_extended (old, probation->improvement, (gpointer *) &key, NULL);
        }
      else
        {
          known = suture_cache_find_kept (self->database, "", probation->improvement);
          watch = suture_watch_new (probation, known != NULL ? known->manifest : NULL);
          if (probation->remaining > 0)
            g_ptr_array_add (fresh, watch);
        }
      g_hash_table_insert (self->watches, g_strdup (probation->improvement), watch);
    }
  return fresh;
}

/* Counts @crash for those whose bytes its program runs. Whether somebody can see that. */
static gboolean
count_closing (SutureWatcher *self, const SutureProbation *probation, SutureWatch *watch, const SutureCrash *crash)
{
  g_autofree char *name = g_path_get_basename (crash->program);
  gint64 since = crash->time / G_USEC_PER_SEC - probation->began;
  GError *error = NULL;

  if (since < 0 || since > SUTURE_WATCH_CLOSING_SECONDS || !suture_watch_concerns (watch, crash))
    return FALSE;
  if (!suture_probation_add_closing (self->database, probation->improvement, name, &error))
    lost ("that a program keeps closing", error);
  return TRUE;
}

static gboolean
take_crashes (SutureWatcher *self, GPtrArray *probations, GPtrArray *fresh)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) crashes = NULL;
  gint64 kept = suture_setting_get_number (self->database, SUTURE_SETTING_CRASHES, 0);
  gint64 now = g_get_real_time ();
  gint64 position = kept > 0 && kept <= now ? kept : now; /* what crashed before anybody looked is nobody's */
  gboolean news = FALSE;
  GError *error = NULL;

  for (guint i = 0; i < probations->len; i++)
    suture_watch_add_files (watch_of (self, g_ptr_array_index (probations, i)), files);
  crashes = suture_crashes_read (&position, files);
  for (guint c = 0; c < crashes->len; c++)
    for (guint i = 0; i < probations->len; i++)
      {
        const SutureProbation *probation = g_ptr_array_index (probations, i);
        SutureWatch *watch = watch_of (self, probation);
        const SutureCrash *crash = g_ptr_array_index (crashes, c);

        news = count_closing (self, probation, watch, crash) || news;
        if (probation->remaining > 0 && !g_ptr_array_find (fresh, watch, NULL))
          suture_watch_take_crash (watch, crash);
      }
  for (guint i = 0; i < fresh->len; i++)
    catch_up (g_ptr_array_index (fresh, i), position, files);
  if (position != kept && !suture_setting_set_number (self->database, SUTURE_SETTING_CRASHES, position, &error))
    lost ("up to where the journal was read", error);
  return news;
}

static void
take_units (SutureWatch *watch)
{
  g_auto (GStrv) names = suture_watch_list_units (watch);
  g_autoptr (GPtrArray) states = suture_unit_states_read ((const char *const *) names);
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < states->len; i++)
    suture_watch_take_unit (watch, g_ptr_array_index (states, i), now);
}

/* A verdict that stands in the database already stays what it is: its undoing is under way. */
static void
note_verdict (SutureWatcher *self, SutureProbation *probation, SutureWatch *watch)
{
  const char *verdict = suture_watch_get_verdict (watch);
  GError *error = NULL;

  if (*probation->verdict != '\0' || verdict == NULL)
    return;
  g_message ("%s is taken out: %s", probation->improvement, verdict);
  if (!suture_probation_set_verdict (self->database, probation->improvement, verdict, &error))
    {
      lost ("why an improvement is taken out", error);
      return;
    }
  g_free (probation->verdict);
  probation->verdict = g_strdup (verdict);
}

/* suture-watch.service starts the helper when the computer is started while it is there. */
static void
mark (SutureWatcher *self, gboolean watching)
{
  g_auto (SutureFd) state = suture_file_open_folder (suture_path (SUTURE_PATH_STATE), 0, NULL);
  g_autoptr (GError) error = NULL;

  if (self->marked == (watching ? 1 : 0))
    return;
  if (watching ? suture_file_replace (state, MARK, "", 0, 0600, &error) : suture_file_remove (state, MARK, &error))
    self->marked = watching ? 1 : 0;
  else
    g_message ("that something is watched is not marked: %s", error->message);
}

SutureWatchLook *
suture_watcher_look (SutureWatcher *self)
{
  g_autoptr (GPtrArray) probations = suture_probation_list (self->database);
  SutureWatchLook *look;
  g_autoptr (GPtrArray) fresh = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (probations == NULL)
    return NULL;
  look = suture_watch_look_new ();
  pass_time (self, probations);
  fresh = sync_watches (self, probations);
  if (probations->len > 0)
    look->news = take_crashes (self, probations, fresh);
  for (guint i = 0; i < probations->len; i++)
    {
      SutureProbation *probation = g_ptr_array_index (probations, i);
      SutureWatch *watch = watch_of (self, probation);
      SutureWatched *watched;

      if (probation->remaining > 0)
        {
          take_units (watch);
          note_verdict (self, probation, watch);
          watched = g_new0 (SutureWatched, 1);
          watched->id = g_strdup (probation->improvement);
          watched->until = now + probation->remaining;
          g_ptr_array_add (look->watched, watched);
          if (!probation->healthy && *probation->verdict == '\0')
            g_ptr_array_add (look->untried, g_strdup (probation->improvement));
        }
      if (*probation->verdict != '\0')
        g_ptr_array_add (look->due, g_strdup (probation->improvement));
    }
  mark (self, look->watched->len + look->due->len > 0);
  return look;
}
