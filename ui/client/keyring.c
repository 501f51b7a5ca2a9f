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

/* Those of a keyring that stayed locked are told apart from nothing only by looking once more. */
static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GList *left = secret_password_search_finish (result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (left != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "the keyring did not give up what it has");
  else
    g_task_return_boolean (task, TRUE);
  g_list_free_full (left, g_object_unref);
}

/* Whether nobody keeps secrets here at all. */
static gboolean
has_no_service (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

static void
on_cleared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!secret_password_clear_finish (result, &error) && error != NULL)
    {
      if (has_no_service (error))
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  secret_password_search (&schema, SECRET_SEARCH_ALL, g_task_get_cancellable (task), on_looked, g_object_ref (task), "feed",
                          g_task_get_task_data (task), NULL);
}

void
suture_keyring_erase_async (const char *feed, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (feed), g_free);
  secret_password_clear (&schema, cancellable, on_cleared, task, "feed", feed, NULL);
}

gboolean
suture_keyring_erase_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
