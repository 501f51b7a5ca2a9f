/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/credential.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"

#define HTTPS_PORT 443
#define TOKEN_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"

void
suture_credential_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

void
suture_credential_free (SutureCredential *self)
{
  if (self == NULL)
    return;
  g_free (self->origin);
  suture_credential_wipe (self->user);
  suture_credential_wipe (self->secret);
  g_free (self);
}

/* RFC 6750: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static gboolean
is_token (const char *text)
{
  gsize length = strspn (text, TOKEN_CHARACTERS);

  return length > 0 && strspn (text + length, "=") == strlen (text + length);
}

/* UTF-8 without C0, C1 and DEL: no line can end inside it. */
static gboolean
is_plain (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

static gboolean
invalid (GError **error, const char *rule)
{
  g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, rule);
  return FALSE;
}

gboolean
suture_credential_check (const char *user, const char *secret, GError **error)
{
  if (*secret == '\0')
    return invalid (error, "a token or a password is needed");
  if (strlen (user) > SUTURE_CREDENTIAL_USER_MAX || strlen (secret) > SUTURE_CREDENTIAL_SECRET_MAX)
    return invalid (error, "a user has at most 256 bytes, a token or password 4096");
  if (*user == '\0' && !is_token (secret))
    return invalid (error, "a token is made of letters, digits and -._~+/ alone, with = at its end");
  if (strchr (user, ':') != NULL || !is_plain (user) || !is_plain (secret))
    return invalid (error, "a user and a password have no control characters, and a user no colon");
  return TRUE;
}

SutureCredential *
suture_credential_new (const char *origin, const char *user, const char *secret, GError **error)
{
  g_autofree char *canonical = suture_credential_origin (origin);
  SutureCredential *self;

  if (g_strcmp0 (canonical, origin) != 0)
    {
      invalid (error, "an origin is https://host:port");
      return NULL;
    }
  if (!suture_credential_check (user, secret, error))
    return NULL;
  self = g_new0 (SutureCredential, 1);
  self->origin = g_steal_pointer (&canonical);
  self->user = g_strdup (user);
  self->secret = g_strdup (secret);
  return self;
}

const char *
suture_credential_kind (const SutureCredential *self)
{
  if (self == NULL)
    return "none";
  return *self->user == '\0' ? "token" : "password";
}

static void
wipe_packed (gpointer text)
{
  suture_credential_wipe (text);
}

GBytes *
suture_credential_pack (const SutureCredential *self)
{
  char *text = g_strjoin ("\n", self->origin, self->user, self->secret, NULL);

  return g_bytes_new_with_free_func (text, strlen (text), wipe_packed, text);
}

SutureCredential *
suture_credential_unpack (GBytes *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);
  char *text = g_strndup (data != NULL ? data : "", length);
  char *user = strchr (text, '\n');
  char *secret = user != NULL ? strchr (user + 1, '\n') : NULL;
  SutureCredential *self = NULL;

  if (secret != NULL && strlen (text) == length)
    {
      *user++ = *secret++ = '\0';
      self = suture_credential_new (text, user, secret, NULL);
    }
  explicit_bzero (text, length);
  g_free (text);
  if (length > 0)
    explicit_bzero ((gpointer) data, length);
  return self;
}

char *
suture_credential_origin (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *lower = NULL;
  int port;

  if (host == NULL || *host == '\0' || !g_str_equal (g_uri_get_scheme (uri), "https"))
    return NULL;
  lower = g_ascii_strdown (host, -1);
  port = g_uri_get_port (uri);
  return g_strdup_printf (strchr (lower, ':') != NULL ? "https://[%s]:%d" : "https://%s:%d", lower,
                          port > 0 ? port : HTTPS_PORT);
}

char *
suture_credential_host (const char *url)
{
  g_autofree char *origin = suture_credential_origin (url);
  char *host = g_strdup (origin != NULL ? origin + strlen ("https://") : "the server");

  if (g_str_has_suffix (host, ":443"))
    host[strlen (host) - strlen (":443")] = '\0';
  return host;
}
