/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/json.h"
#include "pending.h"
#include "session.h"

/* Signs files of DEPOT/pending, where they lie or where somebody carried one; keys need not be where the folder is. */

#define FILE_MAX (5 * 1024 * 1024) /* bytes, as much as any role may have: helper/feed/metadata.c */

static SutureEnvelope *
read_envelope (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FILE_MAX, error);
  SutureEnvelope *envelope = bytes != NULL ? suture_envelope_parse (bytes, FILE_MAX, error) : NULL;

  if (envelope == NULL)
    g_prefix_error (error, "%s is no metadata: ", path);
  return envelope;
}

/* What one is about to sign. */
static void
describe (SutureReport *report, const char *path, JsonObject *body)
{
  const char *type = json_object_get_string_member_with_default (body, "_type", "?");
  JsonNode *targets = json_object_get_member (body, "targets");
  g_autoptr (GList) paths = targets != NULL && JSON_NODE_HOLDS_OBJECT (targets)
                                ? json_object_get_members (json_node_get_object (targets))
                                : NULL;

  suture_report_say (report, "%s: %s, version %" G_GINT64_FORMAT ", until %s%s", path, type,
                     json_object_get_int_member_with_default (body, "version", 0),
                     json_object_get_string_member_with_default (body, "expires", "?"), paths != NULL ? ", with" : "");
  for (GList *at = paths; at != NULL; at = at->next)
    {
      JsonObject *target = json_object_get_object_member (json_node_get_object (targets), at->data);
      gboolean withdrawn = json_object_has_member (target, "custom")
                           && json_object_has_member (json_object_get_object_member (target, "custom"), "withdrawn");

      suture_report_say (report, "  %s%s", (char *) at->data, withdrawn ? ", withdrawn" : "");
    }
}

/* One quorum of all keys in @keyring: for a file alone, of which nobody says who has to sign it. */
static GPtrArray *
quorum_of_keyring (SutureKeyring *keyring, GError **error)
{
  g_autoptr (GPtrArray) quorums = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_seal_quorum_free);
  g_autoptr (GPtrArray) ids = suture_keyring_ids (keyring);
  g_autoptr (JsonObject) signers = json_object_new ();
  g_autoptr (JsonObject) keys = json_object_new ();
  JsonArray *list = json_array_new ();
  SutureSealQuorum *quorum;

  json_object_set_array_member (signers, "keyids", list);
  json_object_set_int_member (signers, "threshold", MAX (ids->len, 1));
  for (guint i = 0; i < ids->len; i++)
    {
      SutureSigner *signer = suture_keyring_get (keyring, g_ptr_array_index (ids, i), error);

      if (signer == NULL)
        return NULL;
      json_array_add_string_element (list, suture_signer_get_id (signer));
      json_object_set_member (keys, suture_signer_get_id (signer), suture_signer_get_key (signer));
    }
  quorum = suture_seal_quorum_new (signers, keys, error);
  if (quorum == NULL)
    return NULL;
  g_ptr_array_add (quorums, quorum);
  return g_steal_pointer (&quorums);
}

static gboolean
write_back (const char *path, SutureSeal *seal, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GBytes) bytes = suture_seal_write (seal);
  g_auto (SutureFd) folder = suture_file_open_folder (parent, 0, error);

  return folder >= 0
         && suture_file_replace (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0644, error);
}

/* A file that somebody brought: every key named signs it, and the signatures in it stay. */
static gboolean
sign_file (SutureReport *report, const char *path, const SutureKeyringOptions *options, GError **error)
{
  g_autoptr (SutureKeyring) keyring = suture_keyring_open (NULL, options, error);
  g_autoptr (SutureEnvelope) envelope = keyring != NULL ? read_envelope (path, error) : NULL;
  g_autoptr (GPtrArray) quorums = envelope != NULL ? quorum_of_keyring (keyring, error) : NULL;
  g_autoptr (SutureSeal) seal = NULL;

  if (quorums == NULL)
    return FALSE;
  if (((SutureSealQuorum *) g_ptr_array_index (quorums, 0))->role->key_ids->len == 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--key or --keys is needed to sign a file");
      return FALSE;
    }
  describe (report, path, envelope->body);
  seal = suture_seal_new (envelope->body, quorums);
  suture_seal_keep (seal, envelope);
  if (!suture_seal_sign (seal, keyring, TRUE, error) || !write_back (path, seal, error))
    return FALSE;
  suture_report_say (report, "signed");
  suture_report_list (report, "signed", path);
  return TRUE;
}

/* The seal of the file @name in DEPOT/pending, with the signatures that count. */
static SutureSeal *
open_pending (SutureSession *session, const char *path, const char *role, GError **error)
{
  g_autoptr (SutureEnvelope) envelope = read_envelope (path, error);
  g_autoptr (GPtrArray) quorums = NULL;
  SutureSeal *seal;

  if (envelope == NULL)
    return NULL;
  quorums = suture_seal_find_quorums (session->repository, suture_draft_get (session->draft, "root"),
                                      suture_draft_get (session->draft, "targets"), role, error);
  if (quorums == NULL)
    return NULL;
  describe (session->report, path, envelope->body);
  seal = suture_seal_new (envelope->body, quorums);
  suture_seal_take (seal, envelope);
  return seal;
}

/* Signs with the keys that were brought along, or else with those at hand. */
static gboolean
sign_with (SutureSeal *seal, SutureKeyring *brought, SutureKeyring *own, GError **error)
{
  g_autoptr (GPtrArray) ids = suture_keyring_ids (brought);

  if (ids->len == 0)
    return suture_seal_sign (seal, own, TRUE, error);
  for (guint i = 0; i < ids->len; i++)
    {
      SutureSigner *signer = NULL;

      if (!suture_seal_counts (seal, g_ptr_array_index (ids, i)))
        continue;
      signer = suture_keyring_get (brought, g_ptr_array_index (ids, i), error);
      if (signer == NULL || !suture_seal_add (seal, signer, error))
        return FALSE;
    }
  return TRUE;
}

/* Takes over what others have signed elsewhere, if it is the very same text. */
static gboolean
merge (SutureSeal *seal, const char *name, char **files, GError **error)
{
  for (gsize i = 0; files != NULL && files[i] != NULL; i++)
    {
      g_autofree char *base = g_path_get_basename (files[i]);
      g_autoptr (SutureEnvelope) envelope = NULL;

      if (!g_str_equal (base, name))
        continue;
      envelope = read_envelope (files[i], error);
      if (envelope == NULL)
        return FALSE;
      if (suture_seal_take (seal, envelope) == 0)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE,
                       "%s has no new signature of this version that counts: was it made anew since?", files[i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
sign_pending (SutureSession *session, const char *name, SutureKeyring *brought, char **files, GError **error)
{
  g_autofree char *path = suture_depot_path (session->depot, SUTURE_DEPOT_PENDING, name, NULL);
  g_autofree char *role = suture_pending_role (name);
  g_autoptr (SutureSeal) seal = role != NULL ? open_pending (session, path, role, error) : NULL;

  if (role == NULL)
    return TRUE;
  if (seal == NULL || !merge (seal, name, files, error)
      || (files == NULL && !sign_with (seal, brought, session->keyring, error)) || !write_back (path, seal, error))
    return FALSE;
  suture_pending_tell (session->depot, session->report, role, seal);
  return TRUE;
}

static gboolean
sign_all (SutureSession *session, const SutureKeyringOptions *options, char **files, GError **error)
{
  g_autoptr (SutureKeyring) brought = suture_keyring_open (NULL, options, error);
  g_autoptr (GPtrArray) names
      = brought != NULL ? suture_depot_list (session->depot, SUTURE_DEPOT_PENDING, error) : NULL;

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!sign_pending (session, g_ptr_array_index (names, i), brought, files, error))
      return FALSE;
  if (names != NULL && names->len == 0)
    suture_report_say (session->report, "nothing waits for signatures");
  return names != NULL;
}

gboolean
suture_command_sign (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  g_auto (GStrv) files = NULL;
  const GOptionEntry entries[] = {
    { "merge", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, "A file that was signed elsewhere; may be repeated", "FILE" },
    SUTURE_KEYRING_ENTRIES (options.keys),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER|FILE",
    .summary = "Signs what waits in FOLDER/pending, or one such FILE that was carried elsewhere,\n"
               "with the keys that are named, or else with those in FOLDER/keys. Nothing is\n"
               "published by it: \"suture-publish publish\" does that.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };
  struct stat status;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (files == NULL && stat (argv[1], &status) == 0 && S_ISREG (status.st_mode))
    return sign_file (report, argv[1], &options.keys, error);
  return suture_session_open (&session, report, argv[1], &options, TRUE, error)
         && sign_all (&session, &options.keys, files, error);
}
