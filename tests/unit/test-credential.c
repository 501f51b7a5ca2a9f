/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/credential.h"

#include <string.h>

#include "base/error.h"

#define ORIGIN "https://example.org:443"

static void
test_origins (void)
{
  const struct
  {
    const char *url;
    const char *origin; /* NULL: it has none */
    const char *host;
  } rows[] = {
    { "https://example.org/suture", ORIGIN, "example.org" }, { "https://EXAMPLE.org:443", ORIGIN, "example.org" },
    { "https://example.org:8443/a", "https://example.org:8443", "example.org:8443" },
    { "https://[2001:DB8::1]/a", "https://[2001:db8::1]:443", "[2001:db8::1]" },
    { "https://[::1]:8443/a", "https://[::1]:8443", "[::1]:8443" }, { "http://example.org/a", NULL, "the server" },
    { "file:///etc/passwd", NULL, "the server" }, { "example.org", NULL, "the server" }, { "https://", NULL, "the server" },
    { "", NULL, "the server" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *origin = suture_credential_origin (rows[i].url);
      g_autofree char *host = suture_credential_host (rows[i].url);

      g_assert_cmpstr (origin, ==, rows[i].origin);
      g_assert_cmpstr (host, ==, rows[i].host);
    }
}

static void
test_grammar (void)
{
  g_autofree char *user_max = g_strnfill (SUTURE_CREDENTIAL_USER_MAX, 'u');
  g_autofree char *user_over = g_strnfill (SUTURE_CREDENTIAL_USER_MAX + 1, 'u');
  g_autofree char *secret_max = g_strnfill (SUTURE_CREDENTIAL_SECRET_MAX, 's');
  g_autofree char *secret_over = g_strnfill (SUTURE_CREDENTIAL_SECRET_MAX + 1, 's');
  const struct
  {
    const char *user;
    const char *secret;
    gboolean good;
  } rows[] = {
    { "", "token", TRUE }, { "", "A-Za-z0-9-._~+/==", TRUE }, { "", secret_max, TRUE }, { user_max, secret_max, TRUE },
    { "anna", "pass word: ü=", TRUE }, { "anna müller", "x", TRUE },
    { "", "", FALSE }, { "anna", "", FALSE }, { "", "=", FALSE }, { "", "a=b", FALSE }, { "", "to ken", FALSE },
    { "", "to\tken", FALSE }, { "", "token\r\nX: y", FALSE }, { "", "ü", FALSE }, { "an:na", "x", FALSE },
    { "anna\n", "x", FALSE }, { "anna", "x\n", FALSE }, { "anna", "x\r", FALSE }, { "anna", "x\x7f", FALSE },
    { "anna", "x\xc2\x85", FALSE }, { "anna", "\xff", FALSE }, { "\xff", "x", FALSE },
    { user_over, "x", FALSE }, { "", secret_over, FALSE }, { "anna", secret_over, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureCredential) credential = suture_credential_new (ORIGIN, rows[i].user, rows[i].secret, &error);
      g_autoptr (SutureCredential) again = NULL;
      g_autoptr (GBytes) packed = NULL;

      g_test_message ("%zu: %s", i, error != NULL ? error->message : "good");
      g_assert_cmpint (credential != NULL, ==, rows[i].good);
      if (credential == NULL)
        {
          g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_cmpstr (suture_credential_kind (credential), ==, *rows[i].user == '\0' ? "token" : "password");
      packed = suture_credential_pack (credential);
      g_assert_cmpuint (g_bytes_get_size (packed), <=, SUTURE_CREDENTIAL_MAX);
      again = suture_credential_unpack (packed);
      g_assert_cmpstr (again->origin, ==, ORIGIN);
      g_assert_cmpstr (again->user, ==, rows[i].user);
      g_assert_cmpstr (again->secret, ==, rows[i].secret);
    }
  g_assert_cmpstr (suture_credential_kind (NULL), ==, "none");
}

/* An origin that is not written as suture_credential_origin () writes it would never be equal to one that is. */
static void
test_bad_origins (void)
{
  const char *const origins[] = { "", "example.org", "https://example.org", "https://EXAMPLE.org:443",
                                  "https://example.org:443/", "http://example.org:80", "https://a@example.org:443" };

  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (suture_credential_new (origins[i], "", "token", &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
      g_assert_null (strstr (error->message, "token"));
    }
}

/* Whatever is unpacked is gone from where it was; and what is none gives none. */
static void
test_unpack (void)
{
  const struct
  {
    const char *data;
    gsize length;
    gboolean good;
  } rows[] = {
    { ORIGIN "\n\ntoken", 30, TRUE }, { "", 0, FALSE }, { "token", 5, FALSE }, { ORIGIN "\ntoken", 29, FALSE },
    { ORIGIN "\n\nto\0ken", 31, FALSE }, { ORIGIN "\n\ntoken\n", 31, FALSE }, { "\0\0\0\0\0\0", 6, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *memory = g_memdup2 (rows[i].data, MAX (rows[i].length, 1));
      g_autoptr (GBytes) bytes = g_bytes_new_static (memory, rows[i].length);
      g_autoptr (SutureCredential) credential = suture_credential_unpack (bytes);

      g_assert_cmpint (credential != NULL, ==, rows[i].good);
      for (gsize j = 0; j < rows[i].length; j++)
        g_assert_cmpint (memory[j], ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/credential/origins", test_origins);
  g_test_add_func ("/credential/grammar", test_grammar);
  g_test_add_func ("/credential/bad-origins", test_bad_origins);
  g_test_add_func ("/credential/unpack", test_unpack);
  return g_test_run ();
}
