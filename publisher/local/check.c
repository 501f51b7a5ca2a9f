/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/check.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "local/brief.h"
#include "local/candidates.h"
#include "local/fetching.h"
#include "local/ground.h"
#include "local/keep.h"
#include "local/outcome.h"
#include "local/place.h"
#include "local/prepare.h"
#include "local/refusals.h"
#include "local/set-up.h"
#include "package.h"
#include "run.h"
#include "stage.h"
#include "tree.h"

/* What a preparation needs on the disk: the packages, unpacked, what lies there now, the image and what it is made from, and a payload.
 * Debian's packages unpack to about four times their size. */
#define ROOM_FACTOR 20
#define ROOM_LEAST (64 * 1024 * 1024)

typedef struct
{
  SutureCheckProgress progress; /* the caller's */
  gpointer user_data;           /* the caller's */
  SutureFd lock;                /* (owned), as all that follows */
  char *work;                   /* a folder */
  SutureLists *lists;
  GPtrArray *installed;         /* SutureInstalled */
  GPtrArray *candidates;        /* SutureCandidates */
  GHashTable *made;             /* "COMPONENT|BASE|RESULT" → "ROLE/ID": what is published or staged */
  GHashTable *names;            /* a set of those that stay published */
  SutureRefusals *refusals;     /* what was looked at before, and can't be */
  SutureOutcome *outcome;
  char *architecture, *stamp;
  guint64 fetched, to_fetch;    /* bytes */
  gboolean begun;               /* what apt has is known */
  GError *first;                /* the first that went wrong */
} Check;

static void
check_clear (Check *self)
{
  suture_fd_close (&self->lock);
  if (self->work != NULL)
    suture_tree_remove (self->work);
  g_free (self->work);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->installed, g_ptr_array_unref);
  g_clear_pointer (&self->lists, suture_lists_free);
  g_hash_table_unref (self->made);
  g_hash_table_unref (self->names);
  suture_refusals_free (self->refusals);
  suture_outcome_free (self->outcome);
  g_free (self->architecture);
  g_free (self->stamp);
  g_clear_error (&self->first);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Check, check_clear)

gboolean
suture_check_set_up (GError **error)
{
  g_auto (SutureFd) lock = suture_place_lock (error);

  return lock >= 0 && suture_set_up_run (error);
}

/* This computer's architecture as systemd calls it. */
static char *
find_architecture (GError **error)
{
  const char *const argv[] = { "dpkg", "--print-architecture", NULL };
  g_autofree char *debian = suture_run (argv, error);
  const char *systemd = debian != NULL ? suture_package_systemd_name (g_strchomp (debian)) : NULL;

  if (debian != NULL && systemd == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "there are no improvements for the architecture %s", debian);
  return g_strdup (systemd);
}

/* What tells one change from every other: of which component, from which versions, to which. */
static char *
key_of (const char *component, const char *base, const char *result)
{
  return g_strdup_printf ("%s|%s|%s", component, base, result);
}

static char *
candidates_key (const SutureCandidates *candidates)
{
  g_autofree char *base = suture_candidates_label (candidates, FALSE);
  g_autofree char *result = suture_candidates_label (candidates, TRUE);

  return key_of (candidates->component, base, result);
}

/* One that lies in @which and can be read. */
static void
take_made (Check *self, const char *which, const SutureStage *stage, GHashTable *wanted, guint *number)
{
  const SutureManifest *manifest = stage->manifest;
  g_autofree char *key
      = manifest->bases->len == 1
            ? key_of (manifest->component, g_ptr_array_index (manifest->bases, 0), manifest->result)
            : g_strdup ("");

  *number = MAX (*number, manifest->number);
  if (g_hash_table_contains (wanted, key))
    g_hash_table_replace (self->made, g_steal_pointer (&key), g_strdup (stage->name));
  /* of a run that was killed, and of no more use: it would go out with the rest */
  else if (g_str_equal (which, "staging"))
    suture_tree_remove (stage->path);
}

static void
discard (SutureDepot *depot, const char *name)
{
  g_autofree char *path = suture_depot_path (depot, "staging", name, NULL);

  suture_tree_remove (path);
}

/* What of what is wanted is published or staged, and the numbers that are used up. What can't be read is made anew. */
static gboolean
find_made (Check *self, GError **error)
{
  static const char *const which[] = { "published", "staging" };
  g_autofree char *feed = suture_place_feed ();
  g_autoptr (SutureDepot) depot = suture_depot_open (feed, error);
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint number = 0;

  if (depot == NULL)
    return FALSE;
  for (guint i = 0; i < self->candidates->len; i++)
    if (((SutureCandidates *) g_ptr_array_index (self->candidates, i))->obstacle == NULL)
      g_hash_table_add (wanted, candidates_key (g_ptr_array_index (self->candidates, i)));
  for (gsize w = 0; w < G_N_ELEMENTS (which); w++)
    {
      g_autoptr (GPtrArray) names = suture_stage_list (depot, which[w], NULL, error);

      for (guint i = 0; names != NULL && i < names->len; i++)
        {
          g_autoptr (SutureStage) stage = suture_stage_open (depot, which[w], g_ptr_array_index (names, i), NULL);

          if (stage != NULL)
            take_made (self, which[w], stage, wanted, &number);
          else if (g_str_equal (which[w], "staging"))
            discard (depot, g_ptr_array_index (names, i));
        }
      if (names == NULL)
        return FALSE;
    }
  return suture_place_set_number (number, error);
}

/* The name under which it is made already, or NULL; part of @self. */
static const char *
find_name (Check *self, const SutureCandidates *candidates)
{
  g_autofree char *key = candidates_key (candidates);

  return g_hash_table_lookup (self->made, key);
}

static guint64
size_of (const SutureCandidates *candidates)
{
  guint64 size = 0;

  for (guint i = 0; i < candidates->packages->len; i++)
    size += ((const SutureCandidate *) g_ptr_array_index (candidates->packages, i))->listed->size;
  return size;
}

/* Notes what is known of @candidates without a download: that it stays published, that it was refused before, or how much has to be
 * fetched. */
static void
sort_out (Check *self, SutureCandidates *candidates)
{
  const char *name = candidates->obstacle == NULL ? find_name (self, candidates) : NULL;
  g_autofree char *key = candidates_key (candidates);

  if (name != NULL)
    g_hash_table_add (self->names, g_strdup (name));
  else if (candidates->obstacle == NULL)
    candidates->obstacle = suture_refusals_find (self->refusals, key);
  if (name == NULL && candidates->obstacle == NULL)
    self->to_fetch += size_of (candidates);
}

/* Reads all that is read before anything is fetched. */
static gboolean
look (Check *self, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *refusals = suture_place_path ("refused.json");

  self->progress ("reading", 0, 0, self->user_data);
  self->lock = suture_place_lock (error);
  if (self->lock < 0 || !suture_set_up_run (error) || !suture_set_up_is_trusted (error))
    return FALSE;
  self->work = suture_place_work (error);
  /* gpgv does not tell that the disk is full, and apt needs a cache */
  if (self->work == NULL || !suture_place_has_room (ROOM_LEAST, error))
    return FALSE;
  self->architecture = find_architecture (error);
  self->stamp = suture_installed_stamp ();
  self->refusals = suture_refusals_load (refusals, now);
  self->lists = self->architecture != NULL ? suture_lists_load (self->work, now, error) : NULL;
  self->installed = self->lists != NULL ? suture_installed_list (error) : NULL;
  self->candidates = self->installed != NULL ? suture_candidates_find (self->installed, self->lists, self->work, error) : NULL;
  if (self->candidates == NULL || !find_made (self, error))
    return FALSE;
  for (guint i = 0; i < self->lists->suites->len; i++)
    suture_outcome_add_suite (self->outcome, g_ptr_array_index (self->lists->suites, i));
  for (guint i = 0; i < self->candidates->len; i++)
    sort_out (self, g_ptr_array_index (self->candidates, i));
  return TRUE;
}

/* What targets say of where it comes from: the archive's own chain, as it was verified. */
static JsonObject *
describe (const SutureCandidates *candidates)
{
  const SutureListed *first = ((const SutureCandidate *) g_ptr_array_index (candidates->packages, 0))->listed;
  JsonObject *archive = json_object_new ();
  JsonArray *packages = json_array_new ();

  json_object_set_string_member (archive, "origin", first->suite->origin);
  json_object_set_string_member (archive, "suite", first->suite->codename);
  json_object_set_string_member (archive, "date", first->suite->date);
  json_object_set_string_member (archive, "key", first->suite->key);
  json_object_set_string_member (archive, "release", first->suite->sha256);
  json_object_set_string_member (archive, "index", first->index);
  for (guint i = 0; i < candidates->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (candidates->packages, i);
      JsonObject *package = json_object_new ();

      json_object_set_string_member (package, "name", one->installed->name);
      json_object_set_string_member (package, "version", one->listed->version);
      json_object_set_string_member (package, "architecture", one->installed->architecture);
      json_object_set_string_member (package, "sha256", one->listed->sha256);
      json_array_add_object_element (packages, package);
    }
  json_object_set_array_member (archive, "packages", packages);
  return archive;
}

static void
tell_fetched (guint64 done, gpointer user_data)
{
  Check *self = user_data;

  self->progress ("fetching", self->fetched + done, self->to_fetch, self->user_data);
}

/* Fetches the packages and what lies on the disk into the folder of @brief. */
static gboolean
gather (Check *self, const SutureCandidates *candidates, SutureBrief *brief, SutureObstacle **obstacle, GError **error)
{
  g_autofree char *packages = g_build_filename (brief->folder, "packages", NULL);
  g_autofree char *ground = suture_brief_ground (brief);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GPtrArray) contents = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  if (g_mkdir (packages, 0700) < 0 || g_mkdir (ground, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make a folder below %s", brief->folder);
  for (guint i = 0; i < candidates->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (candidates->packages, i);
      g_autofree char *path = suture_brief_package (brief, i);
      g_autoptr (GPtrArray) mine = suture_installed_files (one->installed->called, error);
      GPtrArray *new = NULL;

      if (mine == NULL || !suture_fetching_run (one, path, tell_fetched, self, error)
          || (new = suture_contents_read (path, error)) == NULL)
        return FALSE;
      self->fetched += one->listed->size;
      g_ptr_array_add (contents, new);
      g_ptr_array_extend (entries, new, NULL, NULL);
      g_ptr_array_extend_and_steal (files, g_steal_pointer (&mine));
      g_ptr_array_add (brief->called, g_strdup (one->installed->called));
      g_ptr_array_add (brief->old, g_strdup (one->installed->version));
      g_ptr_array_add (brief->fixed, g_strdup (one->listed->version));
    }
  return suture_ground_copy (files, entries, ground, obstacle, error);
}

/* dpkg must not have been at work meanwhile: what was copied would be of two systems. */
static gboolean
is_same_system (Check *self, GError **error)
{
  g_autofree char *now = suture_installed_stamp ();

  if (g_str_equal (now, self->stamp))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY,
               "the system was updated while improvements were being prepared: those that are ready stay, and the next check goes on");
  return FALSE;
}

static gboolean
prepare (Check *self, const SutureCandidates *candidates, SutureObstacle **obstacle, GError **error)
{
  g_autofree char *folder = g_build_filename (self->work, candidates->component, NULL);
  g_autoptr (SutureBrief) brief = suture_brief_new (folder);
  const SutureSuite *suite = ((const SutureCandidate *) g_ptr_array_index (candidates->packages, 0))->listed->suite;
  gboolean good;

  brief->component = g_strdup (candidates->component);
  brief->publisher = g_strdup (*suite->origin != '\0' ? suite->origin : suite->codename);
  brief->architecture = g_strdup (self->architecture);
  brief->suite = g_strdup (suite->codename);
  brief->after = suture_place_number ();
  brief->archive = describe (candidates);
  if (!suture_place_has_room (size_of (candidates) * ROOM_FACTOR + ROOM_LEAST, error))
    return FALSE;
  if (g_mkdir (folder, 0700) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", folder);
  good = gather (self, candidates, brief, obstacle, error) && is_same_system (self, error);
  if (good && *obstacle == NULL)
    good = suture_brief_save (brief, error) && suture_prepare_spawn (folder, obstacle, error);
  suture_tree_remove (folder);
  return good;
}

/* What went wrong with one is told with it, and what it would be for others as well ends the work. */
static gboolean
fail (Check *self, const SutureCandidates *candidates, GError *why)
{
  gboolean fetching = g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NETWORK)
                      || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_HASH);
  g_autoptr (SutureObstacle) obstacle = suture_obstacle_new (fetching ? "fetch" : "prepare", why->message);
  gboolean ends = g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_BUSY)
                  || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);

  suture_outcome_add_left (self->outcome, candidates, obstacle);
  if (self->first == NULL)
    self->first = g_error_new (SUTURE_ERROR, why->domain == SUTURE_ERROR ? why->code : SUTURE_ERROR_FAILED, "%s: %s",
                               candidates->component, why->message);
  g_error_free (why);
  return !ends;
}

static gboolean
work_on (Check *self, const SutureCandidates *candidates)
{
  g_autoptr (SutureObstacle) obstacle = NULL;
  g_autofree char *key = candidates_key (candidates);
  gboolean fetched;
  GError *why = NULL;

  if (candidates->obstacle != NULL)
    {
      suture_outcome_add_left (self->outcome, candidates, candidates->obstacle);
      return TRUE;
    }
  if (find_name (self, candidates) != NULL)
    return TRUE;
  if (!suture_candidates_find_dependencies (candidates, self->work, &obstacle, &why))
    return fail (self, candidates, why);
  fetched = obstacle == NULL;
  if (fetched && !prepare (self, candidates, &obstacle, &why))
    return fail (self, candidates, why);
  if (obstacle == NULL)
    return TRUE;
  /* what was seen without a download is seen again each time */
  if (fetched)
    suture_refusals_add (self->refusals, key, obstacle);
  suture_outcome_add_left (self->outcome, candidates, obstacle);
  return TRUE;
}

static gboolean
run (Check *self, GError **error)
{
  if (!look (self, error))
    return FALSE;
  self->begun = TRUE;
  for (guint i = 0; i < self->candidates->len; i++)
    {
      self->progress ("preparing", i, self->candidates->len, self->user_data);
      if (!work_on (self, g_ptr_array_index (self->candidates, i)))
        break;
    }
  self->progress ("signing", 0, 0, self->user_data);
  if (!suture_refusals_save (self->refusals, error) || !suture_keep_spawn (self->work, self->names, error))
    return FALSE;
  if (self->first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->first));
  return FALSE;
}

/* GLib has errors of its own for files. */
static void
make_own (GError **error)
{
  gboolean full = g_error_matches (*error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_autoptr (GError) old = NULL;

  if (*error == NULL || (*error)->domain == SUTURE_ERROR)
    return;
  old = g_steal_pointer (error);
  *error = g_error_new (SUTURE_ERROR, full ? SUTURE_ERROR_NO_SPACE : SUTURE_ERROR_FAILED, "%s%s", full ? "not enough space: " : "",
                        old->message);
}

gboolean
suture_check_run (SutureCheckProgress progress, gpointer user_data, GError **error)
{
  g_auto (Check) self = { .progress = progress,
                          .user_data = user_data,
                          .lock = -1,
                          .made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                          .names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                          .outcome = suture_outcome_new () };
  g_autofree char *path = suture_place_path ("report.json");
  g_autoptr (GError) why = NULL;
  g_autoptr (GError) unwritten = NULL;

  (void) run (&self, &why);
  make_own (&why);
  if (self.lock >= 0
      && !suture_outcome_write (self.outcome, path, self.begun, why, g_get_real_time () / G_USEC_PER_SEC, &unwritten) && why == NULL)
    why = g_steal_pointer (&unwritten);
  make_own (&why);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}
