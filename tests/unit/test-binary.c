/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "binary.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define ROUNDS 4000

/* The file of a library that this program has loaded. */
static char *
find_loaded (const char *soname)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *path = strchr (lines[i], '/');
      g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;

      if (name != NULL && g_str_has_prefix (name, soname))
        return g_strdup (path);
    }
  g_error ("%s is not loaded", soname);
}

static int
in_memory (const void *data, gsize length)
{
  int fd = memfd_create ("binary", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  return fd;
}

static void
test_real (void)
{
  g_autofree char *path = find_loaded ("libc.so");
  g_auto (SutureFd) fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;
  SutureBinary *read = NULL;
  g_autoptr (SutureBinary) binary = NULL;
  gboolean has_malloc = FALSE;
  GHashTableIter iter;
  gpointer name;

  g_assert_true (suture_binary_read (fd, &read, &error));
  g_assert_no_error (error);
  binary = read;
  g_assert_cmpstr (binary->soname, ==, "libc.so.6");
  g_assert_cmpuint (g_hash_table_size (binary->versions), >, 5);
  g_assert_true (g_hash_table_contains (binary->plain, "malloc"));
  g_assert_false (g_hash_table_contains (binary->symbols, "malloc"));
  g_hash_table_iter_init (&iter, binary->symbols);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    has_malloc = has_malloc || g_str_has_prefix (name, "malloc@GLIBC_");
  g_assert_true (has_malloc);
  g_assert_nonnull (suture_binary_architecture (binary->machine));
}

static void
test_needed (void)
{
  g_auto (SutureFd) fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  SutureBinary *read = NULL;
  g_autoptr (SutureBinary) binary = NULL;

  g_assert_true (suture_binary_read (fd, &read, NULL));
  binary = read;
  g_assert_null (binary->soname);
  g_assert_true (g_ptr_array_find_with_equal_func (binary->needed, "libelf.so.1", g_str_equal, NULL));
}

static void
test_others (void)
{
  const char *const texts[] = { "", "#!/bin/sh\n", "\177EL", "!<arch>\n" };
  SutureBinary *binary = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (SutureFd) fd = in_memory (texts[i], strlen (texts[i]));

      g_assert_true (suture_binary_read (fd, &binary, NULL));
      g_assert_null (binary);
    }
}

static void
test_header_alone (void)
{
  g_auto (SutureFd) fd = in_memory ("\177ELF\2\1\1", 7);
  g_autoptr (GError) error = NULL;
  SutureBinary *binary = NULL;

  g_assert_false (suture_binary_read (fd, &binary, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_assert_null (binary);
}

/* Whatever a package calls a library: it is read, or it is broken, and there is always an end. */
static void
test_damaged (void)
{
  g_autofree char *path = find_loaded ("libelf");
  g_autofree char *good = NULL;
  gsize length;
  guint broken = 0, fine = 0;

  g_assert_true (g_file_get_contents (path, &good, &length, NULL));
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GRand) dice = g_rand_new_with_seed (round);
      g_autofree guint8 *bad = g_memdup2 (good, length);
      gsize left = round % 4 == 3 ? (gsize) g_rand_int_range (dice, 0, (gint32) length) : length;
      gsize headers = 64 * 40; /* the table of sections lies at the end, and the header and strings at the start */
      g_auto (SutureFd) fd = -1;
      SutureBinary *read = NULL;
      g_autoptr (SutureBinary) binary = NULL;
      g_autoptr (GError) error = NULL;
      gboolean good_enough;

      for (guint n = 0; n <= round % 7; n++)
        {
          gsize at = (gsize) g_rand_int_range (dice, 0, (gint32) (round % 3 == 2 ? length : headers));

          bad[round % 3 == 0 ? length - 1 - at : at] = (guint8) g_rand_int (dice);
        }
      fd = in_memory (bad, left);
      good_enough = suture_binary_read (fd, &read, &error);
      binary = read;
      g_assert_true (good_enough == (error == NULL));
      g_assert_true (good_enough || binary == NULL);
      broken += !good_enough;
      fine += binary != NULL;
    }
  g_test_message ("%u were broken, %u could be read", broken, fine);
  g_assert_cmpuint (broken, >, ROUNDS / 100);
  g_assert_cmpuint (fine, >, ROUNDS / 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/binary/real", test_real);
  g_test_add_func ("/binary/needed", test_needed);
  g_test_add_func ("/binary/others", test_others);
  g_test_add_func ("/binary/header-alone", test_header_alone);
  g_test_add_func ("/binary/damaged", test_damaged);
  return g_test_run ();
}
