/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <unistd.h>

#include "base/error.h"
#include "edition.h"
#include "seal.h"
#include "tree.h"

static const struct
{
  const char *name;
  gboolean offline; /* can be kept elsewhere: day-to-day work does without it */
} roles[] = {
  { "root", TRUE },
  { "targets", TRUE },
  { "snapshot", FALSE },
  { "timestamp", FALSE },
};

/* What people say about the keys. */
typedef struct
{
  SutureKeyringOptions keys;
  char *offline; /* a folder, or NULL (owned) */
  char *type;    /* (owned) */
  gboolean encrypt;
} Options;

static void
options_clear (Options *self)
{
  suture_keyring_options_clear (&self->keys);
  g_free (self->offline);
  g_free (self->type);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Makes the keys, and the first root, which names them. */
static GBytes *
make_root (SutureKeyring *keyring, const Options *options, GError **error)
{
  g_autoptr (JsonObject) root = json_object_new ();
  g_autoptr (GPtrArray) quorums = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_seal_quorum_free);
  g_autoptr (SutureSeal) seal = NULL;
  JsonObject *keys = json_object_new ();
  JsonObject *all = json_object_new ();
  SutureSealQuorum *quorum;

  json_object_set_string_member (root, "_type", "root");
  json_object_set_boolean_member (root, "consistent_snapshot", TRUE);
  json_object_set_object_member (root, "keys", keys);
  json_object_set_object_member (root, "roles", all);
  suture_repository_set_common (root, 1, g_get_real_time () / G_USEC_PER_SEC + (gint64) SUTURE_EDITION_ROOT_DAYS * 24 * 60 * 60);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      SutureKeyringNew new = { .folder = roles[i].offline ? options->offline : NULL,
                               .role = roles[i].name,
                               .encrypt = options->encrypt && roles[i].offline,
                               .plain_name = TRUE };
      SutureSigner *signer;
      JsonObject *role;
      JsonArray *ids;

      if (options->type != NULL && !suture_signer_type_from_name (options->type, &new.type, error))
        return NULL;
      signer = suture_keyring_make (keyring, &new, error);
      if (signer == NULL)
        return NULL;
      role = json_object_new ();
      ids = json_array_new ();
      json_array_add_string_element (ids, suture_signer_get_id (signer));
      json_object_set_array_member (role, "keyids", ids);
      json_object_set_int_member (role, "threshold", 1);
      json_object_set_object_member (all, roles[i].name, role);
      json_object_set_member (keys, suture_signer_get_id (signer), suture_signer_get_key (signer));
    }
  quorum = suture_seal_quorum_new (json_object_get_object_member (all, "root"), keys, error);
  if (quorum == NULL)
    return NULL;
  g_ptr_array_add (quorums, quorum);
  seal = suture_seal_new (root, quorums);
  return suture_seal_sign (seal, keyring, SUTURE_SEAL_ALL, error) ? suture_seal_write (seal) : NULL;
}

/* Those that were made for a feed that is none now help nobody, and would be in the way of the next try. */
static void
remove_keys (SutureKeyring *keyring)
{
  g_autoptr (GPtrArray) ids = suture_keyring_ids (keyring);

  for (guint i = 0; i < ids->len; i++)
    (void) unlink (suture_keyring_place (keyring, g_ptr_array_index (ids, i)));
}

static gboolean
make (SutureDepot *depot, SutureReport *report, const Options *options, const char *path, GError **error)
{
  g_autofree char *keys = suture_depot_path (depot, "keys", NULL);
  g_autoptr (SutureKeyring) keyring = suture_keyring_open (keys, &options->keys, error);
  g_autoptr (GBytes) root = keyring != NULL ? make_root (keyring, options, error) : NULL;
  g_autoptr (SutureRepository) repository = root != NULL ? suture_repository_create (depot, root, error) : NULL;
  g_autoptr (SutureDraft) draft = repository != NULL ? suture_draft_new_empty (repository) : NULL;
  SutureEdition edition = { .repository = repository,
                            .draft = draft,
                            .keyring = keyring,
                            .report = report,
                            .days = SUTURE_EDITION_DAYS };
  gboolean published = FALSE;

  if (draft != NULL && suture_edition_publish (&edition, &published, error) && suture_repository_refresh (repository, 0, error)
      && suture_depot_finish (depot, path, error))
    return TRUE;
  if (keyring != NULL)
    remove_keys (keyring);
  return FALSE;
}

/* Keys of another feed are never written over, nor mixed with these. */
static gboolean
check_offline (const char *path, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *name = g_strconcat (roles[i].name, ".pem", NULL);
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (!roles[i].offline || !g_file_test (file, G_FILE_TEST_EXISTS))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "there is a key %s already: name another folder", file);
      return FALSE;
    }
  return TRUE;
}

/* @offline: where the keys of root and targets are, or NULL. */
static void
tell (SutureReport *report, SutureDepot *depot, const char *offline)
{
  JsonObject *object = suture_report_object (report);
  g_autofree char *keys = suture_depot_path (depot, "keys", NULL);
  g_autofree char *served = suture_depot_path (depot, "repository", NULL);
  g_autofree char *root = suture_depot_path (depot, "repository/metadata/1.root.json", NULL);

  suture_report_say (report, "keys: %s\nserve: %s\nfirst root, for feeds.d/%s.root.json: %s", keys, served, depot->name,
                     root);
  if (offline != NULL)
    {
      suture_report_say (report, "keys of root and targets, to be kept elsewhere: %s", offline);
      json_object_set_string_member (object, "offline", offline);
    }
  json_object_set_string_member (object, "keys", keys);
  json_object_set_string_member (object, "repository", served);
  json_object_set_string_member (object, "root", root);
}

gboolean
suture_command_init (SutureReport *report, int argc, char **argv, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *publisher = NULL;
  g_auto (Options) options = { .keys = SUTURE_KEYRING_OPTIONS_NONE };
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "The feed's name, also of its file in feeds.d", "NAME" },
    { "offline", 0, 0, G_OPTION_ARG_FILENAME, &options.offline, "Keep the keys of root and targets in DIR, not in FOLDER/keys",
      "DIR" },
    { "encrypt", 0, 0, G_OPTION_ARG_NONE, &options.encrypt, "Give the keys of root and targets a passphrase", NULL },
    { "type", 0, 0, G_OPTION_ARG_STRING, &options.type, "Of all keys (ed25519)", "ed25519|ecdsa|rsa" },
    SUTURE_KEYRING_PASSPHRASE_ENTRIES (options.keys),
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
  if (options.offline != NULL && !check_offline (options.offline, error))
    return FALSE;
  depot = suture_depot_create (argv[1], name, publisher, error);
  if (depot == NULL)
    return FALSE;
  if (!make (depot, report, &options, argv[1], error))
    {
      suture_tree_remove (depot->path);
      return FALSE;
    }
  tell (report, depot, options.offline);
  return TRUE;
}
