/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/suite.h"

#include "base/error.h"
#include "local/keyrings.h"
#include "run.h"
#include <glib/gstdio.h>

#include "test-tree.h"

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define RELEASE                                                                                                               \
  "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: bookworm-security\n"                             \
  "Date: Sat, 28 Nov 2026 02:53:00 UTC\nValid-Until: Sat, 05 Dec 2026 02:53:00 UTC\nMD5Sum:\n"                               \
  " d41d8cd98f00b204e9800998ecf8427e 0 main/binary-amd64/Packages\nSHA256:\n"                                                \
  " " DIGEST "        0 main/binary-amd64/Packages\nSHA512:\n 00 0 main/other\n"

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureSuite) suite = suture_suite_parse (RELEASE, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (suite->origin, ==, "Debian");
  g_assert_cmpstr (suite->codename, ==, "bookworm-security");
  g_assert_cmpstr (suite->date, ==, "2026-11-28T02:53:00Z");
  g_assert_cmpint (suite->made, ==, 1795834380);
  g_assert_cmpint (suite->valid_until - suite->made, ==, 7 * 24 * 60 * 60);
  g_assert_cmpuint (g_hash_table_size (suite->files), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (suite->files, "main/binary-amd64/Packages"), ==, DIGEST);
}

static void
test_dates (void)
{
  const char *const bad[] = { "Date: yesterday\n", "Date: Sat, 28 Nov 2026 02:53:00 CEST\n", "Date: Sat, 28 Foo 2026 02:53:00 UTC\n",
                              "Date: Sat, 31 Feb 2026 02:53:00 UTC\n", "Valid-Until: 2026-11-28\n" };
  g_autoptr (SutureSuite) endless = suture_suite_parse ("Suite: x-security\n", NULL);

  g_assert_cmpint (endless->valid_until, ==, 0);
  g_assert_cmpstr (endless->codename, ==, "x-security");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (suture_suite_parse (bad[i], &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

/* A key, as PATH/NAME.gpg and NAME.asc, of a gpg that has @home. */
static void
make_key (const char *home, const char *name)
{
  g_autofree char *who = g_strdup_printf ("%s <%s@example.org>", name, name);
  g_autofree char *binary = g_strdup_printf ("%s/%s.gpg", home, name);
  g_autofree char *armored = g_strdup_printf ("%s/%s.asc", home, name);
  const char *const make[] = { "gpg", "--homedir", home, "--batch", "-q", "--passphrase", "", "--quick-generate-key", who, "ed25519", NULL };
  const char *const export[] = { "gpg", "--homedir", home, "-q", "-o", binary, "--export", who, NULL };
  const char *const show[] = { "gpg", "--homedir", home, "-q", "-o", armored, "--armor", "--export", who, NULL };
  const char *const *const all[] = { make, export, show };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *output = suture_run (all[i], &error);

      g_assert_no_error (error);
    }
}

static void
sign (const char *home, const char *name, const char *text, const char *how, const char *to)
{
  g_autofree char *file = g_build_filename (home, "text", NULL);
  g_autofree char *who = g_strdup_printf ("%s@example.org", name);
  const char *const argv[] = { "gpg", "--homedir", home, "--batch", "--yes", "-q", "-u", who, "-o", to, how, file, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  output = suture_run (argv, &error);
  g_assert_no_error (error);
}

static void
assert_opens (const char *prefix, GPtrArray *keyrings, const char *work, gint code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureSuite) suite = suture_suite_open (prefix, keyrings, work, &error);

  if (code >= 0)
    {
      g_assert_null (suite);
      g_assert_error (error, SUTURE_ERROR, code);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (suite->codename, ==, "bookworm-security");
  g_assert_cmpuint (strlen (suite->key), ==, 40);
  g_assert_cmpuint (strlen (suite->sha256), ==, 64);
}

/* Real gpg, real gpgv: what is signed by a believed key, by another, altered, or not at all. */
static void
test_signatures (void)
{
  g_autofree char *home = test_tree_new ();
  g_autofree char *prefix = g_build_filename (home, "archive_dists_x_", NULL);
  g_autofree char *clear = g_strconcat (prefix, "InRelease", NULL);
  g_autofree char *release = g_strconcat (prefix, "Release", NULL);
  g_autofree char *detached = g_strconcat (prefix, "Release.gpg", NULL);
  g_autoptr (GPtrArray) keyrings = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_autofree char *altered = NULL;
  const char *const stop[] = { "gpgconf", "--homedir", home, "--kill", "all", NULL };

  g_assert_cmpint (g_chmod (home, 0700), ==, 0);
  make_key (home, "archive");
  make_key (home, "stranger");
  g_ptr_array_add (keyrings, g_build_filename (home, "archive.gpg", NULL));
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_NOT_FOUND);
  sign (home, "archive", RELEASE, "--clearsign", clear);
  assert_opens (prefix, keyrings, home, -1);
  g_assert_true (g_file_get_contents (clear, &text, NULL, NULL));
  altered = g_strndup (text, strlen (text));
  *strstr (altered, "bookworm-security") = 'B';
  g_assert_true (g_file_set_contents (clear, altered, -1, NULL));
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_SIGNATURE);
  /* what stands beside the signed text is no part of it */
  g_free (altered);
  altered = g_strconcat ("Codename: evil-security\n", text, "\nCodename: evil-security\n", NULL);
  g_assert_true (g_file_set_contents (clear, altered, -1, NULL));
  {
    g_autoptr (SutureSuite) suite = suture_suite_open (prefix, keyrings, home, NULL);

    g_assert_true (suite == NULL || g_str_equal (suite->codename, "bookworm-security"));
  }
  sign (home, "stranger", RELEASE, "--clearsign", clear);
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_SIGNATURE);
  g_assert_cmpint (g_unlink (clear), ==, 0);
  g_assert_true (g_file_set_contents (release, RELEASE, -1, NULL));
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_SIGNATURE);
  sign (home, "archive", RELEASE, "--detach-sign", detached);
  assert_opens (prefix, keyrings, home, -1);
  g_assert_true (g_file_set_contents (release, RELEASE "Extra: x\n", -1, NULL));
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_SIGNATURE);
  g_free (suture_run (stop, NULL));
  test_tree_remove (home);
}

static void
run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;

  g_free (suture_run (argv, &error));
  g_assert_no_error (error);
}

/* gpg keeps a revocation of every key that it makes, with a colon before its first line so that nobody takes it by mistake. */
static void
revoke_key (const char *home)
{
  g_autofree char *folder = g_build_filename (home, "openpgp-revocs.d", NULL);
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  g_autofree char *file = g_build_filename (folder, g_dir_read_name (entries), NULL);
  g_autofree char *text = NULL;
  const char *const import[] = { "gpg", "--homedir", home, "--batch", "-q", "--import", file, NULL };

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  *strstr (text, ":-----BEGIN") = '\n';
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  run (import);
}

/* A signature that is one, and is worth nothing: by a weak hash, or of a key that was given up. gpgv tells of both as valid. */
static void
test_worthless (void)
{
  g_autofree char *home = test_tree_new ();
  g_autofree char *prefix = g_build_filename (home, "archive_dists_x_", NULL);
  g_autofree char *clear = g_strconcat (prefix, "InRelease", NULL);
  g_autofree char *text = g_build_filename (home, "text", NULL);
  g_autofree char *keyring = g_build_filename (home, "archive.gpg", NULL);
  g_autoptr (GPtrArray) keyrings = g_ptr_array_new ();
  const char *const weak[] = { "gpg", "--homedir", home, "--batch", "--yes", "-q", "--digest-algo", "SHA1", "-o", clear, "--clearsign", text, NULL };
  const char *const export[] = { "gpg", "--homedir", home, "--batch", "--yes", "-q", "-o", keyring, "--export", NULL };
  const char *const stop[] = { "gpgconf", "--homedir", home, "--kill", "all", NULL };

  g_assert_cmpint (g_chmod (home, 0700), ==, 0);
  make_key (home, "archive");
  g_ptr_array_add (keyrings, keyring);
  sign (home, "archive", RELEASE, "--clearsign", clear);
  assert_opens (prefix, keyrings, home, -1);
  run (weak);
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_SIGNATURE);
  sign (home, "archive", RELEASE, "--clearsign", clear);
  assert_opens (prefix, keyrings, home, -1);
  revoke_key (home);
  run (export);
  assert_opens (prefix, keyrings, home, SUTURE_ERROR_SIGNATURE);
  g_free (suture_run (stop, NULL));
  test_tree_remove (home);
}

/* What is armored holds the same bytes. */
static void
test_armor (void)
{
  g_autofree char *home = test_tree_new ();
  g_autofree char *armored = g_build_filename (home, "archive.asc", NULL);
  g_autofree char *binary = g_build_filename (home, "archive.gpg", NULL);
  g_autofree char *text = NULL;
  g_autofree char *bytes = NULL;
  gsize length;
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GBytes) wanted = NULL;
  const char *const stop[] = { "gpgconf", "--homedir", home, "--kill", "all", NULL };

  g_assert_cmpint (g_chmod (home, 0700), ==, 0);
  make_key (home, "archive");
  g_assert_true (g_file_get_contents (armored, &text, NULL, NULL));
  g_assert_true (g_file_get_contents (binary, &bytes, &length, NULL));
  wanted = g_bytes_new (bytes, length);
  found = suture_keyrings_dearmor (text);
  g_assert_true (g_bytes_equal (found, wanted));
  g_assert_null (suture_keyrings_dearmor ("no keys here\n"));
  g_free (suture_run (stop, NULL));
  test_tree_remove (home);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/suite/parse", test_parse);
  g_test_add_func ("/suite/dates", test_dates);
  g_test_add_func ("/suite/signatures", test_signatures);
  g_test_add_func ("/suite/worthless", test_worthless);
  g_test_add_func ("/suite/armor", test_armor);
  return g_test_run ();
}
