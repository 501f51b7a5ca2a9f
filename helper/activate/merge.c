/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/merge.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "activate/attach.h"
#include "activate/carried.h"
#include "activate/hierarchy.h"
#include "activate/mounts.h"
#include "activate/overlay.h"
#include "activate/sysext.h"
#include "base/error.h"
#include "base/paths.h"

#define PREFIX "suture-"
/* left by suture-detach when it took somebody's extension away with ours: from the whole of /usr, or from our trees */
#define REFRESH_USR "/run/suture/refresh-usr"
#define REFRESH_TREES "/run/suture/refresh-trees"

typedef struct
{
  char **wanted;          /* names that have this tree; NULL when it stays bare (owned) */
  char **merged;          /* what is merged on it now; NULL when nothing is (owned) */
  gboolean change;
  SutureFd overlay;       /* (owned) */
  SutureCarried *carried; /* (owned) */
} Tree;

typedef struct
{
  Tree trees[SUTURE_HIERARCHIES];
} Plan;

static void
plan_free (Plan *self)
{
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      g_strfreev (self->trees[i].wanted);
      g_strfreev (self->trees[i].merged);
      suture_fd_clear (self->trees[i].overlay);
      suture_carried_free (self->trees[i].carried);
    }
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureCarried, suture_carried_free)

static gboolean
has_tree (const char *name, guint i)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_EXTENSIONS), name, "usr",
                                            suture_hierarchy_name (i), NULL);
  struct stat status;

  return lstat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

static char **
names_with_tree (const char *const *names, guint i)
{
  g_autoptr (GPtrArray) with = g_ptr_array_new_with_free_func (g_free);

  for (gsize n = 0; names[n] != NULL; n++)
    if (has_tree (names[n], i))
      g_ptr_array_add (with, g_strdup (names[n]));
  if (with->len == 0)
    return NULL;
  g_ptr_array_add (with, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&with), FALSE);
}

static gboolean
same_names (char **a, char **b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

static Plan *
plan_new (const char *const *names, gboolean again)
{
  Plan *self = g_new0 (Plan, 1);

  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      Tree *tree = &self->trees[i];

      tree->overlay = -1;
      tree->wanted = names_with_tree (names, i);
      tree->merged = suture_hierarchy_merged (i);
      tree->change = !same_names (tree->wanted, tree->merged) || (again && tree->wanted != NULL);
    }
  return self;
}

static gboolean
is_foreign (char **names)
{
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (!g_str_has_prefix (names[i], PREFIX))
      return TRUE;
  return FALSE;
}

/* Whether of the suture- names exactly @names are merged, somewhere. */
static gboolean
check_names (const char *const *names, GError **error)
{
  g_auto (GStrv) placed = suture_attach_list ();

  for (gsize i = 0; names[i] != NULL; i++)
    if (!suture_hierarchy_has (names[i]))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is not merged after the switch", names[i]);
        return FALSE;
      }
  for (gsize i = 0; placed[i] != NULL; i++)
    if (!g_strv_contains (names, placed[i]) && suture_hierarchy_has (placed[i]))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is still merged after the switch", placed[i]);
        return FALSE;
      }
  return TRUE;
}

static SutureCarried *
carry (const char *path, GError **error)
{
  SutureCarried *carried = suture_carried_collect (path);

  if (carried == NULL)
    suture_error_set_errno (error, errno, "could not keep what is mounted below %s", path);
  return carried;
}

/* Puts @overlay (-1: nothing) in the place of what is merged at @path, and @carried back below it. */
static gboolean
switch_tree (const char *path, int overlay, SutureCarried *carried, GError **error)
{
  const char *lost;

  if (!suture_overlay_switch (path, overlay, error))
    return FALSE;
  lost = suture_carried_restore (carried);
  return lost == NULL || suture_error_set_errno (error, errno, "could not put the mount at %s back", lost);
}

/* What we had merged on our trees before somebody's merge covered the whole of /usr would be seen again when that one goes,
 * whatever became of ours meanwhile: it is taken away from below it. */
static gboolean
uncover (GError **error)
{
  const char *usr = suture_path (SUTURE_PATH_USR);
  g_autoptr (SutureCarried) carried = NULL;
  gboolean hidden = FALSE;

  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      g_autofree char *path = suture_hierarchy_path (i);

      hidden = hidden || suture_overlay_is_hidden (path);
    }
  if (!hidden)
    return TRUE;
  carried = carry (usr, error);
  /* the word first: should this be killed, the next one has theirs merged again */
  return carried != NULL && g_file_set_contents (REFRESH_USR, "", 0, error)
         && switch_tree (usr, -1, carried, error) && suture_merge_bare (error);
}

/* systemd-sysext takes whatever lies in the folder of extensions, so those that are not wanted leave it first. */
static gboolean
refresh_with_others (const char *const *names, gboolean whole_usr, GError **error)
{
  g_auto (GStrv) placed = suture_attach_list ();

  for (gsize i = 0; placed[i] != NULL; i++)
    if (!g_strv_contains (names, placed[i]) && !suture_attach_drop (placed[i], error))
      return FALSE;
  return suture_sysext_refresh (whole_usr, error) && check_names (names, error);
}

/* Where something else is mounted at a tree, a merge would put the empty mount point below it in its place; and a merge
 * that was mounted over can't be reached. */
static gboolean
check_places (const Plan *plan, GError **error)
{
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      const Tree *tree = &plan->trees[i];
      g_autofree char *path = suture_hierarchy_path (i);

      if (tree->merged != NULL || !suture_mounts_is_root (path)
          || (tree->wanted == NULL && !suture_overlay_is_hidden (path)))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "something else is mounted at %s", path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
switch_trees (Plan *plan, GError **error)
{
  if (!check_places (plan, error))
    return FALSE;
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      Tree *tree = &plan->trees[i];
      g_autofree char *path = suture_hierarchy_path (i);

      if (!tree->change)
        continue;
      if (tree->wanted != NULL)
        {
          tree->overlay = suture_overlay_build (i, (const char *const *) tree->wanted, error);
          if (tree->overlay < 0)
            return FALSE;
        }
      tree->carried = carry (path, error);
      if (tree->carried == NULL)
        return FALSE;
    }
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      Tree *tree = &plan->trees[i];
      g_autofree char *path = suture_hierarchy_path (i);

      if (tree->change && !switch_tree (path, tree->overlay, tree->carried, error))
        return FALSE;
    }
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      g_auto (GStrv) merged = suture_hierarchy_merged (i);

      if (!same_names (merged, plan->trees[i].wanted))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "/usr/%s is not merged as wanted after the switch",
                       suture_hierarchy_name (i));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
suture_merge_apply (const char *const *names, gboolean again, GError **error)
{
  g_autoptr (Plan) plan = plan_new (names, again);
  gboolean foreign = g_file_test (REFRESH_TREES, G_FILE_TEST_EXISTS);

  if (!suture_overlay_fits (names, error) || !suture_overlay_clean (error))
    return FALSE;
  if (suture_hierarchy_usr_is_covered () || g_file_test (REFRESH_USR, G_FILE_TEST_EXISTS))
    return uncover (error) && refresh_with_others (names, TRUE, error) && (g_unlink (REFRESH_USR), TRUE);
  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    foreign = foreign || is_foreign (plan->trees[i].merged);
  if (foreign)
    return refresh_with_others (names, FALSE, error) && (g_unlink (REFRESH_TREES), TRUE);
  return switch_trees (plan, error);
}

gboolean
suture_merge_bare (GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < SUTURE_HIERARCHIES; i++)
    {
      g_auto (GStrv) merged = suture_hierarchy_merged (i);
      g_autofree char *path = suture_hierarchy_path (i);
      g_autoptr (SutureCarried) carried = NULL;

      if (merged == NULL || is_foreign (merged))
        continue;
      carried = carry (path, NULL);
      ok = switch_tree (path, -1, carried, ok ? error : NULL) && ok;
    }
  return ok;
}
