/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/release.h"
#include "changes.h"
#include "compose.h"
#include "description.h"
#include "pairs.h"
#include "payload.h"
#include "repository.h"
#include "rights.h"
#include "stage.h"
#include "tree.h"
#include "verify/image.h"

/* One improvement in the making, below the work folder:
 * base-N/ and fixed/ (unpacked packages), tree/ (the image's files), stage/ (what becomes staging/ROLE/ID). */
typedef struct
{
  SutureReport *report;   /* the caller's */
  SutureDepot *depot;     /* (owned) */
  SuturePairs *pairs;     /* (owned) */
  SutureNotes *notes;     /* (owned) */
  SutureChanges *changes; /* (owned) */
  SutureDescription *description; /* (owned) */
  GPtrArray *bases;       /* char *: the trees base-N (owned) */
  char *role;             /* of the base release (owned) */
  char *work, *fixed, *tree, *stage; /* (owned) */
} Making;

static void
making_clear (Making *self)
{
  if (self->work != NULL)
    suture_tree_remove (self->work);
  g_clear_pointer (&self->depot, suture_depot_free);
  g_clear_pointer (&self->pairs, suture_pairs_free);
  g_clear_pointer (&self->notes, suture_notes_free);
  g_clear_pointer (&self->changes, suture_changes_free);
  g_clear_pointer (&self->description, suture_description_free);
  g_clear_pointer (&self->bases, g_ptr_array_unref);
  g_free (self->role);
  g_free (self->work);
  g_free (self->fixed);
  g_free (self->tree);
  g_free (self->stage);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Making, making_clear)

static gboolean
unpack (Making *self, GError **error)
{
  self->fixed = g_build_filename (self->work, "fixed", NULL);
  self->tree = g_build_filename (self->work, "tree", NULL);
  self->stage = g_build_filename (self->work, "stage", NULL);
  self->bases = g_ptr_array_new_with_free_func (g_free);
  for (guint b = 0; b < self->pairs->n_bases; b++)
    {
      g_autofree char *name = g_strdup_printf ("base-%u", b);
      char *tree = g_build_filename (self->work, name, NULL);

      g_ptr_array_add (self->bases, tree);
      if (!suture_pairs_unpack_base (self->pairs, b, self->work, tree, error))
        return FALSE;
    }
  return suture_pairs_unpack_fixed (self->pairs, self->work, self->fixed, error);
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
find_notes (Making *self, const char *notes, gboolean from_changelog, GError **error)
{
  self->notes = suture_notes_new ();
  if (notes != NULL && !suture_notes_add_file (self->notes, notes, error))
    return FALSE;
  if (from_changelog)
    {
      const SuturePackage *fixed = g_ptr_array_index (self->pairs->fixed, 0);
      const SuturePackage *oldest = suture_pairs_get_oldest (self->pairs, error);

      if (oldest == NULL || !have_one_source (self->pairs->fixed, error)
          || !suture_notes_add_changelog (self->notes, fixed, oldest, self->fixed, error))
        return FALSE;
    }
  if (notes == NULL && !from_changelog)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "what does it fix? --notes FILE or --from-changelog is needed");
      return FALSE;
    }
  return TRUE;
}

/* "ID:VERSION_ID", or "ID" of a release without versions. */
static gboolean
parse_release (SutureDescription *description, const char *base, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (base, ":", 2);
  const char *version = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";

  if (parts[0] == NULL || !suture_name_is_valid (parts[0]) || (*version != '\0' && !suture_name_is_valid (version)))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no release: --base has to be ID:VERSION_ID as in os-release(5)", base);
      return FALSE;
    }
  description->base_id = g_strdup (parts[0]);
  description->base_version_id = g_strdup (version);
  return TRUE;
}

/* The one that is given, or this computer's own. */
static gboolean
find_release (Making *self, const char *base, GError **error)
{
  SutureDescription *description = self->description;

  if (base == NULL)
    {
      g_autoptr (SutureRelease) release = suture_release_load (error);

      if (release == NULL)
        return FALSE;
      description->base_id = g_strdup (release->id);
      description->base_version_id = g_strdup (release->version_id);
    }
  else if (!parse_release (description, base, error))
    return FALSE;
  description->base_architecture = g_strdup (suture_pairs_get_architecture (self->pairs, error));
  return description->base_architecture != NULL;
}

/* Debian's names allow a plus sign, ours do not. */
static char *
component_name (Making *self)
{
  const SuturePackage *fixed = g_ptr_array_index (self->pairs->fixed, 0);
  char *name = g_strdup (self->notes->component != NULL ? self->notes->component : fixed->source);

  return g_strdelimit (name, "+", '-');
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
        suture_report_warn (self->report, "staging/%s is passed over: %s", name, why->message);
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
  description->number = (guint) MAX (published, staged) + 1;
  letter = suture_name_letter (description->number);
  description->component = component_name (self);
  description->id = g_strdup_printf ("%s-%s", description->component, letter);
  if (suture_name_is_valid (description->id))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s can't be an improvement's id: set Component=",
               description->id);
  return FALSE;
}

/* A desktop that has the files of two bases would be told apart by nothing. */
static gboolean
check_bases (Making *self, GError **error)
{
  for (guint a = 0; a < self->bases->len; a++)
    for (guint b = a + 1; b < self->bases->len; b++)
      if (suture_changes_same_base (self->changes, a, b))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "the bases \"%s\" and \"%s\" have the same files: give one of them",
                       (char *) g_ptr_array_index (self->description->bases, a),
                       (char *) g_ptr_array_index (self->description->bases, b));
          return FALSE;
        }
  return TRUE;
}

static gboolean
build_tree (Making *self, GError **error)
{
  const char *like = g_ptr_array_index (self->bases, 0);
  const SutureManifest manifest = { .id = self->description->id,
                                    .base_id = self->description->base_id,
                                    .base_version_id = self->description->base_version_id,
                                    .base_architecture = self->description->base_architecture };
  g_autofree char *release = suture_image_release_path (&manifest);
  g_autofree char *text = suture_image_release_text (&manifest);

  if (g_mkdir (self->tree, 0755) < 0 || g_mkdir (self->stage, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make a folder below %s", self->work);
  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);

      if (!suture_tree_copy (self->fixed, self->tree, like, change->path, error))
        return FALSE;
    }
  return suture_tree_write (self->tree, like, release, text, error);
}

/* What a payload is checked with later: only the replaced files, in folders like the base's. */
static gboolean
keep_base (Making *self, guint base, GError **error)
{
  const char *from = g_ptr_array_index (self->bases, base);
  g_autofree char *to = g_strdup_printf ("%s/base/%u", self->stage, base);

  if (g_mkdir_with_parents (to, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", to);
  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);

      if (!suture_tree_make_parents (to, from, change->path, error))
        return FALSE;
      if (g_ptr_array_index (change->old, base) != NULL && !suture_tree_copy (from, to, from, change->path, error))
        return FALSE;
    }
  /* and with it all of the stage, which is complete with the last base */
  return suture_tree_sync (to, error);
}

/* The old files of @base in one piece, in the order of the manifest (rebuild/rebuild.h). */
static GBytes *
read_reference (Making *self, guint base, GError **error)
{
  g_autoptr (GByteArray) reference = g_byte_array_new ();

  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);
      g_auto (SutureFd) fd = -1;
      g_autoptr (GMappedFile) file = NULL;

      if (change->is_link || g_ptr_array_index (change->old, base) == NULL)
        continue;
      fd = suture_tree_open (g_ptr_array_index (self->bases, base), change->path, O_RDONLY | O_NOFOLLOW);
      file = g_mapped_file_new_from_fd (fd, FALSE, error);
      if (file == NULL)
        return NULL;
      if (reference->len + g_mapped_file_get_length (file) > SUTURE_MANIFEST_IMAGE_MAX)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
                       "this can't be an improvement: the files that it replaces are larger than an image can be");
          return NULL;
        }
      g_byte_array_append (reference, (const guint8 *) g_mapped_file_get_contents (file),
                           (guint) g_mapped_file_get_length (file));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&reference));
}

static gboolean
add_payload (Making *self, const char *encoding, int base, GBytes *bytes, GError **error)
{
  g_autofree char *sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *folder = g_build_filename (self->stage, "payloads", NULL);
  g_autofree char *path = g_build_filename (folder, sha256, NULL);

  suture_description_add_payload (self->description, encoding, base, g_bytes_get_size (bytes), sha256);
  if (g_mkdir_with_parents (folder, 0755) < 0)
    return suture_error_set_errno (error, errno, "could not make %s", folder);
  return g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
}

static gboolean
make_payloads (Making *self, GBytes *image, GError **error)
{
  g_autoptr (GBytes) full = suture_payload_encode (image, NULL, error);

  if (full == NULL || !add_payload (self, "zstd", -1, full, error))
    return FALSE;
  for (guint b = 0; b < self->bases->len; b++)
    {
      g_autoptr (GBytes) reference = read_reference (self, b, error);
      g_autoptr (GBytes) delta = reference != NULL ? suture_payload_encode (image, reference, error) : NULL;

      if (delta == NULL)
        return FALSE;
      if (g_bytes_get_size (delta) < g_bytes_get_size (full)
          && !add_payload (self, "zstd-prefix", (int) b, delta, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_image (Making *self, GError **error)
{
  SutureDescription *description = self->description;
  g_autofree char *path = g_build_filename (self->stage, "image.erofs", NULL);
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) image = NULL;

  if (!suture_compose_image (self->tree, path, error))
    return FALSE;
  file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL)
    return FALSE;
  image = g_mapped_file_get_bytes (file);
  description->image_size = g_bytes_get_size (image);
  description->image_sha256 = suture_digest_data (g_bytes_get_data (image, NULL), g_bytes_get_size (image));
  /* as good as random, and the same each time the image is made */
  description->salt = g_strdup (description->image_sha256);
  description->root_hash = suture_compose_root_hash (path, self->work, description->salt, error);
  return description->root_hash != NULL && make_payloads (self, image, error);
}

static gboolean
write_manifest (Making *self, GError **error)
{
  g_autoptr (GBytes) json = suture_description_write (self->description, self->notes, self->changes);
  g_autoptr (SutureManifest) manifest = suture_manifest_parse (json, error);
  g_autofree char *path = g_build_filename (self->stage, "manifest.json", NULL);

  /* read back at once: notes that a desktop would refuse are found before anything is staged */
  return manifest != NULL
         && g_file_set_contents (path, g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json), error);
}

static void
tell (const Making *self)
{
  JsonObject *object = suture_report_object (self->report);
  g_autofree char *name = g_build_filename (self->role, self->description->id, NULL);

  suture_report_say (self->report, "made %s: %u files, image of %" G_GUINT64_FORMAT " bytes", self->description->id,
                     self->changes->files->len, self->description->image_size);
  json_object_set_string_member (object, "made", name);
  json_object_set_int_member (object, "files", self->changes->files->len);
  json_object_set_int_member (object, "image_size", (gint64) self->description->image_size);
  for (guint i = 0; i < self->description->payloads->len; i++)
    {
      const SutureDescriptionPayload *payload = g_ptr_array_index (self->description->payloads, i);

      suture_report_say (self->report, "  %s%s%s: %" G_GUINT64_FORMAT " bytes", payload->encoding,
                         payload->base >= 0 ? " for " : "",
                         payload->base >= 0 ? (char *) g_ptr_array_index (self->description->bases, (guint) payload->base)
                                            : "",
                         payload->size);
    }
}

static gboolean
finish (Making *self, GError **error)
{
  g_autofree char *to = suture_depot_path (self->depot, "staging", self->role, self->description->id, NULL);

  for (guint b = 0; b < self->bases->len; b++)
    if (!keep_base (self, b, error))
      return FALSE;
  if (!suture_depot_move (self->stage, to, error))
    return FALSE;
  tell (self);
  return TRUE;
}

static gboolean
make (Making *self, const char *notes, gboolean from_changelog, const char *base, GError **error)
{
  self->description = suture_description_new ();
  self->description->publisher = self->depot->publisher;
  self->description->result = suture_pairs_label_fixed (self->pairs);
  for (guint b = 0; b < self->pairs->n_bases; b++)
    g_ptr_array_add (self->description->bases, suture_pairs_label_base (self->pairs, b));
  if (!suture_pairs_check_exact (self->pairs, error) || !find_release (self, base, error) || !unpack (self, error)
      || !find_notes (self, notes, from_changelog, error) || !find_id (self, error))
    return FALSE;
  suture_pairs_warn (self->pairs, self->report);
  self->changes = suture_changes_find (self->bases, self->fixed, error);
  return self->changes != NULL && check_bases (self, error) && build_tree (self, error) && make_image (self, error)
         && write_manifest (self, error) && finish (self, error);
}

gboolean
suture_command_make (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (GStrv) old = NULL;
  g_auto (GStrv) fixed = NULL;
  g_autofree char *notes = NULL;
  g_autofree char *base = NULL;
  gboolean from_changelog = FALSE;
  const GOptionEntry entries[] = {
    { "old", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &old, "A package as it is installed; may be repeated", "OLD.deb" },
    { "new", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &fixed, "The fixed package; may be repeated", "NEW.deb" },
    { "notes", 0, 0, G_OPTION_ARG_FILENAME, &notes, "A file that says what is fixed", "FILE" },
    { "from-changelog", 0, 0, G_OPTION_ARG_NONE, &from_changelog, "Take what is fixed from the package's changelog",
      NULL },
    { "base", 0, 0, G_OPTION_ARG_STRING, &base, "The release it is for (this computer's)", "ID:VERSION" },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER",
    .summary = "Makes one improvement and puts it into FOLDER/staging.\n\n"
               "Packages that have to be replaced together are given together: one --new each,\n"
               "and one --old each for every version that it shall be made for; the first --old\n"
               "of each is the first known base, and so on.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };
  g_auto (Making) making = { 0 };

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (old == NULL || fixed == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "FOLDER, --old and --new are needed");
      return FALSE;
    }
  if (!suture_rights_be_root (error))
    return FALSE;
  making.report = report;
  making.depot = suture_depot_open (argv[1], error);
  making.work = making.depot != NULL ? suture_depot_work (making.depot, error) : NULL;
  making.pairs = making.work != NULL ? suture_pairs_open (old, fixed, making.work, error) : NULL;
  return making.pairs != NULL && make (&making, notes, from_changelog, base, error);
}
