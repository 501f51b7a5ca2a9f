/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/sign-in.h"

#include <gio/gio.h>

#include "base/error.h"
#include "engine/vault.h"

SutureSignIn *
suture_sign_in_ref (SutureSignIn *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_sign_in_unref (SutureSignIn *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_free (self->feed);
  g_free (self->host);
  g_free (self->origin);
  suture_credential_free (self->credential);
  g_free (self);
}

SutureSignIn *
suture_sign_in_new (const SutureFeeds *feeds, const char *feed, const char *user, const char *secret, GError **error)
{
  const SutureFeed *known = suture_feeds_find (feeds, feed);
  g_autoptr (SutureSignIn) self = NULL;

  if (known == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no such feed");
      return NULL;
    }
  if (user != NULL && known->local)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "this feed is made on this computer: nobody signs in to it");
      return NULL;
    }
  /* out of it goes what is kept, whatever its files say */
  if (user != NULL && *known->address == '\0')
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, "nothing was kept: %s", known->last_message);
      return NULL;
    }
  self = g_new0 (SutureSignIn, 1);
  g_atomic_ref_count_init (&self->count);
  self->feed = g_strdup (known->name);
  self->host = suture_credential_host (known->origin);
  self->origin = g_strdup (known->origin);
  if (user == NULL)
    return g_steal_pointer (&self);
  self->credential = suture_credential_new (self->origin, user, secret, error);
  return self->credential != NULL ? g_steal_pointer (&self) : NULL;
}

/* Whether the feed still is at the server that polkit's question named. */
static gboolean
stands (const SutureSignIn *self, GError **error)
{
  g_autoptr (SutureFeedConfig) config = suture_feed_config_find (self->feed, error);
  g_autofree char *origin = config != NULL && !config->local ? suture_credential_origin (config->url) : NULL;

  if (config == NULL)
    return FALSE;
  if (g_strcmp0 (origin, self->origin) == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
               "nothing was kept: the feed has another address now, so look at it and sign in again");
  return FALSE;
}

gboolean
suture_sign_in_run (const SutureSignIn *self, SutureDatabase *database, GError **error)
{
  if (self->credential == NULL)
    {
      if (!suture_vault_erase (self->feed, error))
        return FALSE;
      g_message ("feed %s: signed out", self->feed);
      return TRUE;
    }
  if (!stands (self, error) || !suture_vault_save (self->feed, self->credential, error))
    return FALSE;
  suture_feeds_forget_refusal (database, self->feed);
  g_message ("feed %s: signed in at %s", self->feed, self->host);
  return TRUE;
}
