/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "newcomer.h"

#include <fcntl.h>

#include "base/error.h"
#include "verify/key.h"

/* How a key is to be kept. */
typedef struct
{
  gboolean elsewhere; /* not in FOLDER/keys, unless somebody says so */
  gboolean encrypted; /* with a passphrase */
} Care;

void
suture_newcomer_options_clear (SutureNewcomerOptions *self)
{
  g_free (self->type);
  g_free (self->public);
  g_free (self->folder);
  g_free (self->owner);
}

void
suture_newcomer_free (SutureNewcomer *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_clear_pointer (&self->node, json_node_unref);
  g_free (self->made);
  g_free (self);
}

/* The keys of the draft's @role; NULL for a role that is not there, or has none. */
static JsonArray *
find_ids (SutureSession *session, const char *role, JsonObject **keys)
{
  JsonObject *signers;

  return suture_draft_find_signers (suture_draft_get (session->draft, "root"), suture_draft_get (session->draft, "targets"),
                                    role, &signers, keys, NULL)
             ? json_object_get_array_member (signers, "keyids")
             : NULL;
}

/* The care that is taken of the worst kept one: of @old, or without that of all keys of @role. */
static Care
find_care (SutureSession *session, const char *role, const char *old)
{
  JsonObject *keys;
  JsonArray *ids = find_ids (session, role, &keys);
  Care care = { TRUE, TRUE };
  Care own = { FALSE, TRUE };
  gboolean any = FALSE;

  for (guint i = 0; ids != NULL && i < json_array_get_length (ids); i++)
    {
      const char *id = json_array_get_string_element (ids, i);

      if (old != NULL && !g_str_equal (id, old))
        continue;
      any = TRUE;
      care.elsewhere = care.elsewhere && !suture_keyring_is_own (session->keyring, id);
      care.encrypted = care.encrypted && suture_keyring_is_encrypted (session->keyring, id);
      if (suture_keyring_is_own (session->keyring, id))
        own.encrypted = own.encrypted && suture_keyring_is_encrypted (session->keyring, id);
    }
  if (!any)
    return (Care){ FALSE, FALSE };
  return care.elsewhere ? care : own;
}

gboolean
suture_newcomer_check (
    SutureSession *session, const SutureNewcomerOptions *options, const char *role, const char *old, GError **error)
{
  if (options->public != NULL || options->folder != NULL || !find_care (session, role, old).elsewhere)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
               "what %s is signed with is kept elsewhere than in %s/keys, and a new key there would be less safe; nothing was "
               "made or changed. Say where it goes (--to DIR), or bring the public half of one that was made elsewhere "
               "(--public FILE)",
               role, session->depot->path);
  return FALSE;
}

static char *
type_of (SutureSession *session, const char *role, const char *id)
{
  JsonObject *keys;
  SutureSignerType type;
  const char *name = NULL;

  if (id != NULL && find_ids (session, role, &keys) != NULL && json_object_has_member (keys, id))
    name = json_object_get_string_member_with_default (json_object_get_object_member (keys, id), "keytype", NULL);
  return g_strdup (name != NULL && suture_signer_type_from_name (name, &type, NULL) ? name : "ed25519");
}

/* Who signs root or targets has it lie in a safe, who signs the other two has it lie in a computer: one key can't do both. */
static gboolean
check_apart (SutureSession *session, const char *role, const char *id, GError **error)
{
  static const char *const by_people[] = { "root", "targets", NULL };
  static const char *const by_computer[] = { "snapshot", "timestamp", NULL };
  const char *const *others = g_strv_contains (by_people, role)     ? by_computer
                              : g_strv_contains (by_computer, role) ? by_people
                                                                    : NULL;

  for (gsize i = 0; others != NULL && others[i] != NULL; i++)
    {
      JsonObject *keys;
      JsonArray *ids = find_ids (session, others[i], &keys);

      for (guint k = 0; ids != NULL && k < json_array_get_length (ids); k++)
        if (g_str_equal (json_array_get_string_element (ids, k), id))
          {
            g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                         "the key %.8s signs %s, and can't sign %s as well: root and targets are signed by people, snapshot "
                         "and timestamp by a computer, and whoever breaks into that would have both. Nothing was changed; name "
                         "another key",
                         id, others[i], role);
            return FALSE;
          }
    }
  return TRUE;
}

SutureNewcomer *
suture_newcomer_find (
    SutureSession *session, const SutureNewcomerOptions *options, const char *role, const char *old, GError **error)
{
  g_autoptr (SutureNewcomer) self = g_new0 (SutureNewcomer, 1);
  SutureKeyringNew new = { .folder = options->folder, .role = role };
  g_autofree char *like = type_of (session, role, old);
  SutureSigner *signer;

  if (!suture_newcomer_check (session, options, role, old, error))
    return NULL;
  if (options->public != NULL)
    {
      self->node = suture_signer_read_public (AT_FDCWD, options->public, NULL, NULL, error);
      self->id = self->node != NULL ? suture_key_compute_id (self->node) : NULL;
      return self->id != NULL && check_apart (session, role, self->id, error) ? g_steal_pointer (&self) : NULL;
    }
  if (!suture_signer_type_from_name (options->type != NULL ? options->type : like, &new.type, error))
    return NULL;
  new.encrypt = options->encrypt || find_care (session, role, old).encrypted;
  signer = suture_keyring_make (session->keyring, &new, error);
  if (signer == NULL)
    return NULL;
  self->id = g_strdup (suture_signer_get_id (signer));
  self->node = suture_signer_get_key (signer);
  self->made = g_strdup (suture_keyring_place (session->keyring, self->id));
  return g_steal_pointer (&self);
}
