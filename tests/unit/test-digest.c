/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/digest.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "test-paths.h"

/* FIPS 180-4's examples, and a million times "a". */
static void
test_vectors (void)
{
  const struct
  {
    const char *text;
    const char *digest;
  } rows[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  };
  g_autofree char *million = g_strnfill (1000000, 'a');
  g_autofree char *digest = suture_digest_data (million, 1000000);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *found = suture_digest_data (rows[i].text, strlen (rows[i].text));

      g_assert_cmpstr (found, ==, rows[i].digest);
      g_assert_true (suture_digest_is_valid (found));
    }
  g_assert_cmpstr (digest, ==, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
test_pieces (void)
{
  g_autoptr (SutureDigest) digest = suture_digest_new ();
  g_autofree char *found = NULL;

  suture_digest_update (digest, "a", 1);
  suture_digest_update (digest, "", 0);
  suture_digest_update (digest, "bc", 2);
  found = suture_digest_finish (digest);
  g_assert_cmpstr (found, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_is_valid (void)
{
  g_autofree char *good = g_strnfill (SUTURE_DIGEST_HEX, 'a');
  g_autofree char *longer = g_strnfill (SUTURE_DIGEST_HEX + 1, 'a');
  g_autofree char *shorter = g_strnfill (SUTURE_DIGEST_HEX - 1, 'a');
  g_autofree char *upper = g_strnfill (SUTURE_DIGEST_HEX, 'A');
  g_autofree char *slash = g_strnfill (SUTURE_DIGEST_HEX, '/');

  g_assert_true (suture_digest_is_valid (good));
  g_assert_false (suture_digest_is_valid (longer));
  g_assert_false (suture_digest_is_valid (shorter));
  g_assert_false (suture_digest_is_valid (upper));
  g_assert_false (suture_digest_is_valid (slash));
  g_assert_false (suture_digest_is_valid (""));
  g_assert_false (suture_digest_is_valid (NULL));
}

/* Larger than the buffer; the file position stays. */
static void
test_fd (void)
{
  const char *top = test_paths_init ();
  g_auto (SutureFd) folder = suture_file_open_folder (top, 0, NULL);
  g_auto (SutureFd) fd = suture_file_unnamed (folder, 0600, NULL);
  g_autofree char *million = g_strnfill (1000000, 'a');
  g_autofree char *digest = NULL;
  g_autoptr (GError) error = NULL;
  guint64 size = 0;

  g_assert_true (suture_file_write_all (fd, million, 1000000, &error));
  g_assert_cmpint (lseek (fd, 17, SEEK_SET), ==, 17);
  digest = suture_digest_fd (fd, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 1000000);
  g_assert_cmpstr (digest, ==, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 17);
  g_assert_null (suture_digest_fd (folder, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digest/vectors", test_vectors);
  g_test_add_func ("/digest/pieces", test_pieces);
  g_test_add_func ("/digest/is-valid", test_is_valid);
  g_test_add_func ("/digest/fd", test_fd);
  return g_test_run ();
}
