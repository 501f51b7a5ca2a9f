/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/feed.h"

#include "base/credential.h"
#include "client/facts.h"
#include "client/properties.h"

struct _SutureFeed
{
  SutureCopy parent_instance;
  SutureFeedFacts facts;
};

G_DEFINE_FINAL_TYPE (SutureFeed, suture_feed, SUTURE_TYPE_COPY)

static void
key_free (gpointer data)
{
  SutureFeedKey *self = data;

  g_free (self->role);
  g_free (self->type);
  g_free (self->fingerprint);
  g_free (self);
}

static void
add_key (GPtrArray *array, char *role, char *type, char *fingerprint)
{
  SutureFeedKey *key = g_new (SutureFeedKey, 1);

  *key = (SutureFeedKey){ .role = role, .type = type, .fingerprint = fingerprint };
  g_ptr_array_add (array, key);
}

static void
suture_feed_clear (SutureCopy *copy)
{
  SutureFeedFacts *facts = &SUTURE_FEED (copy)->facts;

  g_free (facts->name);
  g_free (facts->kind);
  g_free (facts->address);
  g_free (facts->host);
  g_free (facts->origin);
  g_strfreev (facts->components);
  g_clear_pointer (&facts->keys, g_ptr_array_unref);
  g_free (facts->last_error);
  g_free (facts->last_message);
  g_free (facts->signed_in);
  *facts = (SutureFeedFacts){ 0 };
}

static void
suture_feed_read (SutureCopy *copy, GVariantDict *dict)
{
  SutureFeedFacts *facts = &SUTURE_FEED (copy)->facts;
  g_autoptr (GVariant) error = g_variant_dict_lookup_value (dict, "LastError", G_VARIANT_TYPE ("(ss)"));
  const char *name = "";
  const char *message = "";

  facts->name = suture_properties_dup_text (dict, "Name");
  facts->kind = suture_properties_dup_text (dict, "Kind");
  facts->address = suture_properties_dup_text (dict, "Address");
  facts->host = suture_credential_host (facts->address);
  facts->origin = suture_properties_dup_text (dict, "Origin");
  facts->components = suture_properties_dup_list (dict, "Components");
  facts->keys = g_ptr_array_new_with_free_func (key_free);
  suture_properties_each_triple (dict, "Keys", facts->keys, add_key);
  g_variant_dict_lookup (dict, "RootVersion", "t", &facts->root_version);
  g_variant_dict_lookup (dict, "MetadataVersion", "t", &facts->version);
  g_variant_dict_lookup (dict, "Expires", "x", &facts->expires);
  g_variant_dict_lookup (dict, "LastContact", "x", &facts->last_contact);
  if (error != NULL)
    g_variant_get (error, "(&s&s)", &name, &message);
  facts->last_error = suture_facts_clean (name);
  facts->last_message = suture_facts_clean (message);
  facts->signed_in = suture_properties_dup_text (dict, "SignedIn");
  g_variant_dict_lookup (dict, "NeedsSignIn", "b", &facts->needs_sign_in);
}

static void
suture_feed_class_init (SutureFeedClass *klass)
{
  SUTURE_COPY_CLASS (klass)->read = suture_feed_read;
  SUTURE_COPY_CLASS (klass)->clear = suture_feed_clear;
}

static void
suture_feed_init (SutureFeed *self)
{
}

const SutureFeedFacts *
suture_feed_get_facts (SutureFeed *self)
{
  return &self->facts;
}

gboolean
suture_feed_is_usable (const SutureFeedFacts *facts)
{
  return facts->address[0] != '\0';
}

gboolean
suture_feed_is_local (const SutureFeedFacts *facts)
{
  return g_str_equal (facts->kind, "local");
}

gboolean
suture_feed_is_signed_in (SutureFeed *self)
{
  return self->facts.signed_in[0] != '\0' && !g_str_equal (self->facts.signed_in, suture_credential_kind (NULL));
}
