/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include <errno.h>

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = 0; code < SUTURE_N_ERRORS; code++)
    {
      const char *name = suture_error_to_name (code);

      g_assert_true (g_ascii_isupper (name[0]));
      g_assert_null (strchr (name, '.'));
      g_assert_true (g_hash_table_add (seen, (gpointer) name));
      g_assert_cmpint (suture_error_from_name (name), ==, code);
    }
  g_assert_cmpstr (suture_error_to_name (-1), ==, "Failed");
  g_assert_cmpstr (suture_error_to_name (SUTURE_N_ERRORS), ==, "Failed");
  g_assert_cmpint (suture_error_from_name (NULL), ==, SUTURE_ERROR_FAILED);
  g_assert_cmpint (suture_error_from_name ("rollback"), ==, SUTURE_ERROR_FAILED);
  g_assert_cmpint (suture_error_from_name (""), ==, SUTURE_ERROR_FAILED);
}

/* What crosses the bus comes back as what it was. */
static void
test_bus (void)
{
  g_autoptr (GError) error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_ROLLBACK, "older");
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  g_autoptr (GError) back = NULL;

  g_assert_cmpstr (name, ==, "org.suture.Error.Rollback");
  back = g_dbus_error_new_for_dbus_error ("org.suture.Error.NoSpace", "full");
  g_assert_error (back, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE);
}

static void
test_errno (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (suture_error_set_errno (&error, ENOSPC, "could not write %s", "x"));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE);
  g_assert_true (g_str_has_prefix (error->message, "could not write x: "));
  g_clear_error (&error);
  suture_error_set_errno (&error, EDQUOT, "x");
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE);
  g_clear_error (&error);
  suture_error_set_errno (&error, EIO, "x");
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED);
  suture_error_set_errno (NULL, EIO, "x");
}

static gboolean G_GNUC_PRINTF (2, 3)
about (GError **error, const char *format, ...)
{
  gboolean result;
  va_list args;

  va_start (args, format);
  result = suture_error_set_about (error, SUTURE_ERROR_HASH, "the file's", format, args);
  va_end (args);
  return result;
}

static void
test_about (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (about (&error, "line %d of %s", 7, "x"));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
  g_assert_cmpstr (error->message, ==, "the file's line 7 of x");
  g_assert_false (about (NULL, "line %d", 7));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/names", test_names);
  g_test_add_func ("/error/bus", test_bus);
  g_test_add_func ("/error/errno", test_errno);
  g_test_add_func ("/error/about", test_about);
  return g_test_run ();
}
