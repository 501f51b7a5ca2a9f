/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/settle.h"

#include <fcntl.h>
#include <unistd.h>

#include "activate/attach.h"
#include "activate/hierarchy.h"
#include "activate/merge.h"
#include "activate/unmerged.h"
#include "activate/verity.h"
#include "base/paths.h"
#include "verify/image.h"

gboolean
suture_settle_compare (const SutureManifest *manifest, SutureContentState *state, GError **error)
{
  g_auto (SutureFd) base = suture_unmerged_open (error);
  g_auto (SutureContent) content = { 0 };

  if (base < 0 || !suture_content_compare (manifest, base, NULL, &content, error))
    return FALSE;
  *state = content.state;
  return TRUE;
}

static gboolean
holds_right_files (const SutureManifest *manifest, const char *name, int base)
{
  g_auto (SutureFd) folder = suture_attach_open (name, NULL);

  return folder >= 0 && suture_image_check (manifest, folder, base, NULL);
}

gboolean
suture_settle_place (SutureShelf *shelf, const SutureManifest *manifest, int image, gboolean *renewed, GError **error)
{
  g_autofree char *name = suture_manifest_extension (manifest);
  gboolean is_placed = suture_attach_is_placed (name);
  g_auto (SutureFd) base = suture_unmerged_open (error);
  g_auto (SutureFd) opened = -1;
  g_auto (SutureFd) mount = -1;
  g_auto (SutureFd) folder = -1;

  if (base < 0)
    return FALSE;
  if (image < 0 && is_placed && holds_right_files (manifest, name, base))
    return TRUE;
  if (image < 0)
    {
      opened = suture_shelf_open_image (shelf, manifest, error);
      if (opened < 0)
        return FALSE;
    }
  mount = suture_attach_mount (manifest, image >= 0 ? image : opened, error);
  if (mount < 0)
    return FALSE;
  /* looked at while it hangs nowhere: nobody else can reach a file of it yet */
  folder = openat (mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!suture_image_check (manifest, folder, base, error) || !suture_attach_place (mount, name, error))
    return FALSE;
  if (renewed != NULL && is_placed)
    *renewed = TRUE;
  return TRUE;
}

static void
drop (const char *name)
{
  g_autoptr (GError) error = NULL;

  if (!suture_attach_drop (name, &error))
    g_warning ("%s", error->message);
  suture_verity_forget (name);
}

void
suture_settle_displace (const SutureManifest *manifest)
{
  g_autofree char *name = suture_manifest_extension (manifest);

  drop (name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char **
names_of (GPtrArray *manifests)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < manifests->len; i++)
    g_ptr_array_add (names, suture_manifest_extension (manifests->pdata[i]));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* Whether every file of every one of @manifests is what the improvement leaves, as seen through /usr. */
static gboolean
check_files (GPtrArray *manifests, GError **error)
{
  g_auto (SutureFd) usr = suture_file_open_folder (suture_path (SUTURE_PATH_USR), 0, error);

  if (usr < 0)
    return FALSE;
  for (guint i = 0; i < manifests->len; i++)
    if (!suture_content_is_fixed (manifests->pdata[i], usr, error))
      {
        g_prefix_error (error, "after the switch: ");
        return FALSE;
      }
  return TRUE;
}

static void
drop_others (const char *const *names)
{
  g_auto (GStrv) placed = suture_attach_list ();

  for (gsize i = 0; placed[i] != NULL; i++)
    if (!g_strv_contains (names, placed[i]))
      drop (placed[i]);
}

gboolean
suture_settle_merge (GPtrArray *manifests, gboolean again, GError **error)
{
  g_auto (GStrv) names = names_of (manifests);

  if (!suture_merge_apply ((const char *const *) names, again, error) || !check_files (manifests, error))
    return FALSE;
  drop_others ((const char *const *) names);
  return TRUE;
}

gboolean
suture_settle_undo (SutureShelf *shelf, GPtrArray *manifests)
{
  g_autoptr (GPtrArray) good = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < manifests->len; i++)
    {
      g_autoptr (GError) broken = NULL;

      if (suture_settle_place (shelf, manifests->pdata[i], -1, NULL, &broken))
        g_ptr_array_add (good, manifests->pdata[i]);
      else
        g_warning ("could not go back to it: %s", broken->message);
    }
  if (suture_settle_merge (good, TRUE, &error))
    return good->len == manifests->len;
  g_warning ("could not go back to what was merged, so nothing is: %s", error->message);
  g_clear_error (&error);
  if (!suture_merge_bare (&error))
    g_critical ("%s", error->message);
  return FALSE;
}

gboolean
suture_settle_is_merged (const SutureManifest *manifest)
{
  g_autofree char *name = suture_manifest_extension (manifest);
  g_auto (SutureFd) usr = suture_file_open_folder (suture_path (SUTURE_PATH_USR), 0, NULL);

  return usr >= 0 && suture_hierarchy_has (name) && suture_content_is_fixed (manifest, usr, NULL);
}

GPtrArray *
suture_settle_merged (GPtrArray *installed)
{
  GPtrArray *merged = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_manifest_unref);

  for (guint i = 0; i < installed->len; i++)
    {
      SutureManifest *manifest = ((SutureInstalled *) installed->pdata[i])->manifest;

      if (suture_settle_is_merged (manifest))
        g_ptr_array_add (merged, suture_manifest_ref (manifest));
    }
  return merged;
}

/* Why one that applies is not merged; "" where that is not known. */
static const char *
left_out (SutureShelf *shelf, const SutureBoot *boot, const SutureManifest *manifest)
{
  const char *why = suture_boot_leaves_out (boot, manifest->id);
  g_auto (SutureFd) image = why == NULL ? suture_shelf_open_image (shelf, manifest, NULL) : -1;

  if (why != NULL)
    return why;
  return image < 0 ? "image" : "";
}

JsonArray *
suture_settle_report (SutureShelf *shelf, const SutureBoot *boot, GPtrArray *installed)
{
  JsonArray *active = json_array_new ();

  for (guint i = 0; i < installed->len; i++)
    {
      const SutureInstalled *one = installed->pdata[i];
      SutureContentState state = SUTURE_CONTENT_SUPERSEDED;
      gboolean merged = suture_settle_is_merged (one->manifest);
      g_autoptr (GError) error = NULL;
      JsonObject *object = json_object_new ();

      if (!suture_settle_compare (one->manifest, &state, &error))
        g_warning ("%s: %s", one->id, error->message);
      json_object_set_string_member (object, "id", one->id);
      json_object_set_string_member (object, "feed", one->feed);
      json_object_set_string_member (object, "component", one->manifest->component);
      json_object_set_int_member (object, "number", one->manifest->number);
      json_object_set_boolean_member (object, "merged", merged);
      json_object_set_string_member (object, "content", suture_content_to_string (state));
      json_object_set_string_member (object, "left_out", !merged && state == SUTURE_CONTENT_APPLIES
                                                             ? left_out (shelf, boot, one->manifest) : "");
      json_array_add_object_element (active, object);
    }
  return active;
}
