/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "making.h"

#include "abi.h"
#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/release.h"
#include "dependents.h"
#include "description.h"
#include "findings.h"
#include "imaging.h"
#include "origin.h"
#include "repository.h"
#include "stage.h"
#include "tree.h"

#define AUTOMATIC "{\"prepared\":\"" SUTURE_STAGE_PREPARED "\"}" /* (approval.h) */

/* One improvement in the making, below the work folder: base-N/ and fixed/ (unpacked packages), with-N/ (those that are only
 * looked at), tree/ (the image's files), stage/ (what becomes staging/ROLE/ID). */
typedef struct
{
  const SutureMakingOptions *options; /* the caller's */
  SutureReport *report;               /* the caller's */
  SutureDepot *depot;                 /* the caller's */
  SutureOrigin *origin;               /* @own_origin, or the caller's */
  SutureNotes *notes;                 /* @own_notes, or the caller's */
  SutureOrigin *own_origin;           /* (owned), as all that follows */
  SutureNotes *own_notes;
  SutureChanges *changes;
  SutureFindings *findings;
  SutureDescription *description;
  char *role; /* of the base release */
  char *work, *stage;
} Making;

static void
making_clear (Making *self)
{
  if (self->work != NULL)
    suture_tree_remove (self->work);
  g_clear_pointer (&self->own_origin, suture_origin_free);
  g_clear_pointer (&self->own_notes, suture_notes_free);
  g_clear_pointer (&self->changes, suture_changes_free);
  suture_findings_free (self->findings);
  suture_description_free (self->description);
  g_free (self->role);
  g_free (self->work);
  g_free (self->stage);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Making, making_clear)

static gboolean
find_origin (Making *self, GError **error)
{
  const SutureMakingOptions *options = self->options;

  self->origin = options->origin;
  if (self->origin != NULL)
    return TRUE;
  if (options->new_root != NULL)
    self->own_origin = suture_origin_from_roots (options->old_roots, options->new_root, error);
  else
    self->own_origin = suture_origin_from_packages (options->old, options->fixed, self->work, error);
  self->origin = self->own_origin;
  if (self->origin != NULL && self->origin->pairs != NULL)
    suture_pairs_warn (self->origin->pairs, self->findings);
  return self->origin != NULL;
}

/* A changelog is its source's: that of one would say nothing of what another fixes. */
static gboolean
have_one_source (const GPtrArray *packages, GError **error)
{
  const SuturePackage *first = g_ptr_array_index (packages, 0);

  for (guint i = 1; i < packages->len; i++)
    {
      const SuturePackage *package = g_ptr_array_index (packages, i);

      if (g_str_equal (package->source, first->source))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "the packages come from two sources, %s and %s, and --from-changelog reads the changelog of one: "
                   "say in --notes FILE what they fix", first->source, package->source);
      return FALSE;
    }
  return TRUE;
}

static gboolean
find_notes (Making *self, GError **error)
{
  const SuturePairs *pairs = self->origin->pairs;

  if (self->options->ready == NULL)
    self->own_notes = suture_notes_new ();
  self->notes = self->options->ready != NULL ? self->options->ready : self->own_notes;
  if (self->options->notes != NULL && !suture_notes_add_file (self->notes, self->options->notes, error))
    return FALSE;
  if (self->options->from_changelog)
    {
      const SuturePackage *oldest = suture_pairs_get_oldest (pairs, error);

      if (oldest == NULL || !have_one_source (pairs->fixed, error)
          || !suture_notes_add_changelog (self->notes, g_ptr_array_index (pairs->fixed, 0), oldest, self->origin->fixed,
                                          error))
        return FALSE;
    }
  if (self->options->notes == NULL && self->options->ready == NULL && !self->options->from_changelog)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "what does it fix? --notes FILE or --from-changelog is needed");
      return FALSE;
    }
  return TRUE;
}

gboolean
suture_making_parse_base (const char *base, char **id, char **version_id, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (base, ":", 2);
  const char *version = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";

  if (parts[0] == NULL || !suture_name_is_valid (parts[0]) || (*version != '\0' && !suture_name_is_valid (version)))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no release: --base has to be ID:VERSION_ID as in os-release(5)", base);
      return FALSE;
    }
  *id = g_strdup (parts[0]);
  *version_id = g_strdup (version);
  return TRUE;
}

/* The one that is given, or this computer's own. */
static gboolean
find_release (Making *self, GError **error)
{
  SutureDescription *description = self->description;
  const char *base = self->options->base;

  if (base == NULL)
    {
      g_autoptr (SutureRelease) release = suture_release_load (error);

      if (release == NULL)
        return FALSE;
      description->base_id = g_strdup (release->id);
      description->base_version_id = g_strdup (release->version_id);
    }
  else if (!suture_making_parse_base (base, &description->base_id, &description->base_version_id, error))
    return FALSE;
  if (self->options->architecture != NULL)
    description->base_architecture = g_strdup (self->options->architecture);
  else
    description->base_architecture = g_strdup (suture_origin_get_architecture (self->origin, self->changes, error));
  return description->base_architecture != NULL;
}

/* Debian's names allow a plus sign, ours do not. */
static gboolean
find_component (Making *self, GError **error)
{
  const SuturePairs *pairs = self->origin->pairs;
  const char *said = self->options->component != NULL ? self->options->component : self->notes->component;
  const char *source = pairs != NULL ? ((SuturePackage *) g_ptr_array_index (pairs->fixed, 0))->source : NULL;

  if (said == NULL && source == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "root folders do not say which component changes: set Component= in the notes");
      return FALSE;
    }
  self->description->component = g_strdup (said != NULL ? said : source);
  g_strdelimit (self->description->component, "+", '-');
  return TRUE;
}

/* The highest number among what is staged for the same base release. What can't be read counts for nothing. */
static gint64
highest_staged (Making *self, GError **error)
{
  g_autofree char *below = g_strconcat ("staging/", self->role, NULL);
  g_autoptr (GPtrArray) ids = suture_depot_list (self->depot, below, error);
  gint64 highest = 0;

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      g_autofree char *name = g_build_filename (self->role, g_ptr_array_index (ids, i), NULL);
      g_autoptr (GError) why = NULL;
      g_autoptr (SutureStage) stage = suture_stage_open (self->depot, "staging", name, &why);

      if (stage == NULL)
        suture_findings_warn (self->findings, "staging/%s is passed over: %s", name, why->message);
      else
        highest = MAX (highest, stage->manifest->number);
    }
  return ids != NULL ? highest : -1;
}

/* The next number of the base release, staged ones counted, and the id that follows from it. */
static gboolean
find_id (Making *self, GError **error)
{
  SutureDescription *description = self->description;
  SutureRelease release = { .id = description->base_id,
                            .version_id = description->base_version_id,
                            .architecture = description->base_architecture };
  g_autoptr (SutureRepository) repository = NULL;
  gint64 published, staged;
  g_autofree char *letter = NULL;

  self->role = suture_release_role (&release);
  if (!suture_name_is_valid (self->role))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "there can be no base release %s: see --base",
                   self->role);
      return FALSE;
    }
  repository = suture_repository_open (self->depot, error);
  if (repository == NULL)
    return FALSE;
  published = suture_repository_highest_number (repository, self->role, error);
  staged = published >= 0 ? highest_staged (self, error) : -1;
  if (staged < 0)
    return FALSE;
  if (MAX (published, staged) >= G_MAXINT32)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
                   "%s has an improvement with the last number that there is: whoever signed that is not the publisher. Bring "
                   "the folder back from a backup, and revoke the role's key",
                   self->role);
      return FALSE;
    }
  description->number = (guint) MAX (MAX (published, staged), self->options->after) + 1;
  letter = suture_name_letter (description->number);
  description->id = g_strdup_printf ("%s-%s", description->component, letter);
  if (suture_name_is_valid (description->id))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s can't be an improvement's id: set Component=",
               description->id);
  return FALSE;
}

/* The trees in which who runs it is looked for: the fixed files, and what is given for that. */
static GPtrArray *
find_trees (Making *self, GError **error)
{
  g_autoptr (GPtrArray) trees = g_ptr_array_new_with_free_func (g_free);
  char **with = self->options->with, **roots = self->options->with_roots;

  g_ptr_array_add (trees, g_strdup (self->origin->fixed));
  for (gsize i = 0; with != NULL && with[i] != NULL; i++)
    {
      g_autoptr (SuturePackage) package = suture_package_open (with[i], self->work, error);
      g_autofree char *name = g_strdup_printf ("with-%zu", i);
      g_autofree char *tree = g_build_filename (self->work, name, NULL);
      g_auto (SutureFd) folder = package != NULL ? suture_file_open_folder (tree, 0755, error) : -1;

      if (folder < 0 || !suture_package_unpack (package, self->work, tree, error))
        return NULL;
      g_ptr_array_add (trees, g_steal_pointer (&tree));
    }
  for (gsize i = 0; roots != NULL && roots[i] != NULL; i++)
    g_ptr_array_add (trees, g_canonicalize_filename (roots[i], NULL));
  return g_steal_pointer (&trees);
}

static gboolean
find_dependents (Making *self, GError **error)
{
  g_autoptr (GPtrArray) trees = find_trees (self, error);

  if (trees == NULL || !suture_dependents_find (trees, self->changes, self->findings, error))
    return FALSE;
  suture_findings_drop (self->findings, self->notes->restart, self->notes->never_restart, self->notes->reopen);
  if (self->options->take_effects)
    suture_findings_take (self->findings, &self->notes->restart, &self->notes->reopen);
  return TRUE;
}

static gboolean
find_changes (Making *self, GError **error)
{
  const SutureMakingOptions *options = self->options;

  self->changes = suture_origin_compare (self->origin, self->findings, error);
  if (self->changes == NULL
      || (options->judge != NULL && !options->judge (self->changes, self->origin->fixed, options->judge_data, error))
      || (!options->lean
          && !suture_abi_check (self->origin->bases, self->origin->fixed, self->changes, self->findings, error))
      || !find_dependents (self, error))
    return FALSE;
  self->description->result = g_strdup (self->origin->result);
  for (guint b = 0; b < self->origin->labels->len; b++)
    g_ptr_array_add (self->description->bases, g_strdup (g_ptr_array_index (self->origin->labels, b)));
  return TRUE;
}

static gboolean
write_file (Making *self, const char *name, const char *text, gsize length, GError **error)
{
  g_autofree char *path = g_build_filename (self->stage, name, NULL);

  return g_file_set_contents (path, text, (gssize) length, error);
}

/* What targets say beside it. */
static gboolean
write_custom (Making *self, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (self->options->custom == NULL)
    return !self->options->automatic || write_file (self, SUTURE_STAGE_CUSTOM, AUTOMATIC, strlen (AUTOMATIC), error);
  node = json_node_init_object (json_node_alloc (), self->options->custom);
  text = json_to_string (node, FALSE);
  return write_file (self, SUTURE_STAGE_CUSTOM, text, strlen (text), error);
}

static gboolean
write_texts (Making *self, GError **error)
{
  g_autoptr (GBytes) json = suture_description_write (self->description, self->notes, self->changes);
  g_autoptr (SutureManifest) manifest = suture_manifest_parse (json, error);
  g_autofree char *findings = suture_findings_to_text (self->findings);

  /* read back at once: notes that a desktop would refuse are found before anything is staged */
  return manifest != NULL
         && write_file (self, "manifest.json", g_bytes_get_data (json, NULL), g_bytes_get_size (json), error)
         && write_file (self, SUTURE_FINDINGS_FILE, findings, strlen (findings), error)
         && write_custom (self, error);
}

/* How many bytes a desktop with base @base fetches: its own payload, or that for everyone. */
static guint64
bytes_of (const Making *self, guint base)
{
  guint64 size = 0;

  for (guint i = 0; i < self->description->payloads->len; i++)
    {
      const SutureDescriptionPayload *payload = g_ptr_array_index (self->description->payloads, i);

      if (payload->base == (int) base)
        return payload->size;
      size = payload->base < 0 ? payload->size : size;
    }
  return size;
}

/* What its notes and changelog came to: an unknown severity is easily overlooked. */
static void
tell_notes (const Making *self)
{
  const SutureNotes *notes = self->notes;
  g_autofree char *fixes
      = g_str_equal (notes->kind, "test")
            ? g_strdup ("a test, fixes nothing")
            : g_strdup_printf ("fixes %u vulnerabilit%s", notes->vulnerabilities->len,
                               notes->vulnerabilities->len == 1 ? "y" : "ies");

  suture_report_say (self->report, "  %s, severity %s%s: suture-publish show tells all of it", fixes, notes->severity,
                     notes->exploited ? ", being exploited" : "");
  json_object_set_int_member (suture_report_object (self->report), "vulnerabilities", notes->vulnerabilities->len);
  json_object_set_string_member (suture_report_object (self->report), "severity", notes->severity);
}

static void
tell (const Making *self)
{
  JsonObject *object = suture_report_object (self->report);
  const SutureDescriptionPayload *full = g_ptr_array_index (self->description->payloads, 0);
  g_autofree char *name = g_build_filename (self->role, self->description->id, NULL);
  JsonArray *bases = json_array_new ();

  suture_report_say (self->report, "made %s: %u files, image of %" G_GUINT64_FORMAT " bytes", self->description->id,
                     self->changes->files->len, self->description->image_size);
  tell_notes (self);
  suture_report_say (self->report, "  for everyone: %" G_GUINT64_FORMAT " bytes to fetch", full->size);
  for (guint b = 0; b < self->description->bases->len; b++)
    {
      const char *label = g_ptr_array_index (self->description->bases, b);
      JsonObject *base = json_object_new ();

      suture_report_say (self->report, "  for %s: %" G_GUINT64_FORMAT " bytes to fetch", label, bytes_of (self, b));
      json_object_set_string_member (base, "label", label);
      json_object_set_int_member (base, "bytes", (gint64) bytes_of (self, b));
      json_array_add_object_element (bases, base);
    }
  json_object_set_string_member (object, "made", name);
  json_object_set_int_member (object, "files", self->changes->files->len);
  json_object_set_int_member (object, "image_size", (gint64) self->description->image_size);
  json_object_set_int_member (object, "bytes", (gint64) full->size);
  json_object_set_array_member (object, "bases", bases);
  suture_findings_tell (self->findings, self->report);
}

static gboolean
finish (Making *self, GError **error)
{
  g_autofree char *to = suture_depot_path (self->depot, "staging", self->role, self->description->id, NULL);

  if (!suture_depot_move (self->stage, to, error))
    return FALSE;
  tell (self);
  return TRUE;
}

gboolean
suture_making_run (SutureDepot *depot, const SutureMakingOptions *options, SutureReport *report, GError **error)
{
  g_auto (Making) self = { .options = options,
                           .report = report,
                           .depot = depot,
                           .findings = suture_findings_new (),
                           .description = suture_description_new () };

  self.description->publisher = options->publisher != NULL ? options->publisher : depot->publisher;
  self.findings->automatic = options->automatic;
  self.work = suture_depot_work (depot, error);
  self.stage = self.work != NULL ? g_build_filename (self.work, "stage", NULL) : NULL;
  return self.work != NULL && find_origin (&self, error) && find_notes (&self, error) && find_component (&self, error)
         && find_changes (&self, error) && find_release (&self, error) && find_id (&self, error)
         && suture_imaging_run (self.origin, self.changes, self.description, self.work, self.stage, options->lean,
                                error)
         && write_texts (&self, error) && suture_tree_sync (self.stage, error) && finish (&self, error);
}
