/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/install.h"

#include "activate/attach.h"
#include "activate/guard.h"
#include "activate/hierarchy.h"
#include "activate/proof.h"
#include "activate/settle.h"
#include "activate/verity.h"
#include "base/clock.h"
#include "base/error.h"

static const char *
why_not (SutureContentState state)
{
  switch (state)
    {
    case SUTURE_CONTENT_INCLUDED:
      return "the system already includes it";
    case SUTURE_CONTENT_SUPERSEDED:
      return "the system has another version of what it replaces";
    case SUTURE_CONTENT_MIXED:
      return "what it replaces is a mixture of versions";
    case SUTURE_CONTENT_NOT_INSTALLED:
      return "what it replaces is not installed";
    case SUTURE_CONTENT_OTHER_BASE:
      return "it is made for another system";
    case SUTURE_CONTENT_APPLIES:
    default:
      return "it applies";
    }
}

static gboolean
check_applies (const SutureManifest *manifest, GError **error)
{
  SutureContentState state;

  if (!suture_settle_compare (manifest, &state, error))
    return FALSE;
  if (state == SUTURE_CONTENT_APPLIES)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "%s", why_not (state));
  return FALSE;
}

/* Whether @manifest of @feed may stand beside @installed. @replaced (out): the one of the same component, or NULL. */
static gboolean
check_others (const SutureManifest *manifest, const char *feed, GPtrArray *installed, SutureInstalled **replaced,
              GError **error)
{
  *replaced = suture_shelf_find_component (installed, manifest->component);
  if (*replaced != NULL && !g_str_equal ((*replaced)->feed, feed))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "its component belongs to feed %s", (*replaced)->feed);
      return FALSE;
    }
  for (guint i = 0; i < installed->len; i++)
    {
      const SutureInstalled *other = installed->pdata[i];
      const char *path = other == *replaced ? NULL : suture_manifest_common_path (manifest, other->manifest);

      /* its image and its record would take the other's place */
      if (other != *replaced && g_str_equal (other->id, manifest->id))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "improvement %s of component %s is installed already",
                       other->id, other->manifest->component);
          return FALSE;
        }
      if (path == NULL)
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "improvement %s replaces %s already", other->id, path);
      return FALSE;
    }
  return TRUE;
}

static GPtrArray *
manifests_without (GPtrArray *manifests, const SutureInstalled *without)
{
  GPtrArray *others = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_manifest_unref);

  for (guint i = 0; i < manifests->len; i++)
    if (without == NULL || !g_str_equal (((SutureManifest *) manifests->pdata[i])->id, without->id))
      g_ptr_array_add (others, suture_manifest_ref (manifests->pdata[i]));
  return others;
}

/* Back to @manifests; but to nothing while a package manager is at work, which can't write to what is merged. Its hook
 * merges again afterwards. Whether all of @manifests are merged. */
static gboolean
go_back (SutureShelf *shelf, GPtrArray *manifests, gboolean inside_dpkg)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  if (inside_dpkg || suture_guard_package_manager (NULL))
    return suture_settle_undo (shelf, manifests);
  return suture_settle_undo (shelf, nothing) && manifests->len == 0;
}

/* What is known of @id, and of @other (may be NULL), from starts with it. */
static gboolean
forget (SutureBoot *boot, const char *id, const char *other, GError **error)
{
  suture_boot_forget (boot, id);
  if (other != NULL)
    suture_boot_forget (boot, other);
  return suture_boot_save (boot, error);
}

static gboolean
check_start (const SutureBoot *boot, GError **error)
{
  if (!suture_boot_is_without (boot))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE,
               "the computer was started without improvements (" SUTURE_BOOT_WORD
               " on the kernel's command line); start it again without that to install some");
  return FALSE;
}

gboolean
suture_install (SutureShelf *shelf, SutureBoot *boot, const SutureRequest *request, const SutureReply *reply, GError **error)
{
  g_autoptr (SutureManifest) manifest = NULL;
  g_autoptr (GPtrArray) installed = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) wanted = NULL;
  g_auto (SutureFd) image = -1;
  SutureInstalled *replaced;
  const char *old = NULL;
  gboolean again = FALSE;

  if (!check_start (boot, error))
    return FALSE;
  suture_reply_progress (reply, "verifying");
  manifest = suture_proof_check (request, suture_clock_now (), error);
  installed = manifest != NULL ? suture_shelf_list (shelf, error) : NULL;
  if (installed == NULL || !check_others (manifest, request->feed, installed, &replaced, error))
    return FALSE;
  if (replaced != NULL && g_str_equal (replaced->id, manifest->id)
      && g_str_equal (replaced->manifest->image_sha256, manifest->image_sha256)
      && suture_settle_is_merged (replaced->manifest))
    return TRUE;
  if (!check_applies (manifest, error))
    return FALSE;
  suture_reply_progress (reply, "copying");
  image = suture_shelf_copy (shelf, manifest, request->image, error);
  if (image < 0)
    return FALSE;
  before = suture_settle_merged (installed);
  wanted = manifests_without (before, replaced);
  g_ptr_array_add (wanted, suture_manifest_ref (manifest));
  suture_reply_progress (reply, "mounting");
  if (!suture_settle_place (shelf, manifest, image, &again, error))
    {
      suture_shelf_clean (shelf);
      return FALSE;
    }
  /* copying took its time: one that has started since found nothing merged, and is writing */
  if (!suture_guard_package_manager (error))
    {
      suture_settle_displace (manifest);
      return FALSE;
    }
  suture_reply_progress (reply, "switching");
  if (replaced != NULL && !g_str_equal (replaced->id, manifest->id))
    old = replaced->id;
  if (suture_shelf_put (shelf, manifest, image, request->manifest, error)
      && suture_settle_merge (wanted, again, error)
      && forget (boot, manifest->id, old, error)
      && suture_shelf_commit (shelf, manifest->id, request->feed, old, error))
    {
      suture_shelf_clean (shelf);
      return TRUE;
    }
  go_back (shelf, before, FALSE);
  suture_shelf_clean (shelf);
  return FALSE;
}

/* Whether something of @id can be seen although it is not installed: a removal was killed here, and is asked for again. */
static gboolean
is_left_over (const char *id)
{
  g_autofree char *name = g_strconcat ("suture-", id, NULL);

  return suture_hierarchy_has (name) || suture_attach_is_placed (name);
}

gboolean
suture_remove (SutureShelf *shelf, SutureBoot *boot, const char *id, const SutureReply *reply, GError **error)
{
  g_autoptr (GPtrArray) installed = suture_shelf_list (shelf, error);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) wanted = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) stale = NULL;
  SutureInstalled *removed;

  if (installed == NULL)
    return FALSE;
  removed = suture_shelf_find (installed, id);
  if (removed == NULL && !suture_shelf_has (shelf, id) && !is_left_over (id))
    return TRUE;
  before = suture_settle_merged (installed);
  wanted = manifests_without (before, removed);
  if (!suture_shelf_withdraw (shelf, id, error))
    return FALSE;
  /* a full disk is no obstacle: the next installation forgets it, too */
  if (!forget (boot, id, NULL, &stale))
    g_warning ("%s", stale->message);
  suture_reply_progress (reply, "switching");
  if (!suture_settle_merge (wanted, FALSE, &failure))
    {
      g_warning ("%s", failure->message);
      if (go_back (shelf, wanted, FALSE))
        g_clear_error (&failure);
    }
  suture_shelf_clean (shelf);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Places what of @installed applies and @boot does not leave out; forgets what is included. Array of SutureManifest. @broken (out): the first that
 * applies and could not be placed. */
static GPtrArray *
place_what_applies (SutureShelf *shelf, const SutureBoot *boot, GPtrArray *installed, gboolean *again, GError **broken)
{
  GPtrArray *placed = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_manifest_unref);

  for (guint i = 0; i < installed->len; i++)
    {
      SutureInstalled *one = installed->pdata[i];
      g_autoptr (GError) error = NULL;
      SutureContentState state = SUTURE_CONTENT_SUPERSEDED;

      if (!suture_settle_compare (one->manifest, &state, &error))
        g_warning ("%s: %s", one->id, error->message);
      else if (state == SUTURE_CONTENT_INCLUDED)
        {
          g_message ("%s is included in the system now", one->id);
          if (!suture_shelf_withdraw (shelf, one->id, &error))
            g_warning ("%s", error->message);
        }
      else if (state != SUTURE_CONTENT_APPLIES)
        g_message ("%s stays out: %s", one->id, why_not (state));
      else if (suture_boot_leaves_out (boot, one->id) != NULL)
        g_message ("%s stays out: %s", one->id, g_str_equal (suture_boot_leaves_out (boot, one->id), "boot")
                                                    ? "the computer's starts did not finish with it"
                                                    : "the computer was started without improvements");
      else if (suture_settle_place (shelf, one->manifest, -1, again, &error))
        g_ptr_array_add (placed, suture_manifest_ref (one->manifest));
      else
        {
          g_warning ("%s: %s", one->id, error->message);
          if (*broken == NULL)
            g_propagate_prefixed_error (broken, g_steal_pointer (&error), "%s: ", one->id);
        }
    }
  return placed;
}

gboolean
suture_reconsider (SutureShelf *shelf, const SutureBoot *boot, gboolean inside_dpkg, const SutureReply *reply, GError **error)
{
  g_autoptr (GPtrArray) installed = suture_shelf_list (shelf, error);
  g_autoptr (GPtrArray) placed = NULL;
  g_autoptr (GPtrArray) good = g_ptr_array_new ();
  g_autoptr (GError) broken = NULL;
  gboolean again = FALSE;

  if (installed == NULL)
    return FALSE;
  suture_verity_clean ();
  suture_reply_progress (reply, "verifying");
  placed = place_what_applies (shelf, boot, installed, &again, &broken);
  if (!inside_dpkg && !suture_guard_package_manager (error))
    return FALSE;
  suture_reply_progress (reply, "switching");
  if (!suture_settle_merge (placed, again, broken == NULL ? &broken : NULL))
    {
      /* one by one, so that what can't be merged costs only itself */
      for (guint i = 0; i < placed->len; i++)
        {
          g_ptr_array_add (good, placed->pdata[i]);
          if (!suture_settle_merge (good, TRUE, NULL))
            g_ptr_array_remove_index (good, good->len - 1);
        }
      go_back (shelf, good, inside_dpkg);
    }
  suture_shelf_clean (shelf);
  if (broken == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&broken));
  return FALSE;
}
