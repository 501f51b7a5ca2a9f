/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/lists.h"

#include "base/error.h"

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define EXPAT "Package: libexpat1\nSource: expat (2.5.0-1)\nVersion: 2.5.0-1+deb12u2\nArchitecture: amd64\nSize: 98912\nSHA256: " DIGEST "\n"

static SutureLists *
parse (const char *text, GError **error)
{
  g_autoptr (SutureLists) lists = suture_lists_new ();
  g_autoptr (SutureSuite) suite = suture_suite_parse ("Codename: bookworm-security\n", NULL);

  return suture_lists_add (lists, suite, DIGEST, text, error) ? g_steal_pointer (&lists) : NULL;
}

static void
test_add (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureLists) lists
      = parse (EXPAT "Description: a\n Version: 9\n\n\nPackage: tzdata\nVersion: 2026a-1\nArchitecture: all\nSize: 1\nSHA256: " DIGEST
                     "\n\n" EXPAT, &error);
  GPtrArray *versions;
  const SutureListed *listed;

  g_assert_no_error (error);
  versions = suture_lists_find (lists, "libexpat1", "amd64");
  g_assert_cmpuint (versions->len, ==, 2);
  listed = g_ptr_array_index (versions, 0);
  g_assert_cmpstr (listed->version, ==, "2.5.0-1+deb12u2");
  g_assert_cmpstr (listed->source, ==, "expat");
  g_assert_cmpuint (listed->size, ==, 98912);
  g_assert_null (suture_lists_find (lists, "libexpat1", "i386"));
  /* what is for all architectures is for this one, too */
  listed = g_ptr_array_index (suture_lists_find (lists, "tzdata", "amd64"), 0);
  g_assert_cmpstr (listed->source, ==, "tzdata");
}

static void
test_malformed (void)
{
  const char *const bad[] = {
    "Package: ../x\nVersion: 1\nArchitecture: amd64\nSize: 1\nSHA256: " DIGEST "\n",
    "Package: xy\nVersion: 1 2\nArchitecture: amd64\nSize: 1\nSHA256: " DIGEST "\n",
    "Package: xy\nVersion: --force\nArchitecture: amd64\nSize: 1\nSHA256: " DIGEST "\n",
    "Package: xy\nVersion: 1\nArchitecture: amd64/x\nSize: 1\nSHA256: " DIGEST "\n",
    "Package: xy\nVersion: 1\nArchitecture: amd64\nSize: -1\nSHA256: " DIGEST "\n",
    "Package: xy\nVersion: 1\nArchitecture: amd64\nSize: 99999999999999\nSHA256: " DIGEST "\n",
    "Package: xy\nVersion: 1\nArchitecture: amd64\nSize: 1\nSHA256: x\n",
    "Package: xy\nVersion: 1\nArchitecture: amd64\nSize: 1\nMD5sum: " DIGEST "\n",
    "Package: xy\nSource: ../../etc\nVersion: 1\nArchitecture: amd64\nSize: 1\nSHA256: " DIGEST "\n",
    "Version: 1\nArchitecture: amd64\nSize: 1\nSHA256: " DIGEST "\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureLists) lists = parse (bad[i], &error);

      g_assert_null (lists);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

static void
test_security (void)
{
  g_assert_true (suture_lists_is_security ("bookworm-security"));
  g_assert_true (suture_lists_is_security ("buster/updates"));
  g_assert_false (suture_lists_is_security ("bookworm-updates"));
  g_assert_false (suture_lists_is_security ("bookworm"));
  g_assert_false (suture_lists_is_security ("bookworm-security-proposed"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lists/add", test_add);
  g_test_add_func ("/lists/malformed", test_malformed);
  g_test_add_func ("/lists/security", test_security);
  return g_test_run ();
}
