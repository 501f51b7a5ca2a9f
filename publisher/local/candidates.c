/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/candidates.h"

#include "base/error.h"
#include "base/name.h"
#include "package.h"
#include "run.h"
#include "verify/manifest.h"

#define APT_SECONDS 120 /* of computing */

static void
candidates_free (gpointer data)
{
  SutureCandidates *self = data;

  g_free (self->component);
  g_ptr_array_unref (self->packages);
  suture_obstacle_free (self->obstacle);
  g_free (self);
}

/* The newest of @versions that is newer than what is installed; NULL without @error when none is. */
static const SutureListed *
find_newest (const SutureInstalled *installed, GPtrArray *versions, GError **error)
{
  const SutureListed *newest = NULL;

  for (guint i = 0; i < versions->len; i++)
    {
      const SutureListed *listed = g_ptr_array_index (versions, i);
      const char *before = newest != NULL ? newest->version : installed->version;
      gboolean later = FALSE;

      if (g_str_equal (listed->version, before))
        continue;
      if (!suture_package_is_later (listed->version, before, &later, error))
        return NULL;
      newest = later ? listed : newest;
    }
  return newest;
}

/* Debian's names allow a plus sign, ours do not. */
static char *
component_of (const char *source)
{
  return g_strdelimit (g_strdup (source), "+", '-');
}

static void
add (GHashTable *found, GPtrArray *all, const SutureInstalled *installed, const SutureListed *listed)
{
  g_autofree char *component = component_of (listed->source);
  SutureCandidates *self = g_hash_table_lookup (found, component);
  SutureCandidate *one = g_new0 (SutureCandidate, 1);

  if (self == NULL)
    {
      self = g_new0 (SutureCandidates, 1);
      self->component = g_strdup (component);
      self->packages = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (found, self->component, self);
      g_ptr_array_add (all, self);
    }
  one->installed = installed;
  one->listed = listed;
  one->upgrade = (SutureUpgrade) { .name = installed->name,
                                   .architecture = installed->architecture,
                                   .source = listed->source,
                                   .old_version = installed->version,
                                   .new_version = listed->version };
  g_ptr_array_add (self->packages, one);
}

static int
compare_packages (gconstpointer a, gconstpointer b)
{
  const SutureCandidate *first = *(const SutureCandidate *const *) a;
  const SutureCandidate *second = *(const SutureCandidate *const *) b;

  return strcmp (first->installed->called, second->installed->called);
}

static int
compare_components (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const SutureCandidates *const *) a)->component, (*(const SutureCandidates *const *) b)->component);
}

char *
suture_candidates_label (const SutureCandidates *self, gboolean fixed)
{
  g_autoptr (GString) label = g_string_new (NULL);

  for (guint i = 0; i < self->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (self->packages, i);

      suture_package_append_label (label, one->installed->name, fixed ? one->listed->version : one->installed->version);
    }
  return suture_name_clean_text (label->str, SUTURE_MANIFEST_TITLE_MAX, FALSE);
}

const char *
suture_candidates_old_version (const SutureCandidates *self)
{
  return ((const SutureCandidate *) g_ptr_array_index (self->packages, 0))->installed->version;
}

const char *
suture_candidates_new_version (const SutureCandidates *self)
{
  return ((const SutureCandidate *) g_ptr_array_index (self->packages, 0))->listed->version;
}

static SutureObstacle *
find_held (const SutureCandidates *self)
{
  for (guint i = 0; i < self->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (self->packages, i);

      if (one->installed->held)
        return suture_obstacle_new ("held", one->installed->called);
    }
  return NULL;
}

/* apt's programs, with all that they are asked in @words (char *), and a cache of their own in @work: without one each of them reads all
 * lists anew. What it wrote, and *@status. */
static char *
run_apt (const char *work, GPtrArray *words, int *status, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_strdup (g_ptr_array_index (words, 0)));
  g_ptr_array_add (argv, g_strdup ("-o"));
  g_ptr_array_add (argv, g_strdup_printf ("Dir::Cache=%s", work));
  g_ptr_array_add (argv, g_strdup ("-o"));
  g_ptr_array_add (argv, g_strdup ("Dir::Cache::pkgcache=pkgcache.bin"));
  g_ptr_array_add (argv, g_strdup ("-o"));
  g_ptr_array_add (argv, g_strdup ("Dir::Cache::srcpkgcache=srcpkgcache.bin"));
  for (guint i = 1; i < words->len; i++)
    g_ptr_array_add (argv, g_strdup (g_ptr_array_index (words, i)));
  g_ptr_array_add (argv, NULL);
  return suture_run_status ((const char *const *) argv->pdata, APT_SECONDS, status, error);
}

/* apt-cache(8), policy: "NAME:" in a line, and below "  Candidate: VERSION": what apt would install of each package of @all, if anything;
 * as the package is called → version. The caller's. */
static GHashTable *
find_wanted (GPtrArray *all, const char *work, GError **error)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GRegex) regex = g_regex_new ("^([a-z0-9][a-z0-9+.:-]*):\n(?: .*\n)*?  Candidate: ([0-9][A-Za-z0-9.+~:-]*)$",
                                          G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *output = NULL;
  int status = 0;

  g_ptr_array_add (words, (gpointer) "apt-cache");
  g_ptr_array_add (words, (gpointer) "policy");
  g_ptr_array_add (words, (gpointer) "--");
  for (guint i = 0; i < all->len; i++)
    {
      const GPtrArray *packages = ((const SutureCandidates *) g_ptr_array_index (all, i))->packages;

      for (guint p = 0; p < packages->len; p++)
        g_ptr_array_add (words, ((const SutureCandidate *) g_ptr_array_index (packages, p))->installed->called);
    }
  output = run_apt (work, words, &status, error);
  for (g_regex_match (regex, output != NULL ? output : "", 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_replace (wanted, g_match_info_fetch (match, 1), g_match_info_fetch (match, 2));
  return output != NULL ? g_steal_pointer (&wanted) : NULL;
}

/* apt leaves the architecture out where it is this computer's own */
static const char *
look_up (GHashTable *wanted, const SutureInstalled *installed)
{
  const char *version = g_hash_table_lookup (wanted, installed->called);

  return version != NULL ? version : g_hash_table_lookup (wanted, installed->name);
}

/* What apt would not install is not offered: the administrator's preferences, apt_preferences(5), count here as well. */
static gboolean
find_pinned (const SutureCandidates *self, GHashTable *wanted, SutureObstacle **obstacle, GError **error)
{
  for (guint i = 0; *obstacle == NULL && i < self->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (self->packages, i);
      const char *version = look_up (wanted, one->installed);
      gboolean later = TRUE;

      if (g_strcmp0 (version, one->listed->version) == 0)
        continue;
      if (version != NULL && !suture_package_is_later (one->listed->version, version, &later, error))
        return FALSE;
      /* a newer version still, of another suite, has what is in this one */
      if (later)
        *obstacle = suture_obstacle_new ("pinned", one->installed->called);
    }
  return TRUE;
}

/* apt names the architecture of what is not this computer's own: the same package of that is another one. */
static gboolean
is_among (const SutureCandidates *self, const char *name)
{
  for (guint i = 0; i < self->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (self->packages, i);

      if (g_str_equal (one->installed->called, name) || g_str_equal (one->installed->name, name))
        return TRUE;
    }
  return FALSE;
}

/* apt-get(8), -s: has apt work out what comes along with these versions: "Inst NAME [OLD] (NEW …", "Remv NAME …". What is more than these
 * packages themselves can't be had by an improvement of them. */
gboolean
suture_candidates_find_dependencies (const SutureCandidates *self, const char *work, SutureObstacle **obstacle, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  const char *const first[] = { "apt-get", "-s", "-q", "--no-install-recommends", "-o", "Debug::NoLocking=true", "install", "--" };
  g_autoptr (GRegex) regex = g_regex_new ("^(?:Inst|Remv) (\\S+) ", G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *output = NULL;
  int status = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    g_ptr_array_add (words, g_strdup (first[i]));
  for (guint i = 0; i < self->packages->len; i++)
    {
      const SutureCandidate *one = g_ptr_array_index (self->packages, i);

      g_ptr_array_add (words, g_strdup_printf ("%s=%s", one->installed->called, one->listed->version));
    }
  output = run_apt (work, words, &status, error);
  if (output == NULL)
    return FALSE;
  if (status != 0)
    {
      *obstacle = suture_obstacle_new (
          "dependencies", ((const SutureCandidate *) g_ptr_array_index (self->packages, 0))->installed->called);
      return TRUE;
    }
  for (g_regex_match (regex, output, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *name = g_match_info_fetch (match, 1);

      if (is_among (self, name))
        continue;
      *obstacle = suture_obstacle_new ("dependencies", name);
      return TRUE;
    }
  return TRUE;
}

static gboolean
judge (SutureCandidates *self, GHashTable *wanted, GError **error)
{
  g_autoptr (GPtrArray) upgrades = g_ptr_array_new ();

  for (guint i = 0; i < self->packages->len; i++)
    g_ptr_array_add (upgrades, &((SutureCandidate *) g_ptr_array_index (self->packages, i))->upgrade);
  self->obstacle = find_held (self);
  if (self->obstacle == NULL)
    self->obstacle = suture_qualify_names (upgrades);
  return self->obstacle != NULL || find_pinned (self, wanted, &self->obstacle, error);
}

/* Each of them held against what apt says, by name. */
static gboolean
judge_all (GPtrArray *all, const char *work, GError **error)
{
  g_autoptr (GHashTable) wanted = NULL;

  if (all->len == 0)
    return TRUE;
  wanted = find_wanted (all, work, error);
  for (guint i = 0; wanted != NULL && i < all->len; i++)
    if (!judge (g_ptr_array_index (all, i), wanted, error))
      return FALSE;
  return wanted != NULL;
}

GPtrArray *
suture_candidates_find (GPtrArray *installed, const SutureLists *lists, const char *work, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (candidates_free);
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal); /* component → SutureCandidates of all */

  for (guint i = 0; i < installed->len; i++)
    {
      const SutureInstalled *package = g_ptr_array_index (installed, i);
      GPtrArray *versions = suture_lists_find (lists, package->name, package->architecture);
      g_autoptr (GError) why = NULL;
      const SutureListed *newest = versions != NULL ? find_newest (package, versions, &why) : NULL;

      if (why != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return NULL;
        }
      if (newest != NULL)
        add (found, all, package, newest);
    }
  g_ptr_array_sort (all, compare_components);
  for (guint i = 0; i < all->len; i++)
    g_ptr_array_sort (((SutureCandidates *) g_ptr_array_index (all, i))->packages, compare_packages);
  return judge_all (all, work, error) ? g_steal_pointer (&all) : NULL;
}
