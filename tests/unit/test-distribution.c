/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/distribution.h"

static void
test_short (void)
{
  const struct
  {
    const char *name;
    const char *shown; /* NULL: nobody knows */
  } rows[] = {
    { "Debian GNU/Linux", "Debian" },
    { "Ubuntu", "Ubuntu" },
    { "Arch Linux", "Arch" },
    { "Pop!_OS", "Pop!_OS" },
    { "  Devuan GNU/Linux ", "Devuan" },
    { "De\033bian\n GNU/Linux", "Debian" },
    { "Linux", NULL },
    { " Linux", NULL },
    { "GNU/Linux", "GNU/Linux" },
    { " GNU/Linux", "GNU/Linux" },
    { "", NULL },
    { NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = suture_distribution_short (rows[i].name);

      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
}

static void
test_long_names_are_cut (void)
{
  g_autofree char *name = g_strnfill (1000, 'x');
  g_autofree char *shown = suture_distribution_short (name);

  g_assert_cmpuint (strlen (shown), <=, 64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/distribution/short", test_short);
  g_test_add_func ("/distribution/long", test_long_names_are_cut);
  return g_test_run ();
}
