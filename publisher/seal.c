/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "seal.h"

#include "base/error.h"
#include "base/json.h"
#include "verify/key.h"

struct _SutureSeal
{
  JsonNode *node;       /* the body (owned) */
  GBytes *canonical;    /* what is signed (owned) */
  GPtrArray *quorums;   /* SutureSealQuorum (owned) */
  GHashTable *values;   /* key id → signature in hex (owned) */
};

SutureSealQuorum *
suture_seal_quorum_new (JsonObject *signers, JsonObject *keys, GError **error)
{
  g_autoptr (SutureSealQuorum) self = g_new0 (SutureSealQuorum, 1);

  self->role = suture_role_parse (signers, error);
  self->keys = self->role != NULL ? suture_role_parse_keys (keys, error) : NULL;
  return self->keys != NULL ? g_steal_pointer (&self) : NULL;
}

void
suture_seal_quorum_free (SutureSealQuorum *self)
{
  if (self == NULL)
    return;
  suture_role_free (self->role);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_free (self);
}

static SutureSealQuorum *
find_quorum (JsonObject *root, JsonObject *targets, const char *role, GError **error)
{
  JsonObject *signers, *keys;

  if (!suture_draft_find_signers (root, targets, role, &signers, &keys, error))
    return NULL;
  return suture_seal_quorum_new (signers, keys, error);
}

GPtrArray *
suture_seal_find_quorums (
    SutureRepository *repository, JsonObject *root, JsonObject *targets, const char *role, GError **error)
{
  g_autoptr (GPtrArray) quorums = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_seal_quorum_free);
  const SutureMetadata *old = g_str_equal (role, "root") ? suture_repository_latest (repository, role) : NULL;
  SutureSealQuorum *quorum;

  if (old != NULL)
    {
      quorum = find_quorum (old->envelope->body, targets, role, error);
      if (quorum == NULL)
        return NULL;
      g_ptr_array_add (quorums, quorum);
    }
  quorum = find_quorum (root, targets, role, error);
  if (quorum == NULL)
    return NULL;
  g_ptr_array_add (quorums, quorum);
  return g_steal_pointer (&quorums);
}

gboolean
suture_seal_quorum_has_signed (const SutureSealQuorum *self, const SutureEnvelope *envelope)
{
  return suture_role_verify (self->role, self->keys, envelope, "", NULL);
}

SutureSeal *
suture_seal_new (JsonObject *body, GPtrArray *quorums)
{
  SutureSeal *self = g_new0 (SutureSeal, 1);

  self->node = json_node_init_object (json_node_alloc (), body);
  self->canonical = suture_json_canonical (self->node);
  self->quorums = g_ptr_array_ref (quorums);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
suture_seal_free (SutureSeal *self)
{
  if (self == NULL)
    return;
  json_node_unref (self->node);
  g_bytes_unref (self->canonical);
  g_ptr_array_unref (self->quorums);
  g_hash_table_unref (self->values);
  g_free (self);
}

JsonObject *
suture_seal_get_body (SutureSeal *self)
{
  return json_node_get_object (self->node);
}

static gboolean
counts (const SutureSealQuorum *quorum, const char *id)
{
  return g_ptr_array_find_with_equal_func (quorum->role->key_ids, id, g_str_equal, NULL)
         && g_hash_table_contains (quorum->keys, id);
}

/* The key @id of the first quorum that has it, or NULL. */
static const SutureKey *
find_key (SutureSeal *self, const char *id)
{
  for (guint i = 0; i < self->quorums->len; i++)
    if (counts (g_ptr_array_index (self->quorums, i), id))
      return g_hash_table_lookup (((SutureSealQuorum *) g_ptr_array_index (self->quorums, i))->keys, id);
  return NULL;
}

guint
suture_seal_take (SutureSeal *self, const SutureEnvelope *envelope)
{
  guint taken = 0;

  for (guint i = 0; i < envelope->signatures->len; i++)
    {
      const SutureEnvelopeSignature *signature = g_ptr_array_index (envelope->signatures, i);
      const SutureKey *key = find_key (self, signature->key_id);

      if (key == NULL || g_hash_table_contains (self->values, signature->key_id)
          || suture_key_verify (key, self->canonical, signature->value) != SUTURE_SIGNATURE_VALID)
        continue;
      g_hash_table_insert (self->values, g_strdup (signature->key_id), g_strdup (signature->value));
      taken++;
    }
  return taken;
}

guint
suture_seal_count_other (SutureSeal *self, const SutureEnvelope *envelope)
{
  g_autoptr (SutureSeal) other = suture_seal_new (envelope->body, self->quorums);

  return suture_seal_take (other, envelope);
}

void
suture_seal_keep (SutureSeal *self, const SutureEnvelope *envelope)
{
  for (guint i = 0; i < envelope->signatures->len; i++)
    {
      const SutureEnvelopeSignature *signature = g_ptr_array_index (envelope->signatures, i);

      g_hash_table_replace (self->values, g_strdup (signature->key_id), g_strdup (signature->value));
    }
}

gboolean
suture_seal_counts (SutureSeal *self, const char *id)
{
  return find_key (self, id) != NULL;
}

gboolean
suture_seal_has (SutureSeal *self, const char *id)
{
  return g_hash_table_contains (self->values, id);
}

static gint64
lacks (SutureSeal *self, const SutureSealQuorum *quorum)
{
  gint64 lacking = quorum->role->threshold;

  for (guint i = 0; i < quorum->role->key_ids->len; i++)
    {
      const char *id = g_ptr_array_index (quorum->role->key_ids, i);

      if (counts (quorum, id) && g_hash_table_contains (self->values, id))
        lacking--;
    }
  return MAX (lacking, 0);
}

gboolean
suture_seal_add (SutureSeal *self, SutureSigner *signer, GError **error)
{
  const char *id = suture_signer_get_id (signer);
  char *value;

  if (find_key (self, id) == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "the key %.8s has no say in it", id);
      return FALSE;
    }
  value = suture_signer_sign (signer, self->canonical, error);
  if (value != NULL)
    g_hash_table_replace (self->values, g_strdup (id), value);
  return value != NULL;
}

static gboolean
is_unattended (SutureKeyring *keyring, const char *id)
{
  return suture_keyring_is_own (keyring, id) && !suture_keyring_is_encrypted (keyring, id);
}

/* Whether @keys has the key @id, which may have to be unlocked only for SUTURE_SEAL_ALL. */
static gboolean
is_one_of (SutureSealKeys keys, SutureKeyring *keyring, const char *id)
{
  if (keys == SUTURE_SEAL_UNATTENDED)
    return is_unattended (keyring, id);
  return suture_keyring_is_locked (keyring, id) == (keys == SUTURE_SEAL_ALL);
}

/* Signs for @quorum with @keys; for SUTURE_SEAL_ALL those that are not SUTURE_SEAL_OPEN. */
static gboolean
sign_with (SutureSeal *self, const SutureSealQuorum *quorum, SutureKeyring *keyring, SutureSealKeys keys, GError **error)
{
  for (guint i = 0; i < quorum->role->key_ids->len && lacks (self, quorum) > 0; i++)
    {
      const char *id = g_ptr_array_index (quorum->role->key_ids, i);
      g_autoptr (GError) why = NULL;
      SutureSigner *signer;

      if (!counts (quorum, id) || g_hash_table_contains (self->values, id)
          || !is_one_of (keys, keyring, id))
        continue;
      signer = suture_keyring_get (keyring, id, &why);
      if (signer == NULL && why != NULL && !g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (signer != NULL && !suture_seal_add (self, signer, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
suture_seal_sign (SutureSeal *self, SutureKeyring *keyring, SutureSealKeys keys, GError **error)
{
  for (guint i = 0; i < self->quorums->len; i++)
    if (!sign_with (self, g_ptr_array_index (self->quorums, i), keyring, MIN (keys, SUTURE_SEAL_OPEN), error))
      return FALSE;
  for (guint i = 0; keys == SUTURE_SEAL_ALL && i < self->quorums->len; i++)
    if (!sign_with (self, g_ptr_array_index (self->quorums, i), keyring, keys, error))
      return FALSE;
  return TRUE;
}

guint
suture_seal_count_missing (SutureSeal *self)
{
  gint64 most = 0;

  for (guint i = 0; i < self->quorums->len; i++)
    most = MAX (most, lacks (self, g_ptr_array_index (self->quorums, i)));
  return (guint) MIN (most, G_MAXUINT);
}

gboolean
suture_seal_is_complete (SutureSeal *self)
{
  return suture_seal_count_missing (self) == 0;
}

GPtrArray *
suture_seal_missing (SutureSeal *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint q = 0; q < self->quorums->len; q++)
    {
      const SutureSealQuorum *quorum = g_ptr_array_index (self->quorums, q);

      for (guint i = 0; i < quorum->role->key_ids->len && lacks (self, quorum) > 0; i++)
        {
          const char *id = g_ptr_array_index (quorum->role->key_ids, i);

          if (!g_hash_table_contains (self->values, id)
              && !g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
            g_ptr_array_add (ids, g_strdup (id));
        }
    }
  return ids;
}

gboolean
suture_seal_is_hearsay (const SutureEnvelope *before, GPtrArray *quorums, SutureKeyring *keyring)
{
  g_autoptr (SutureSeal) seal = suture_seal_new (before->body, quorums);
  g_autoptr (GPtrArray) ids = suture_keyring_ids (keyring);
  gboolean any = FALSE;

  suture_seal_take (seal, before);
  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      if (suture_seal_has (seal, id) && !is_unattended (keyring, id))
        return FALSE;
      any = any || (suture_seal_counts (seal, id) && !is_unattended (keyring, id));
    }
  return any;
}

/* Canonical JSON keeps line ends in strings as they are, which plain JSON has no room for. */
static GBytes *
escape (GBytes *canonical)
{
  gsize length;
  const char *data = g_bytes_get_data (canonical, &length);
  GString *text = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    if (data[i] == '\n')
      g_string_append (text, "\\n");
    else if ((guchar) data[i] < 0x20)
      g_string_append_printf (text, "\\u%04x", (guint) data[i]);
    else
      g_string_append_c (text, data[i]);
  return g_string_free_to_bytes (text);
}

GBytes *
suture_seal_write (SutureSeal *self)
{
  g_autoptr (GBytes) canonical = NULL;
  JsonObject *whole = json_object_new ();
  JsonArray *signatures = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (self->values), (GCompareFunc) g_strcmp0);

  for (GList *at = ids; at != NULL; at = at->next)
    {
      JsonObject *signature = json_object_new ();

      json_object_set_string_member (signature, "keyid", at->data);
      json_object_set_string_member (signature, "sig", g_hash_table_lookup (self->values, at->data));
      json_array_add_object_element (signatures, signature);
    }
  json_object_set_array_member (whole, "signatures", signatures);
  json_object_set_member (whole, "signed", json_node_copy (self->node));
  json_node_take_object (node, whole);
  canonical = suture_json_canonical (node);
  return escape (canonical);
}

SutureEnvelope *
suture_seal_read (SutureSeal *self)
{
  g_autoptr (GBytes) bytes = suture_seal_write (self);

  return suture_envelope_parse (bytes, g_bytes_get_size (bytes), NULL);
}
