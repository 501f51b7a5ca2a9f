/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/role.h"

#include "base/error.h"
#include "base/json.h"
#include "verify/key.h"

SutureRole *
suture_role_parse (JsonObject *object, GError **error)
{
  g_autoptr (SutureRole) self = g_new0 (SutureRole, 1);
  JsonArray *ids = NULL;

  self->key_ids = g_ptr_array_new_with_free_func (g_free);
  if (!suture_json_read_array (object, "keyids", SUTURE_JSON_REQUIRED, &ids, error)
      || !suture_json_read_integer (object, "threshold", SUTURE_JSON_REQUIRED, 1, G_MAXINT64, &self->threshold, error))
    return NULL;
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *id = suture_json_element_string (ids, i, "keyids", error);

      if (id == NULL)
        return NULL;
      if (!g_ptr_array_find_with_equal_func (self->key_ids, id, g_str_equal, NULL))
        g_ptr_array_add (self->key_ids, g_strdup (id));
    }
  return g_steal_pointer (&self);
}

void
suture_role_free (SutureRole *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->key_ids);
  g_free (self);
}

GHashTable *
suture_role_parse_keys (JsonObject *object, GError **error)
{
  g_autoptr (GHashTable) keys
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) suture_key_free);
  g_autoptr (GList) ids = json_object_get_members (object);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      JsonObject *value = NULL;
      SutureKey *key;

      if (!suture_json_read_object (object, l->data, SUTURE_JSON_REQUIRED, &value, error))
        return NULL;
      key = suture_key_parse (value, error);
      if (key == NULL)
        return NULL;
      g_hash_table_insert (keys, g_strdup (l->data), key);
    }
  return g_steal_pointer (&keys);
}

static const SutureEnvelopeSignature *
find_signature (const SutureEnvelope *envelope, const char *key_id)
{
  for (guint i = 0; i < envelope->signatures->len; i++)
    {
      const SutureEnvelopeSignature *signature = g_ptr_array_index (envelope->signatures, i);

      if (g_str_equal (signature->key_id, key_id))
        return signature;
    }
  return NULL;
}

static gboolean
contains_key (GPtrArray *keys, const SutureKey *key)
{
  for (guint i = 0; i < keys->len; i++)
    if (suture_key_equal (g_ptr_array_index (keys, i), key))
      return TRUE;
  return FALSE;
}

gboolean
suture_role_verify (
    const SutureRole *self, GHashTable *keys, const SutureEnvelope *envelope, const char *name, GError **error)
{
  g_autoptr (GPtrArray) valid = g_ptr_array_new ();

  for (guint i = 0; i < self->key_ids->len; i++)
    {
      const char *id = g_ptr_array_index (self->key_ids, i);
      const SutureEnvelopeSignature *signature = find_signature (envelope, id);
      SutureKey *key = g_hash_table_lookup (keys, id);

      if (signature != NULL && key != NULL && !contains_key (valid, key)
          && suture_key_verify (key, envelope->canonical, signature->value) == SUTURE_SIGNATURE_VALID)
        g_ptr_array_add (valid, key);
    }
  if (valid->len >= self->threshold && self->threshold >= 1)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE,
               "%s has %u valid signatures of the %" G_GINT64_FORMAT " that it needs", name, valid->len,
               self->threshold);
  return FALSE;
}

gboolean
suture_role_is_rotated (const SutureRole *self, GHashTable *keys, const SutureRole *next, GHashTable *next_keys)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; i < next->key_ids->len; i++)
    {
      SutureKey *key = g_hash_table_lookup (next_keys, g_ptr_array_index (next->key_ids, i));

      if (key != NULL)
        g_ptr_array_add (kept, key);
    }
  for (guint i = 0; i < self->key_ids->len; i++)
    {
      SutureKey *key = g_hash_table_lookup (keys, g_ptr_array_index (self->key_ids, i));

      if (key != NULL && suture_key_is_usable (key) && !contains_key (kept, key))
        return TRUE;
    }
  return FALSE;
}
