/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/name.h"
#include "making.h"
#include "package.h"
#include "quorum.h"
#include "shelf.h"
#include "stage.h"
#include "tree.h"

#define COMPONENT "Component "

typedef struct
{
  const SuturePipeline *pipeline;           /* the caller's, as what follows */
  const SuturePipelineComponent *component;
  SutureDepot *depot;
  SutureReport *report;
  SutureArchive *old, *fixed;
  SutureShelf *shelf;
  const char *role; /* who signs for the base release */
  char *work;       /* (owned) */
} Preparation;

static void
preparation_clear (Preparation *self)
{
  if (self->work != NULL)
    suture_tree_remove (self->work);
  g_free (self->work);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Preparation, preparation_clear)

static void
component_free (gpointer data)
{
  SuturePipelineComponent *self = data;

  g_free (self->name);
  g_strfreev (self->packages);
  g_strfreev (self->with);
  g_strfreev (self->skip);
  g_free (self->notes);
  g_free (self);
}

void
suture_pipeline_free (SuturePipeline *self)
{
  if (self == NULL)
    return;
  g_free (self->base);
  suture_archive_source_clear (&self->old);
  suture_archive_source_clear (&self->fixed);
  g_ptr_array_unref (self->components);
  g_free (self);
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *const *known, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "[%s] has the unknown key %s", group, keys[i]);
        return FALSE;
      }
  return keys != NULL;
}

static gboolean
take_source (SutureArchiveSource *source, GKeyFile *file, const char *group, GError **error)
{
  static const char *const known[] = { "URI", "Suite", "Components", "Keyring", NULL };

  if (!check_keys (file, group, known, error))
    return FALSE;
  source->uri = g_key_file_get_string (file, group, "URI", NULL);
  source->suite = g_key_file_get_string (file, group, "Suite", NULL);
  source->components = g_key_file_get_string (file, group, "Components", NULL);
  source->keyring = g_key_file_get_string (file, group, "Keyring", NULL);
  source->architecture = g_key_file_get_string (file, "Follow", "Architecture", NULL);
  return TRUE;
}

static GStrv
read_list (GKeyFile *file, const char *group, const char *key)
{
  GStrv list = g_key_file_get_string_list (file, group, key, NULL, NULL);

  return list != NULL ? list : g_new0 (char *, 1);
}

static gboolean
take_component (SuturePipeline *self, GKeyFile *file, const char *group, const char *folder, GError **error)
{
  static const char *const known[] = { "Packages", "Notes", "With", "TakeEffects", "Skip", NULL };
  SuturePipelineComponent *component = g_new0 (SuturePipelineComponent, 1);
  g_autofree char *notes = g_key_file_get_string (file, group, "Notes", NULL);

  g_ptr_array_add (self->components, component);
  component->name = g_strdup (group + strlen (COMPONENT));
  component->packages = read_list (file, group, "Packages");
  component->with = read_list (file, group, "With");
  component->skip = read_list (file, group, "Skip");
  component->notes = notes != NULL ? g_canonicalize_filename (notes, folder) : NULL;
  component->take_effects = g_key_file_get_boolean (file, group, "TakeEffects", NULL);
  if (!check_keys (file, group, known, error))
    return FALSE;
  if (suture_name_is_valid (component->name) && component->packages[0] != NULL)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
               "[%s] has to be called by a component's name and to have Packages=", group);
  return FALSE;
}

static gboolean
take (SuturePipeline *self, GKeyFile *file, const char *folder, GError **error)
{
  static const char *const known[] = { "Base", "Architecture", NULL };
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  self->base = g_key_file_get_string (file, "Follow", "Base", error);
  if (self->base == NULL || !check_keys (file, "Follow", known, error) || !take_source (&self->old, file, "Old", error)
      || !take_source (&self->fixed, file, "New", error))
    return FALSE;
  for (gsize i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], COMPONENT))
      {
        if (!take_component (self, file, groups[i], folder, error))
          return FALSE;
      }
    else if (!g_str_equal (groups[i], "Follow") && !g_str_equal (groups[i], "Old") && !g_str_equal (groups[i], "New"))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                     "[%s] is neither [Follow], [Old], [New] nor [Component NAME]", groups[i]);
        return FALSE;
      }
  return TRUE;
}

SuturePipeline *
suture_pipeline_load (const char *path, GError **error)
{
  g_autoptr (SuturePipeline) self = g_new0 (SuturePipeline, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *real = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (real);

  self->components = g_ptr_array_new_with_free_func (component_free);
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error) && take (self, file, folder, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", path);
  return NULL;
}

/* What @archive has of the component's packages, those of @among alone if that is not NULL: a set of package and version. */
static SutureShelfSet *
find_set (Preparation *self, SutureArchive *archive, const SutureShelfSet *among, GError **error)
{
  g_autoptr (SutureShelfSet) set = suture_shelf_set_new ();
  char **packages = self->component->packages;

  for (gsize i = 0; packages[i] != NULL; i++)
    {
      g_autoptr (GError) why = NULL;
      g_autofree char *version = NULL;

      if (among != NULL && suture_shelf_set_get (among, packages[i]) == NULL)
        continue;
      version = suture_archive_find (archive, packages[i], &why);
      if (why != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return NULL;
        }
      if (version != NULL)
        suture_shelf_set_add (set, packages[i], version);
    }
  return g_steal_pointer (&set);
}

/* Whether it is staged or published: content decides nothing here, it is what people have said yes or no to. */
static gboolean
is_made (Preparation *self, const char *where, const char *role, const char *label, gboolean *made, GError **error)
{
  g_autoptr (GPtrArray) names = suture_stage_list (self->depot, where, NULL, error);

  for (guint i = 0; names != NULL && i < names->len && !*made; i++)
    {
      g_autoptr (SutureStage) stage = suture_stage_open (self->depot, where, g_ptr_array_index (names, i), NULL);

      *made = stage != NULL && g_str_equal (stage->role, role) && g_str_equal (stage->manifest->result, label)
              && g_str_equal (stage->manifest->component, self->component->name);
    }
  return names != NULL;
}

/* Fetches the packages of With=, for what they run. */
static GStrv
fetch_with (Preparation *self, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; self->component->with[i] != NULL; i++)
    {
      const char *package = self->component->with[i];
      g_autofree char *name = g_strdup_printf ("with-%zu.deb", i);
      g_autofree char *path = g_build_filename (self->work, name, NULL);
      g_autofree char *version = suture_archive_find (self->old, package, error);

      if (version == NULL && (error == NULL || *error == NULL))
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s has no package %s, of With=", self->old->name,
                     package);
      if (version == NULL || !suture_archive_fetch (self->old, package, version, self->work, path, error))
        return NULL;
      g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

/* Makes it of @set, for the version of the release, @old, and those that lie on the shelf. */
static gboolean
prepare (Preparation *self, const SutureShelfSet *set, const SutureShelfSet *old, GError **error)
{
  SutureMakingOptions options = {
    .base = self->pipeline->base,
    .component = self->component->name,
    .notes = self->component->notes,
    .from_changelog = TRUE,
    .take_effects = self->component->take_effects,
    .automatic = TRUE,
  };
  g_auto (GStrv) with = NULL;
  g_auto (GStrv) fixed = NULL;
  g_auto (GStrv) olds = NULL;

  self->work = suture_depot_work (self->depot, error);
  if (self->work == NULL || !suture_shelf_fill (self->shelf, self->old, old, self->work, error)
      || !suture_shelf_fill (self->shelf, self->fixed, set, self->work, error))
    return FALSE;
  with = fetch_with (self, error);
  fixed = suture_shelf_paths (self->shelf, set);
  olds = with != NULL ? suture_shelf_find_older (self->shelf, set, old, self->work, error) : NULL;
  options.old = olds;
  options.fixed = fixed;
  options.with = with;
  return olds != NULL && suture_making_run (self->depot, &options, self->report, error);
}

/* Looks at one component. *@made: whether there is something new for people to look at. */
static gboolean
look (Preparation *self, gboolean *made, GError **error)
{
  g_autoptr (SutureShelfSet) set = find_set (self, self->fixed, NULL, error);
  g_autoptr (SutureShelfSet) old = set != NULL ? find_set (self, self->old, set, error) : NULL;
  g_autofree char *label = old != NULL ? suture_shelf_set_label (set) : NULL;
  g_autofree char *old_label = old != NULL ? suture_shelf_set_label (old) : NULL;
  gboolean known = FALSE;
  gboolean newer = FALSE;

  if (old == NULL)
    return FALSE;
  /* the watched suite has what was fixed; what it has not, was not */
  if (suture_shelf_set_is_empty (set) || g_str_equal (label, old_label)
      || g_strv_contains ((const char *const *) self->component->skip, suture_shelf_set_first (set)))
    return TRUE;
  if (!suture_shelf_set_is_like (set, old))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s has not all of %s", self->old->name, label);
      return FALSE;
    }
  if (!suture_shelf_set_is_newer (set, old, &newer, error))
    return FALSE;
  /* a release takes fixes in from time to time, and the suite keeps what it had */
  if (!newer)
    {
      suture_report_say (self->report, "%s: %s has %s, which is newer", self->component->name, self->old->name, old_label);
      return TRUE;
    }
  if (!is_made (self, "staging", self->role, label, &known, error)
      || !is_made (self, "published", self->role, label, &known, error))
    return FALSE;
  *made = !known;
  return known || prepare (self, set, old, error);
}

static gboolean
look_at_all (SuturePipeline *self, Preparation *common, GError **error)
{
  g_autoptr (GString) failures = g_string_new (NULL);
  guint failed = 0;

  for (guint i = 0; i < self->components->len; i++)
    {
      const SuturePipelineComponent *component = g_ptr_array_index (self->components, i);
      g_autofree char *folder = suture_depot_path (common->depot, "follow/packages", component->name, NULL);
      g_autoptr (SutureShelf) shelf = suture_shelf_new (folder);
      g_auto (Preparation) one = *common;
      g_autoptr (GError) why = NULL;
      gboolean made = FALSE;

      one.component = component;
      one.shelf = shelf;
      if (!look (&one, &made, &why))
        {
          g_string_append_printf (failures, "%s%s: %s", failed++ > 0 ? "; " : "", component->name, why->message);
        }
      else
        suture_report_say (common->report, "%s: %s", component->name, made ? "prepared, and waits for a person" : "nothing new");
      if (why == NULL && made)
        suture_report_list (common->report, "prepared", component->name);
    }
  if (failed == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "of %u components %u could not be prepared, the others are as they should be: %s", self->components->len, failed,
               failures->str);
  return FALSE;
}

gboolean
suture_pipeline_run (SuturePipeline *self, SutureDepot *depot, SutureReport *report, GError **error)
{
  g_autofree char *old_folder = suture_depot_path (depot, "follow/apt/old", NULL);
  g_autofree char *fixed_folder = suture_depot_path (depot, "follow/apt/new", NULL);
  g_autoptr (SutureArchive) old = suture_archive_open (old_folder, &self->old, error);
  g_autoptr (SutureArchive) fixed = old != NULL ? suture_archive_open (fixed_folder, &self->fixed, error) : NULL;
  g_autofree char *role = fixed != NULL ? suture_quorum_role (self->base, self->old.architecture, error) : NULL;
  Preparation common
      = { .pipeline = self, .depot = depot, .report = report, .old = old, .fixed = fixed, .role = role };

  if (role == NULL || !suture_quorum_check (depot, role, error) || !suture_archive_update (old, error) || !suture_archive_update (fixed, error))
    {
      g_prefix_error (error, "nothing was prepared: ");
      return FALSE;
    }
  return look_at_all (self, &common, error);
}
