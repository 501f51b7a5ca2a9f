/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/envelope.h"

#include "base/error.h"
#include "base/json.h"

static void
signature_free (gpointer data)
{
  SutureEnvelopeSignature *self = data;

  g_free (self->key_id);
  g_free (self->value);
  g_free (self);
}

static gboolean
read_signatures (SutureEnvelope *self, JsonArray *array, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = suture_json_element_object (array, i, "signatures", error);
      const char *key_id = NULL;
      const char *value = NULL;
      SutureEnvelopeSignature *signature;

      if (object == NULL || !suture_json_read_string (object, "keyid", SUTURE_JSON_REQUIRED, &key_id, error)
          || !suture_json_read_string (object, "sig", SUTURE_JSON_REQUIRED, &value, error))
        return FALSE;
      if (!g_hash_table_add (seen, (gpointer) key_id))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a key signed twice");
          return FALSE;
        }
      signature = g_new0 (SutureEnvelopeSignature, 1);
      signature->key_id = g_strdup (key_id);
      signature->value = g_strdup (value);
      g_ptr_array_add (self->signatures, signature);
    }
  return TRUE;
}

SutureEnvelope *
suture_envelope_parse (GBytes *bytes, gsize max_length, GError **error)
{
  g_autoptr (SutureEnvelope) self = g_new0 (SutureEnvelope, 1);
  JsonArray *signatures = NULL;
  JsonObject *root;

  self->bytes = g_bytes_ref (bytes);
  self->signatures = g_ptr_array_new_with_free_func (signature_free);
  self->node = suture_json_parse_object (bytes, max_length, error);
  if (self->node == NULL)
    return NULL;
  root = json_node_get_object (self->node);
  if (!suture_json_read_object (root, "signed", SUTURE_JSON_REQUIRED, &self->body, error)
      || !suture_json_read_array (root, "signatures", SUTURE_JSON_REQUIRED, &signatures, error)
      || !read_signatures (self, signatures, error))
    return NULL;
  self->canonical = suture_json_canonical (json_object_get_member (root, "signed"));
  return g_steal_pointer (&self);
}

void
suture_envelope_free (SutureEnvelope *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->node, json_node_unref);
  g_clear_pointer (&self->canonical, g_bytes_unref);
  g_clear_pointer (&self->signatures, g_ptr_array_unref);
  g_free (self);
}
