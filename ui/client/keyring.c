/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/keyring.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

static const SecretSchema schema = {
  .name = "org.suture.Feed",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = { { "feed", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "origin", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

void
suture_keyring_load_async (const char *feed, const char *origin, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  secret_password_lookup (&schema, cancellable, callback, user_data, "feed", feed, "origin", origin, NULL);
}

SutureCredential *
suture_keyring_load_finish (GAsyncResult *result, GError **error)
{
  char *packed = secret_password_lookup_nonpageable_finish (result, error);
  g_autoptr (GBytes) bytes = packed != NULL ? g_bytes_new_static (packed, strlen (packed)) : NULL;
  SutureCredential *credential = bytes != NULL ? suture_credential_unpack (bytes) : NULL;

  secret_password_free (packed);
  return credential;
}

void
suture_keyring_save_async (const char *feed, const SutureCredential *credential, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GBytes) bytes = suture_credential_pack (credential);
  /* Translators: shown in the user's keyring; %s is the name of a source. */
  g_autofree char *label = g_strdup_printf (_("Sign-in to the source “%s” of security improvements"), feed);

  /* packed text ends in a zero byte that does not count */
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, g_bytes_get_data (bytes, NULL), cancellable, callback,
                         user_data, "feed", feed, "origin", credential->origin, NULL);
}

gboolean
suture_keyring_save_finish (GAsyncResult *result, GError **error)
{
  return secret_password_store_finish (result, error);
}

void
suture_keyring_erase_async (const char *feed, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  secret_password_clear (&schema, cancellable, callback, user_data, "feed", feed, NULL);
}

gboolean
suture_keyring_erase_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local = NULL;

  /* FALSE without an error: there was nothing */
  if (secret_password_clear_finish (result, &local) || local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
