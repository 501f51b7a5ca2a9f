/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "consent.h"
#include "pending.h"
#include "review.h"
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

/* What people say on the command line. */
typedef struct
{
  SutureSessionOptions session;
  char **merge;  /* --merge (owned) */
  char *against; /* --against (owned) */
  gboolean yes;  /* --yes */
} Options;

static void
options_clear (Options *self)
{
  suture_session_options_clear (&self->session);
  g_strfreev (self->merge);
  g_free (self->against);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Tells which key is about to sign. @said: what else there is to know of it. */
static void
tell_signer (SutureReport *report, SutureKeyring *keyring, const char *id, const char *said)
{
  suture_report_say (report, "  to be signed by key %s, %s%s", id, suture_keyring_place (keyring, id), said);
  suture_report_list (report, "signers", id);
}

static gboolean
agree (SutureReport *report, const Options *options, GError **error)
{
  return options->yes || suture_consent_ask (report, "Sign this?", "it was not agreed to, and nothing was signed", error);
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
  json_object_set_int_member (signers, "threshold", ids->len);
  if (ids->len == 0)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--key or --keys is needed to sign a file");
      return NULL;
    }
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

/* Whether @root names the key @id for root's role. */
static gboolean
names_key (JsonObject *root, const char *id)
{
  g_autoptr (SutureRole) role
      = suture_role_parse (json_object_get_object_member (json_object_get_object_member (root, "roles"), "root"), NULL);

  return role != NULL && g_ptr_array_find_with_equal_func (role->key_ids, id, g_str_equal, NULL);
}

/* Tells who is about to sign; refuses whoever is known to have no say in it. */
static gboolean
check_signers (const SutureReview *review, SutureReport *report, SutureKeyring *keyring, GError **error)
{
  g_autoptr (GPtrArray) ids = suture_keyring_ids (keyring);
  gboolean is_root = review->metadata->type == SUTURE_METADATA_ROOT;

  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);
      gboolean named = !is_root || names_key (review->metadata->envelope->body, id)
                       || (review->before != NULL && names_key (review->before, id));

      if (!named && review->before != NULL)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                       "the key %.8s has no say in it, neither as this root says nor as the one before: nothing was signed", id);
          return FALSE;
        }
      tell_signer (report, keyring, id, named ? "" : ", which this root does not name for itself");
    }
  return TRUE;
}

/* The one that @metadata of @role takes the place of, from the file that somebody brought along. */
static SutureMetadata *
open_against (const char *path, const char *role, const SutureMetadata *metadata, GError **error)
{
  g_autofree char *other = NULL;
  g_autoptr (SutureMetadata) before = suture_review_open (path, &other, error);

  if (before == NULL)
    return NULL;
  if (g_str_equal (other, role) && before->version == metadata->version - 1)
    return g_steal_pointer (&before);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
               "--against has to be version %" G_GINT64_FORMAT " of %s: nothing was signed", metadata->version - 1, role);
  return NULL;
}

/* Signs the body of @metadata with every key of @keyring; the signatures in it stay. */
static gboolean
sign_with_all (const char *path, const SutureMetadata *metadata, GPtrArray *quorums, SutureKeyring *keyring, GError **error)
{
  g_autoptr (SutureSeal) seal = suture_seal_new (metadata->envelope->body, quorums);

  suture_seal_keep (seal, metadata->envelope);
  return suture_seal_sign (seal, keyring, SUTURE_SEAL_ALL, error) && write_back (path, seal, error);
}

/* A file that somebody brought. */
static gboolean
sign_file (SutureReport *report, const char *path, const Options *options, GError **error)
{
  g_autoptr (SutureKeyring) keyring = suture_keyring_open (NULL, &options->session.keys, error);
  g_autofree char *role = NULL;
  g_autoptr (SutureMetadata) metadata = keyring != NULL ? suture_review_open (path, &role, error) : NULL;
  g_autoptr (SutureMetadata) before = NULL;
  g_autoptr (GPtrArray) quorums = metadata != NULL ? quorum_of_keyring (keyring, error) : NULL;
  SutureReview review = { .path = path, .metadata = metadata };

  if (quorums == NULL)
    return FALSE;
  review.role = role;
  if (options->against != NULL)
    {
      before = open_against (options->against, role, metadata, error);
      if (before == NULL)
        return FALSE;
      review.before = before->envelope->body;
      review.hearsay = suture_seal_is_hearsay (before->envelope, quorums, keyring);
    }
  suture_review_tell (&review, report);
  if (!check_signers (&review, report, keyring, error) || !agree (report, options, error)
      || !sign_with_all (path, metadata, quorums, keyring, error))
    return FALSE;
  suture_report_say (report, "signed");
  suture_report_list (report, "signed", path);
  return TRUE;
}

/* The seal of the file at @path in DEPOT/pending, with the signatures that count; it is told to whoever has @keyring. */
static SutureSeal *
open_pending (SutureSession *session, const char *path, SutureKeyring *keyring, char **role, GError **error)
{
  g_autoptr (SutureMetadata) metadata = suture_review_open (path, role, error);
  const SutureMetadata *latest = metadata != NULL ? suture_repository_latest (session->repository, *role) : NULL;
  g_autoptr (JsonObject) none = json_object_new ();
  SutureReview review = { .path = path,
                          .metadata = metadata,
                          .before = latest != NULL ? latest->envelope->body : none,
                          .depot = session->depot };
  g_autoptr (GPtrArray) quorums = NULL;
  SutureSeal *seal;

  if (metadata == NULL)
    return NULL;
  review.role = *role;
  quorums = suture_seal_find_quorums (session->repository, suture_draft_get (session->draft, "root"),
                                      suture_draft_get (session->draft, "targets"), *role, error);
  if (quorums == NULL)
    return NULL;
  review.hearsay = latest != NULL && suture_seal_is_hearsay (latest->envelope, quorums, keyring);
  suture_review_tell (&review, session->report);
  seal = suture_seal_new (metadata->envelope->body, quorums);
  suture_seal_take (seal, metadata->envelope);
  return seal;
}

/* Tells whose signature is about to be added; FALSE: nobody's. */
static gboolean
tell_signers (SutureReport *report, SutureSeal *seal, SutureKeyring *keyring, gboolean again)
{
  g_autoptr (GPtrArray) ids = suture_keyring_ids (keyring);
  gboolean any = FALSE;

  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      if (!suture_seal_counts (seal, id) || (!again && (suture_seal_has (seal, id) || suture_seal_is_complete (seal))))
        continue;
      any = TRUE;
      tell_signer (report, keyring, id, "");
    }
  return any;
}

/* Signs with the keys that were brought along, or else with those at hand. */
static gboolean
sign_with (SutureSeal *seal, SutureKeyring *brought, SutureKeyring *own, GError **error)
{
  g_autoptr (GPtrArray) ids = suture_keyring_ids (brought);

  if (ids->len == 0)
    return suture_seal_sign (seal, own, SUTURE_SEAL_ALL, error);
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

/* Adds the signatures of keys that are at hand, once a person has agreed. */
static gboolean
add_signatures (SutureSession *session, SutureSeal *seal, SutureKeyring *brought, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) ids = suture_keyring_ids (brought);
  gboolean any = ids->len > 0 ? tell_signers (session->report, seal, brought, TRUE)
                              : tell_signers (session->report, seal, session->keyring, FALSE);

  if (any)
    return agree (session->report, options, error) && sign_with (seal, brought, session->keyring, error);
  suture_report_say (session->report, "  no key that is at hand has anything to add");
  return TRUE;
}

static gboolean
sign_pending (SutureSession *session, const char *name, SutureKeyring *brought, const Options *options, GError **error)
{
  g_autofree char *path = suture_depot_path (session->depot, SUTURE_DEPOT_PENDING, name, NULL);
  g_autofree char *found = suture_pending_role (name);
  g_autoptr (GPtrArray) ids = suture_keyring_ids (brought);
  g_autofree char *role = NULL;
  g_autoptr (SutureSeal) seal = NULL;

  /* what does not follow was warned of */
  if (found == NULL || !suture_draft_follows (session->draft, name))
    return TRUE;
  seal = open_pending (session, path, ids->len > 0 ? brought : session->keyring, &role, error);
  if (seal == NULL || !merge (seal, name, options->merge, error)
      || (options->merge == NULL && !add_signatures (session, seal, brought, options, error)) || !write_back (path, seal, error))
    return FALSE;
  suture_pending_tell (session->depot, session->report, role, seal, session->keyring);
  return TRUE;
}

/* Whether each of @files is called as something that waits: else it would be passed over without a word. */
static gboolean
check_merge (SutureSession *session, GPtrArray *names, char **files, GError **error)
{
  for (gsize i = 0; files != NULL && files[i] != NULL; i++)
    {
      g_autofree char *base = g_path_get_basename (files[i]);

      if (g_ptr_array_find_with_equal_func (names, base, g_str_equal, NULL) && suture_draft_follows (session->draft, base))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND,
                   "nothing called %s waits in %s/%s: nothing was taken from %s, which has to be called as the file that it was copied "
                   "from", base, session->depot->path, SUTURE_DEPOT_PENDING, files[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
sign_all (SutureSession *session, const Options *options, GError **error)
{
  g_autoptr (SutureKeyring) brought = suture_keyring_open (NULL, &options->session.keys, error);
  g_autoptr (GPtrArray) names
      = brought != NULL ? suture_depot_list (session->depot, SUTURE_DEPOT_PENDING, error) : NULL;

  if (names != NULL && !check_merge (session, names, options->merge, error))
    return FALSE;
  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!sign_pending (session, g_ptr_array_index (names, i), brought, options, error))
      return FALSE;
  if (names != NULL && names->len == 0)
    suture_report_say (session->report, "nothing waits for signatures");
  return names != NULL;
}

gboolean
suture_command_sign (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (Options) options = { .session = SUTURE_SESSION_OPTIONS_INIT };
  const GOptionEntry entries[] = {
    { "merge", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.merge,
      "A file that was signed elsewhere: its signatures are taken, and none is made; may be repeated", "FILE" },
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &options.against, "The version before of a FILE, to show what changes", "FILE" },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &options.yes, "Do not ask: it was looked at", NULL },
    SUTURE_KEYRING_ENTRIES (options.session.keys),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER|FILE",
    .summary = "Signs what waits in FOLDER/pending, or one such FILE that was carried elsewhere,\n"
               "with the keys that are named, or else with those in FOLDER/keys. All that is in it\n"
               "is shown, and you are asked. Nothing is published by it: \"suture-publish publish\"\n"
               "does that.",
    .min = 1,
    .max = 1,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };
  struct stat status;

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (options.merge == NULL && stat (argv[1], &status) == 0 && S_ISREG (status.st_mode))
    return sign_file (report, argv[1], &options, error);
  if (options.against != NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "--against is for a FILE: what is published is known in a FOLDER");
      return FALSE;
    }
  return suture_session_open (&session, report, argv[1], &options.session, TRUE, error)
         && sign_all (&session, &options, error);
}
