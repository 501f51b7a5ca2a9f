/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "session.h"
#include "verify/key.h"

/* Who may sign what is changed here, and nothing else is: what lacks a signature for that waits like any other change. */

#define PREFIX_MIN 4 /* hex digits of a key's id that are enough to name it */

/* What people say about a new key on the command line. */
typedef struct
{
  SutureSessionOptions session;
  char *type, *public, *folder, *owner; /* (owned) */
  gboolean encrypt, new_role;
} Options;

static void
options_clear (Options *self)
{
  suture_session_options_clear (&self->session);
  g_free (self->type);
  g_free (self->public);
  g_free (self->folder);
  g_free (self->owner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* A key that comes in: its public half, and the file that was made for it. */
typedef struct
{
  char *id;       /* (owned) */
  JsonNode *node; /* (owned) */
  char *made;     /* the new file, or NULL (owned) */
} Newcomer;

static void
newcomer_clear (Newcomer *self)
{
  g_free (self->id);
  g_clear_pointer (&self->node, json_node_unref);
  g_free (self->made);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Newcomer, newcomer_clear)

/* @like: the type when none is said ("ed25519"). */
static gboolean
find_newcomer (
    SutureSession *session, const Options *options, const char *role, const char *like, Newcomer *newcomer, GError **error)
{
  SutureKeyringNew new = { .folder = options->folder, .role = role, .encrypt = options->encrypt };
  SutureSigner *signer;

  if (options->public != NULL)
    {
      newcomer->node = suture_signer_read_public (AT_FDCWD, options->public, NULL, NULL, error);
      newcomer->id = newcomer->node != NULL ? suture_key_compute_id (newcomer->node) : NULL;
      return newcomer->id != NULL;
    }
  if (!suture_signer_type_from_name (options->type != NULL ? options->type : like, &new.type, error))
    return FALSE;
  signer = suture_keyring_make (session->keyring, &new, error);
  if (signer == NULL)
    return FALSE;
  newcomer->id = g_strdup (suture_signer_get_id (signer));
  newcomer->node = suture_signer_get_key (signer);
  newcomer->made = g_strdup (suture_keyring_place (session->keyring, newcomer->id));
  return TRUE;
}

static gboolean
find_signers (SutureSession *session, const char *role, JsonObject **signers, JsonObject **keys, GError **error)
{
  return suture_draft_find_signers (suture_draft_get (session->draft, "root"), suture_draft_get (session->draft, "targets"),
                                    role, signers, keys, error);
}

/* The whole id of the key of @role that @prefix means; without one it is the only key. Part of the draft. */
static const char *
find_id (SutureSession *session, const char *role, const char *prefix, GError **error)
{
  JsonObject *signers, *keys;
  JsonArray *ids;
  const char *found = NULL;

  if (!find_signers (session, role, &signers, &keys, error))
    return NULL;
  ids = json_object_get_array_member (signers, "keyids");
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *id = json_array_get_string_element (ids, i);

      if (prefix != NULL && (strlen (prefix) < PREFIX_MIN || !g_str_has_prefix (id, prefix)))
        continue;
      if (found != NULL)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "%s has several keys that this can mean: name one by its id (suture-publish show)", role);
          return NULL;
        }
      found = id;
    }
  if (found == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s has no key %s (%d or more digits of its id are needed)",
                 role, prefix != NULL ? prefix : "", PREFIX_MIN);
  return found;
}

static void
tell (SutureSession *session, const char *what, const char *role, const char *id, const char *made)
{
  suture_report_say (session->report, "%s: %s key %s%s%s", role, what, id, made != NULL ? ", " : "",
                     made != NULL ? made : "");
  suture_report_list (session->report, what, id);
}

/* Publishes. A key that was made stays where it is whatever happens: it may be signed in already, and go out with the next
 * command. */
static gboolean
publish (SutureSession *session, const Options *options, const Newcomer *newcomer, GError **error)
{
  if (!suture_session_publish (session, NULL, error))
    {
      if (newcomer != NULL && newcomer->made != NULL)
        g_prefix_error (error, "the new key stays in %s, where it may be needed: ", newcomer->made);
      return FALSE;
    }
  return newcomer == NULL || newcomer->id == NULL || options->owner == NULL
         || suture_depot_set_owner (session->depot, newcomer->id, options->owner, error);
}

static gboolean
add (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  const char *role = arguments[0];
  g_auto (Newcomer) newcomer = { 0 };
  JsonObject *signers, *keys;

  if (options->new_role)
    {
      if (find_signers (session, role, &signers, &keys, NULL))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "there is a role %s already", role);
          return FALSE;
        }
      suture_draft_add_role (session->draft, role);
    }
  if (!find_signers (session, role, &signers, &keys, error))
    {
      g_prefix_error (error, "(--new-role makes one for a base release) ");
      return FALSE;
    }
  if (!find_newcomer (session, options, role, "ed25519", &newcomer, error)
      || !suture_draft_add_key (session->draft, role, newcomer.id, json_node_copy (newcomer.node), error)
      || !publish (session, options, &newcomer, error))
    return FALSE;
  tell (session, "added", role, newcomer.id, newcomer.made);
  return TRUE;
}

static char *
type_of (SutureSession *session, const char *role, const char *id)
{
  JsonObject *signers, *keys;
  SutureSignerType type;
  const char *name = NULL;

  if (find_signers (session, role, &signers, &keys, NULL) && json_object_has_member (keys, id))
    name = json_object_get_string_member_with_default (json_object_get_object_member (keys, id), "keytype", NULL);
  return g_strdup (name != NULL && suture_signer_type_from_name (name, &type, NULL) ? name : "ed25519");
}

/* Replaces the key @old of @role, by one that is made unless there is a newcomer already. */
static gboolean
replace (
    SutureSession *session, const Options *options, const char *role, const char *old, Newcomer *newcomer, GError **error)
{
  g_autofree char *id = g_strdup (old);
  g_autofree char *like = type_of (session, role, old);

  if (newcomer->id == NULL && !find_newcomer (session, options, role, like, newcomer, error))
    return FALSE;
  suture_draft_remove_key (session->draft, role, id);
  return suture_draft_add_key (session->draft, role, newcomer->id, json_node_copy (newcomer->node), error);
}

static gboolean
rotate (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  const char *role = arguments[0];
  g_autofree char *old = g_strdup (find_id (session, role, arguments[1], error));
  g_auto (Newcomer) newcomer = { 0 };

  if (old == NULL || !replace (session, options, role, old, &newcomer, error)
      || !publish (session, options, &newcomer, error))
    return FALSE;
  tell (session, "removed", role, old, NULL);
  tell (session, "added", role, newcomer.id, newcomer.made);
  return TRUE;
}

/* Whether @role can do without one of its keys. */
static gboolean
has_enough (SutureSession *session, const char *role)
{
  JsonObject *signers, *keys;

  return find_signers (session, role, &signers, &keys, NULL)
         && json_array_get_length (json_object_get_array_member (signers, "keyids"))
                > json_object_get_int_member (signers, "threshold");
}

/* Takes the key away from every role; where too few remain a new one comes in its place. */
static gboolean
revoke_key (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  static const char *const top_levels[] = { "root", "targets", "snapshot", "timestamp" };
  g_autoptr (GPtrArray) roles = suture_draft_roles (session->draft);
  g_autofree char *id = NULL;
  g_auto (Newcomer) newcomer = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (top_levels); i++)
    g_ptr_array_add (roles, (gpointer) top_levels[i]);
  for (guint i = 0; i < roles->len; i++)
    {
      const char *role = g_ptr_array_index (roles, i);
      g_autoptr (GError) why = NULL;
      const char *found = find_id (session, role, id != NULL ? id : arguments[0], &why);

      if (found == NULL && !g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (found == NULL)
        continue;
      if (id == NULL)
        id = g_strdup (found);
      if (has_enough (session, role))
        suture_draft_remove_key (session->draft, role, id);
      else if (!replace (session, options, role, id, &newcomer, error))
        return FALSE;
      tell (session, "removed", role, id, NULL);
    }
  if (id == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "no role has a key %s (%d or more digits of its id are needed)",
                   arguments[0], PREFIX_MIN);
      return FALSE;
    }
  if (!publish (session, options, &newcomer, error))
    return FALSE;
  if (newcomer.id != NULL)
    tell (session, "added", "in its place", newcomer.id, newcomer.made);
  return TRUE;
}

static gboolean
set_threshold (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  const char *role = arguments[0];
  JsonObject *signers, *keys;
  guint64 threshold;
  guint count;

  if (!find_signers (session, role, &signers, &keys, error))
    return FALSE;
  count = json_array_get_length (json_object_get_array_member (signers, "keyids"));
  if (!g_ascii_string_to_unsigned (arguments[1], 10, 1, count, &threshold, NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "the threshold of %s can be 1 to %u, the number of its keys: \"%s\" is not", role, count, arguments[1]);
      return FALSE;
    }
  json_object_set_int_member (signers, "threshold", (gint64) threshold);
  if (!publish (session, options, NULL, error))
    return FALSE;
  suture_report_say (session->report, "%s: %" G_GUINT64_FORMAT " of %u keys have to sign", role, threshold, count);
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean (*run) (SutureSession *session, const Options *options, char **arguments, GError **error);
  int min, max; /* arguments beside FOLDER */
  const char *arguments;
} actions[] = {
  { "add", add, 1, 1, "add FOLDER ROLE" },
  { "rotate", rotate, 1, 2, "rotate FOLDER ROLE [KEY]" },
  { "revoke", revoke_key, 1, 1, "revoke FOLDER KEY" },
  { "threshold", set_threshold, 2, 2, "threshold FOLDER ROLE N" },
};

/* The action that @argv[1] names; SUTURE_ERROR_INVALID_ARGUMENT. */
static gsize
find_action (int argc, char **argv, GError **error)
{
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (actions); i++)
    {
      if (!g_str_equal (argv[1], actions[i].name))
        continue;
      if (argc - 3 >= actions[i].min && argc - 3 <= actions[i].max)
        return i;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "it takes: %s", actions[i].arguments);
      return G_N_ELEMENTS (actions);
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "add, rotate, revoke or threshold is needed");
  return G_N_ELEMENTS (actions);
}

static gboolean
run (SutureReport *report, const Options *options, int argc, char **argv, GError **error)
{
  gsize action = find_action (argc, argv, error);
  g_auto (SutureSession) session = { 0 };

  if (action == G_N_ELEMENTS (actions))
    return FALSE;
  if (options->public != NULL && (options->type != NULL || options->folder != NULL || options->encrypt))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "--public names a key that exists: --type, --to and --encrypt are for one that is made here");
      return FALSE;
    }
  return suture_session_open (&session, report, argv[2], &options->session, TRUE, error)
         && actions[action].run (&session, options, argv + 3, error);
}

gboolean
suture_command_key (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (Options) options = { .session = SUTURE_SESSION_OPTIONS_INIT };
  const GOptionEntry entries[] = {
    { "type", 0, 0, G_OPTION_ARG_STRING, &options.type, "Of the new key (like the old one's, or ed25519)",
      "ed25519|ecdsa|rsa" },
    { "public", 0, 0, G_OPTION_ARG_FILENAME, &options.public, "Somebody's public key (PEM), instead of a new one", "FILE" },
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &options.folder, "Where the new private key goes (FOLDER/keys)", "DIR" },
    { "encrypt", 0, 0, G_OPTION_ARG_NONE, &options.encrypt, "Give the new private key a passphrase", NULL },
    { "owner", 0, 0, G_OPTION_ARG_STRING, &options.owner, "Who has the new key, for show", "TEXT" },
    { "new-role", 0, 0, G_OPTION_ARG_NONE, &options.new_role, "Make the role, of a base release, with this key", NULL },
    SUTURE_SESSION_ENTRIES (options.session),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "add FOLDER ROLE | rotate FOLDER ROLE [KEY] | revoke FOLDER KEY | threshold FOLDER ROLE N",
    .summary = "Changes who may sign: root, targets, snapshot, timestamp or a base release's role.\n"
               "  add        one more key may sign for ROLE\n"
               "  rotate     a new key takes the place of KEY (its id, or the first digits)\n"
               "  revoke     KEY signs nothing any more; where it is missed a new one is made\n"
               "  threshold  N of ROLE's keys have to sign\n"
               "Root's keys have to sign a change of the first four, targets' one of the others: what\n"
               "is not at hand is waited for in FOLDER/pending.",
    .min = 1,
    .max = 5,
    .entries = entries,
  };

  return suture_report_parse (report, &usage, &argc, &argv, error) && run (report, &options, argc, argv, error);
}
