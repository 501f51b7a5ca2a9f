/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "newcomer.h"

/* Who may sign what is changed here, and nothing else is: what lacks a signature for that waits like any other change. */

#define PREFIX_MIN 4 /* hex digits of a key's id that are enough to name it */

/* What people say on the command line. */
typedef struct
{
  SutureSessionOptions session;
  SutureNewcomerOptions newcomer;
  gboolean new_role;
} Options;

static void
options_clear (Options *self)
{
  suture_session_options_clear (&self->session);
  suture_newcomer_options_clear (&self->newcomer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

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

/* @newcomers (SutureNewcomer): those that were made. Where they are is told whether what they sign for is out or not. */
static void
tell_made (SutureSession *session, GPtrArray *newcomers)
{
  for (guint i = 0; i < newcomers->len; i++)
    {
      const SutureNewcomer *newcomer = g_ptr_array_index (newcomers, i);

      if (newcomer->made == NULL)
        continue;
      suture_report_say (session->report, "made key %s, %s", newcomer->id, newcomer->made);
      suture_report_list (session->report, "made", newcomer->made);
    }
}

static void
tell (SutureSession *session, const char *what, const char *role, const char *id)
{
  suture_report_say (session->report, session->waiting ? "%s: is going to have %s key %s" : "%s: %s key %s", role, what, id);
  if (!session->waiting)
    suture_report_list (session->report, what, id);
}

/* Publishes. A key that was made stays where it is whatever happens: it may be signed in already, and go out with the next
 * command. */
static gboolean
publish (SutureSession *session, const Options *options, GPtrArray *newcomers, GError **error)
{
  tell_made (session, newcomers);
  if (!suture_session_publish (session, NULL, error))
    {
      for (guint i = 0; i < newcomers->len; i++)
        if (((SutureNewcomer *) g_ptr_array_index (newcomers, i))->made != NULL)
          g_prefix_error (error, "the new key stays in %s, where it may be needed: ",
                          ((SutureNewcomer *) g_ptr_array_index (newcomers, i))->made);
      return FALSE;
    }
  for (guint i = 0; options->newcomer.owner != NULL && i < newcomers->len; i++)
    if (!suture_depot_set_owner (session->depot, ((SutureNewcomer *) g_ptr_array_index (newcomers, i))->id,
                                 options->newcomer.owner, error))
      return FALSE;
  return TRUE;
}

static GPtrArray *
new_newcomers (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) suture_newcomer_free);
}

/* Lets a newcomer sign for @role, in the place of its key @old (NULL: beside all others). */
static gboolean
bring_in (
    SutureSession *session, const Options *options, const char *role, const char *old, GPtrArray *newcomers, GError **error)
{
  SutureNewcomer *newcomer = suture_newcomer_find (session, &options->newcomer, role, old, error);

  if (newcomer == NULL)
    return FALSE;
  g_ptr_array_add (newcomers, newcomer);
  if (old != NULL)
    suture_draft_remove_key (session->draft, role, old);
  return suture_draft_add_key (session->draft, role, newcomer->id, json_node_copy (newcomer->node), error);
}

static gboolean
add (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  const char *role = arguments[0];
  g_autoptr (GPtrArray) newcomers = new_newcomers ();
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
  if (!bring_in (session, options, role, NULL, newcomers, error) || !publish (session, options, newcomers, error))
    return FALSE;
  tell (session, "added", role, ((SutureNewcomer *) g_ptr_array_index (newcomers, 0))->id);
  return TRUE;
}

static gboolean
rotate (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  const char *role = arguments[0];
  g_autofree char *old = g_strdup (find_id (session, role, arguments[1], error));
  g_autoptr (GPtrArray) newcomers = new_newcomers ();

  if (old == NULL || !bring_in (session, options, role, old, newcomers, error)
      || !publish (session, options, newcomers, error))
    return FALSE;
  tell (session, "removed", role, old);
  tell (session, "added", role, ((SutureNewcomer *) g_ptr_array_index (newcomers, 0))->id);
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

/* The roles that the key @prefix signs for, and its whole *@id; the caller's. */
static GPtrArray *
find_roles (SutureSession *session, const char *prefix, char **id, GError **error)
{
  static const char *const top_levels[] = { "root", "targets", "snapshot", "timestamp" };
  g_autoptr (GPtrArray) roles = suture_draft_roles (session->draft);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (top_levels); i++)
    g_ptr_array_add (roles, (gpointer) top_levels[i]);
  for (guint i = 0; i < roles->len; i++)
    {
      g_autoptr (GError) why = NULL;
      const char *one = find_id (session, g_ptr_array_index (roles, i), *id != NULL ? *id : prefix, &why);

      if (one == NULL && !g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return NULL;
        }
      if (one == NULL)
        continue;
      if (*id == NULL)
        *id = g_strdup (one);
      g_ptr_array_add (found, g_ptr_array_index (roles, i));
    }
  if (found->len > 0)
    return g_steal_pointer (&found);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "no role has a key %s (%d or more digits of its id are needed)",
               prefix, PREFIX_MIN);
  return NULL;
}

/* Whether enough was said about the newcomers that come in the place of @id: nothing is made before that is known of all. */
static gboolean
check_newcomers (SutureSession *session, const Options *options, const char *id, GPtrArray *roles, GError **error)
{
  const char *before = NULL;

  for (guint i = 0; i < roles->len; i++)
    {
      const char *role = g_ptr_array_index (roles, i);

      if (has_enough (session, role))
        continue;
      if (options->newcomer.public != NULL && before != NULL)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "the key %.8s is missed in %s and in %s, and one newcomer does not take its place in both; nothing was "
                       "changed. Replace it in one role after the other (suture-publish key rotate)",
                       id, before, role);
          return FALSE;
        }
      if (!suture_newcomer_check (session, &options->newcomer, role, id, error))
        return FALSE;
      before = role;
    }
  return TRUE;
}

/* Takes the key away from every role; where too few remain a new one comes in its place, and no two roles get the same. */
static gboolean
revoke_key (SutureSession *session, const Options *options, char **arguments, GError **error)
{
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) roles = find_roles (session, arguments[0], &id, error);
  g_autoptr (GPtrArray) newcomers = new_newcomers ();

  if (roles == NULL || !check_newcomers (session, options, id, roles, error))
    return FALSE;
  for (guint i = 0; i < roles->len; i++)
    if (has_enough (session, g_ptr_array_index (roles, i)))
      suture_draft_remove_key (session->draft, g_ptr_array_index (roles, i), id);
    else if (!bring_in (session, options, g_ptr_array_index (roles, i), id, newcomers, error))
      return FALSE;
  if (!publish (session, options, newcomers, error))
    return FALSE;
  for (guint i = 0; i < roles->len; i++)
    tell (session, "removed", g_ptr_array_index (roles, i), id);
  for (guint i = 0; i < newcomers->len; i++)
    tell (session, "added", "in its place", ((SutureNewcomer *) g_ptr_array_index (newcomers, i))->id);
  return TRUE;
}

static gboolean
set_threshold (SutureSession *session, G_GNUC_UNUSED const Options *options, char **arguments, GError **error)
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
  if (!suture_session_publish (session, NULL, error))
    return FALSE;
  suture_report_say (session->report, "%s: %" G_GUINT64_FORMAT " of %u keys %s", role, threshold, count,
                     session->waiting ? "are going to have to sign" : "have to sign");
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
  if (options->newcomer.public != NULL && (options->newcomer.type != NULL || options->newcomer.folder != NULL || options->newcomer.encrypt))
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
    { "type", 0, 0, G_OPTION_ARG_STRING, &options.newcomer.type, "Of the new key (like the old one's, or ed25519)",
      "ed25519|ecdsa|rsa" },
    { "public", 0, 0, G_OPTION_ARG_FILENAME, &options.newcomer.public, "Somebody's public key (PEM), instead of a new one", "FILE" },
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &options.newcomer.folder, "Where the new private key goes (FOLDER/keys, where those beside it are)", "DIR" },
    { "encrypt", 0, 0, G_OPTION_ARG_NONE, &options.newcomer.encrypt, "Give the new private key a passphrase (as the old one has)",
      NULL },
    { "owner", 0, 0, G_OPTION_ARG_STRING, &options.newcomer.owner, "Who has the new key, for show", "TEXT" },
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
               "is not at hand is waited for in FOLDER/pending. A new key is kept as well as those\n"
               "that it signs beside, or in the place of.",
    .min = 1,
    .max = 5,
    .entries = entries,
  };

  return suture_report_parse (report, &usage, &argc, &argv, error) && run (report, &options, argc, argv, error);
}
