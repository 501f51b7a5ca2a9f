/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "edition.h"
#include "feed/target.h"
#include "rights.h"
#include "stage.h"

static gboolean
move_to_published (SutureDepot *depot, const SutureStage *stage, GError **error)
{
  g_autofree char *to = suture_depot_path (depot, "published", stage->name, NULL);

  if (!suture_depot_move (stage->path, to, error))
    {
      g_prefix_error (error, "%s is published already, but could not be moved: ", stage->name);
      return FALSE;
    }
  g_print ("published %s\n", stage->name);
  return TRUE;
}

/* What is published under the path of @stage; *@target is NULL when nothing is. */
static gboolean
find_published (SutureRepository *repository, const SutureStage *stage, SutureTarget **target, GError **error)
{
  g_autoptr (GPtrArray) targets = suture_repository_targets (repository, stage->role, error);
  g_autofree char *path = g_strconcat (stage->name, ".json", NULL);

  *target = NULL;
  for (guint i = 0; targets != NULL && i < targets->len && *target == NULL; i++)
    if (g_str_equal (((SutureTarget *) g_ptr_array_index (targets, i))->path, path))
      *target = g_ptr_array_steal_index (targets, i);
  return targets != NULL;
}

/* Takes those out of @stages that a run published which was killed before it could move them, and moves them. */
static gboolean
settle (SutureRepository *repository, GPtrArray *stages, GError **error)
{
  for (guint i = stages->len; i > 0; i--)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i - 1);
      SutureTarget *found = NULL;
      g_autoptr (SutureTarget) target = NULL;

      if (!find_published (repository, stage, &found, error))
        return FALSE;
      target = found;
      if (target == NULL)
        continue;
      if (!suture_target_matches (target, stage->json, NULL))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
                       "another %s is published already, and that never changes: discard this one, and make it again",
                       stage->name);
          return FALSE;
        }
      if (!move_to_published (repository->depot, stage, error))
        return FALSE;
      g_ptr_array_remove_index (stages, i - 1);
    }
  return TRUE;
}

/* What a desktop does is done as root. */
static gboolean
check_stages (SutureDepot *depot, GPtrArray *stages, GError **error)
{
  if (stages->len > 0 && !suture_rights_be_root (error))
    return FALSE;
  for (guint i = 0; i < stages->len; i++)
    if (!suture_stage_check (g_ptr_array_index (stages, i), depot, error))
      return FALSE;
  return TRUE;
}

static void
print_end (SutureRepository *repository)
{
  const char *role = NULL;
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (suture_edition_end (repository, &role));
  g_autofree char *text = g_date_time_format (end, "%F %R UTC");

  g_print ("signed until %s (%s): publish again before, with --renew or something new\n", text, role);
}

/* @stages: see suture_edition_publish (), but for those that are published already. */
static gboolean
publish (SutureDepot *depot, GPtrArray *stages, guint days, GError **error)
{
  g_autoptr (SutureRepository) repository = suture_repository_open (depot, error);

  if (repository == NULL || !settle (repository, stages, error) || !check_stages (depot, stages, error)
      || !suture_edition_publish (repository, stages, days, error))
    {
      g_prefix_error (error, "nothing was published, the repository is as it was: ");
      return FALSE;
    }
  /* what fails from here on is published all the same, and the next run does the rest */
  if (!suture_repository_refresh (repository, 0, error))
    {
      g_prefix_error (error, "published, but not noted in %s/client: ", depot->path);
      return FALSE;
    }
  print_end (repository);
  for (guint i = 0; i < stages->len; i++)
    if (!move_to_published (depot, g_ptr_array_index (stages, i), error))
      return FALSE;
  return TRUE;
}

gboolean
suture_command_publish (int argc, char **argv, GError **error)
{
  int days = SUTURE_EDITION_DAYS;
  gboolean renew = FALSE;
  const GOptionEntry entries[] = {
    { "renew", 0, 0, G_OPTION_ARG_NONE, &renew, "Renew the signatures, and leave what is staged alone", NULL },
    { "expires-days", 0, 0, G_OPTION_ARG_INT, &days, "Days until they have to be renewed again (7)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER [ID…]");
  g_autoptr (SutureDepot) depot = NULL;
  g_autoptr (GPtrArray) stages = NULL;

  g_option_context_set_summary (context, "Checks staged improvements (all unless some are named), signs them and puts\n"
                                         "them into FOLDER/repository. The signatures are renewed in any case.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc < 2 || (renew && argc > 2))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s",
                   argc < 2 ? "a FOLDER is needed" : "--renew publishes nothing, so that no ID can be named with it");
      return FALSE;
    }
  if (days < 1 || days > SUTURE_EDITION_DAYS_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--expires-days can be 1 to %d days",
                   SUTURE_EDITION_DAYS_MAX);
      return FALSE;
    }
  depot = suture_depot_open (argv[1], error);
  if (depot == NULL)
    return FALSE;
  if (renew)
    stages = g_ptr_array_new ();
  else
    stages = suture_stage_open_all (depot, "staging", argv + 2, error);
  return stages != NULL && publish (depot, stages, (guint) days, error);
}
