/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: what counts as a sign that something does not work with an improvement. Not for: finding out what happens
 * (watcher.c), and for taking it out (undo.c). */
#include "engine/watch.h"

#include "base/name.h"

#define NAME_BYTES 128 /* of a program in a sentence */
#define HEALTH_LATE (30 * G_USEC_PER_SEC) /* some looks */

/* What one unit did. */
typedef struct
{
  GArray *times;    /* of looks, microseconds since the epoch (owned) */
  GArray *restarts; /* what was counted then (owned) */
  gboolean switched; /* the switch restarted it, and so began the count anew */
} Unit;

struct _SutureWatch
{
  gint64 began;        /* seconds since the epoch */
  GHashTable *units;   /* name → Unit (owned) */
  GHashTable *health;  /* name of a unit → seconds, until it has been looked at (owned) */
  GHashTable *failing; /* names of units that say nothing (owned) */
  GHashTable *files;   /* paths (owned) */
  GHashTable *earlier; /* path of a program → how often it crashed before (owned) */
  GHashTable *crashes; /* unit, or path of a program that is of none → times, microseconds since the epoch (owned) */
  char *verdict;       /* NULL: none (owned) */
};

void
suture_unit_state_free (SutureUnitState *self)
{
  g_free (self->name);
  g_free (self->active);
  g_free (self->result);
  g_free (self);
}

void
suture_crash_free (SutureCrash *self)
{
  g_free (self->program);
  g_free (self->unit);
  g_strfreev (self->files);
  g_free (self);
}

static void
unit_free (gpointer data)
{
  Unit *unit = data;

  g_array_unref (unit->times);
  g_array_unref (unit->restarts);
  g_free (unit);
}

static void
add_unit (SutureWatch *self, const char *name, gboolean switched)
{
  Unit *unit;

  if (*name == '\0' || g_hash_table_contains (self->units, name))
    return;
  unit = g_new0 (Unit, 1);
  unit->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  unit->restarts = g_array_new (FALSE, FALSE, sizeof (guint));
  unit->switched = switched;
  g_hash_table_insert (self->units, g_strdup (name), unit);
}

static void
add_manifest (SutureWatch *self, const SutureManifest *manifest)
{
  for (guint i = 0; i < manifest->files->len; i++)
    g_hash_table_add (self->files, g_strdup (((SutureManifestFile *) g_ptr_array_index (manifest->files, i))->path));
  for (guint i = 0; i < manifest->restart->len; i++)
    add_unit (self, g_ptr_array_index (manifest->restart, i), FALSE);
  for (guint i = 0; i < manifest->health->len; i++)
    {
      const SutureHealthCheck *check = g_ptr_array_index (manifest->health, i);

      if (check->unit == NULL)
        continue;
      add_unit (self, check->unit, FALSE);
      g_hash_table_insert (self->health, g_strdup (check->unit), GUINT_TO_POINTER (check->seconds));
    }
}

SutureWatch *
suture_watch_new (const SutureProbation *probation, const SutureManifest *manifest)
{
  SutureWatch *self = g_new0 (SutureWatch, 1);
  g_auto (GStrv) units = g_strsplit (probation->units, "\n", -1);
  g_auto (GStrv) failing = g_strsplit (probation->failing, "\n", -1);

  self->began = probation->began;
  self->units = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unit_free);
  self->health = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->failing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->earlier = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->crashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  for (char **at = units; *at != NULL; at++)
    add_unit (self, *at, TRUE);
  if (manifest != NULL)
    add_manifest (self, manifest);
  for (char **at = failing; *at != NULL; at++)
    {
      g_hash_table_add (self->failing, g_strdup (*at));
      g_hash_table_remove (self->units, *at);
      g_hash_table_remove (self->health, *at);
    }
  return self;
}

void
suture_watch_free (SutureWatch *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->units);
  g_hash_table_unref (self->health);
  g_hash_table_unref (self->failing);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->earlier);
  g_hash_table_unref (self->crashes);
  g_free (self->verdict);
  g_free (self);
}

char **
suture_watch_list_units (SutureWatch *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->units);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_strv_builder_add (names, name);
  return g_strv_builder_end (names);
}

gint64
suture_watch_get_began (SutureWatch *self)
{
  return self->began;
}

gboolean
suture_watch_has_file (SutureWatch *self, const char *path)
{
  return g_hash_table_contains (self->files, path);
}

void
suture_watch_add_files (SutureWatch *self, GHashTable *paths)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_hash_table_add (paths, g_strdup (path));
}

static void G_GNUC_PRINTF (3, 4)
condemn (SutureWatch *self, const char *who, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list args;

  if (self->verdict != NULL)
    return;
  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  self->verdict = g_strdup_printf ("%s stopped working after it was installed (%s)", who, why);
}

/* How often the unit was restarted by itself within the window that ends with the last look. What was counted before the first look
 * is left alone, unless the switch began the count anew less than a window ago. */
static guint
count_restarts (SutureWatch *self, const Unit *unit, gint64 now)
{
  guint last = g_array_index (unit->restarts, guint, unit->restarts->len - 1);
  gint64 age = now - self->began * G_USEC_PER_SEC;

  if (unit->switched && age >= 0 && age <= SUTURE_WATCH_WINDOW)
    return last;
  for (guint i = 0; i < unit->times->len; i++)
    {
      gint64 past = now - g_array_index (unit->times, gint64, i);

      if (past >= 0 && past <= SUTURE_WATCH_WINDOW)
        return last - g_array_index (unit->restarts, guint, i);
    }
  return 0;
}

static void
note_restarts (Unit *unit, guint restarts, gint64 now)
{
  /* somebody has started it anew: it counts from the beginning */
  if (unit->restarts->len > 0 && restarts < g_array_index (unit->restarts, guint, unit->restarts->len - 1))
    {
      g_array_set_size (unit->times, 0);
      g_array_set_size (unit->restarts, 0);
    }
  while (unit->times->len > 0 && now - g_array_index (unit->times, gint64, 0) > SUTURE_WATCH_WINDOW)
    {
      g_array_remove_index (unit->times, 0);
      g_array_remove_index (unit->restarts, 0);
    }
  g_array_append_val (unit->times, now);
  g_array_append_val (unit->restarts, restarts);
}

static const char *
result_in_words (const char *result)
{
  static const char *const words[][2] = {
    { "core-dump", "it crashed" },
    { "signal", "it was killed by a signal" },
    { "exit-code", "it ended with an error" },
    { "timeout", "it did not start in time" },
    { "watchdog", "it stopped answering" },
    { "start-limit-hit", "it failed again and again" },
    { "oom-kill", "it used up the memory" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i][0], result))
      return words[i][1];
  return "it failed";
}

static gboolean
is_running (const SutureUnitState *state)
{
  return g_str_equal (state->active, "active") || g_str_equal (state->active, "reloading");
}

/* Once, when its time has come. Where nobody looked then (the computer was started anew, or the helper), it says nothing: whether the
 * unit runs now has other reasons. One that is being started is waited for. */
static void
judge_health (SutureWatch *self, const SutureUnitState *state, gint64 now)
{
  guint seconds = GPOINTER_TO_UINT (g_hash_table_lookup (self->health, state->name));
  gint64 late = now - (self->began + seconds) * G_USEC_PER_SEC;
  gboolean missed = late > HEALTH_LATE;

  if (seconds == 0 || late < 0 || (!missed && g_str_equal (state->active, "activating")))
    return;
  g_hash_table_remove (self->health, state->name);
  if (!missed && !is_running (state))
    condemn (self, state->name, "it did not run %u seconds later", seconds);
}

void
suture_watch_take_unit (SutureWatch *self, const SutureUnitState *state, gint64 now)
{
  Unit *unit = g_hash_table_lookup (self->units, state->name);
  guint restarts;

  if (unit == NULL)
    return;
  note_restarts (unit, state->restarts, now);
  restarts = count_restarts (self, unit, now);
  if (restarts >= SUTURE_WATCH_FAILURES)
    condemn (self, state->name, "it failed %u times in a minute", restarts);
  else if (g_str_equal (state->active, "failed"))
    condemn (self, state->name, "%s", result_in_words (state->result));
  judge_health (self, state, now);
}

gboolean
suture_watch_concerns (SutureWatch *self, const SutureCrash *crash)
{
  if (g_hash_table_contains (self->files, crash->program))
    return TRUE;
  for (char **at = crash->files; at != NULL && *at != NULL; at++)
    if (g_hash_table_contains (self->files, *at))
      return TRUE;
  return FALSE;
}

/* How often what crashed at @time has done so in the window that ends then. */
static guint
count_crashes (SutureWatch *self, const char *key, gint64 time)
{
  GArray *times = g_hash_table_lookup (self->crashes, key);

  if (times == NULL)
    {
      times = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_hash_table_insert (self->crashes, g_strdup (key), times);
    }
  g_array_append_val (times, time);
  while (time - g_array_index (times, gint64, 0) > SUTURE_WATCH_WINDOW)
    g_array_remove_index (times, 0);
  return times->len;
}

void
suture_watch_take_crash (SutureWatch *self, const SutureCrash *crash)
{
  guint earlier = GPOINTER_TO_UINT (g_hash_table_lookup (self->earlier, crash->program));
  gint64 began = self->began * G_USEC_PER_SEC;
  g_autofree char *file = g_path_get_basename (crash->program);
  g_autofree char *name = suture_name_clean_text (file, NAME_BYTES, FALSE); /* whoever made it could call it anything */
  guint times;

  if (crash->time < began && crash->time >= began - SUTURE_WATCH_BEFORE)
    g_hash_table_insert (self->earlier, g_strdup (crash->program), GUINT_TO_POINTER (earlier + 1));
  if (crash->time < began || !crash->counts || earlier >= SUTURE_WATCH_BEFORE_CRASHES
      || g_hash_table_contains (self->failing, crash->unit)
      || (!g_hash_table_contains (self->units, crash->unit) && !suture_watch_concerns (self, crash)))
    return;
  times = count_crashes (self, *crash->unit != '\0' ? crash->unit : crash->program, crash->time);
  if (times >= SUTURE_WATCH_FAILURES)
    condemn (self, *crash->unit != '\0' ? crash->unit : name, "it crashed %u times in a minute", times);
}

void
suture_watch_take_health (SutureWatch *self, const char *why)
{
  if (self->verdict == NULL)
    self->verdict = g_strdup (why);
}

const char *
suture_watch_get_verdict (SutureWatch *self)
{
  return self->verdict;
}
