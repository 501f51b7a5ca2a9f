/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "edition.h"
#include "tree.h"

static const char *const roles[] = { "root", "targets", "snapshot", "timestamp" };

/* Makes the keys, and the first root, which names them. */
static GBytes *
make_root (SutureDepot *depot, GError **error)
{
  g_autoptr (JsonObject) root = suture_repository_new_role ("root", 1, SUTURE_EDITION_ROOT_DAYS);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *keys = json_object_new ();
  JsonObject *all = json_object_new ();
  g_autoptr (SutureSigner) root_signer = NULL;

  json_object_set_boolean_member (root, "consistent_snapshot", TRUE);
  json_object_set_object_member (root, "keys", keys);
  json_object_set_object_member (root, "roles", all);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autoptr (SutureSigner) signer = suture_depot_signer (depot, roles[i], TRUE, error);
      JsonObject *role;
      JsonArray *ids;

      if (signer == NULL)
        return NULL;
      role = json_object_new ();
      ids = json_array_new ();
      json_array_add_string_element (ids, suture_signer_get_id (signer));
      json_object_set_array_member (role, "keyids", ids);
      json_object_set_int_member (role, "threshold", 1);
      json_object_set_object_member (all, roles[i], role);
      json_object_set_member (keys, suture_signer_get_id (signer), suture_signer_get_key (signer));
    }
  root_signer = suture_depot_signer (depot, "root", FALSE, error);
  node = json_node_init_object (json_node_alloc (), root);
  return root_signer != NULL ? suture_signer_sign (root_signer, node, error) : NULL;
}

static gboolean
make (SutureDepot *depot, const char *path, GError **error)
{
  g_autoptr (GBytes) root = make_root (depot, error);
  g_autoptr (SutureRepository) repository = root != NULL ? suture_repository_create (depot, root, error) : NULL;
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  return repository != NULL && suture_edition_publish (repository, nothing, SUTURE_EDITION_DAYS, error)
         && suture_repository_refresh (repository, 0, error) && suture_depot_finish (depot, path, error);
}

static void
tell (SutureReport *report, SutureDepot *depot)
{
  JsonObject *object = suture_report_object (report);
  g_autofree char *keys = suture_depot_path (depot, "keys", NULL);
  g_autofree char *served = suture_depot_path (depot, "repository", NULL);
  g_autofree char *root = suture_depot_path (depot, "repository/metadata/1.root.json", NULL);

  suture_report_say (report, "keys: %s\nserve: %s\nfirst root, for feeds.d/%s.root.json: %s", keys, served, depot->name,
                     root);
  json_object_set_string_member (object, "keys", keys);
  json_object_set_string_member (object, "repository", served);
  json_object_set_string_member (object, "root", root);
}

gboolean
suture_command_init (SutureReport *report, int argc, char **argv, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *publisher = NULL;
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "The feed's name, also of its file in feeds.d", "NAME" },
    { "publisher", 0, 0, G_OPTION_ARG_STRING, &publisher, "The publisher as people will read it", "TEXT" },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER",
    .summary = "Makes keys and an empty repository. Keep FOLDER/keys secret and in a safe\n"
               "place: whoever has it can change the programs of everyone who uses the feed.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };
  g_autoptr (SutureDepot) depot = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (name == NULL || publisher == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "FOLDER, --name and --publisher are needed");
      return FALSE;
    }
  depot = suture_depot_create (argv[1], name, publisher, error);
  if (depot == NULL)
    return FALSE;
  if (!make (depot, argv[1], error))
    {
      suture_tree_remove (depot->path);
      return FALSE;
    }
  tell (report, depot);
  return TRUE;
}
