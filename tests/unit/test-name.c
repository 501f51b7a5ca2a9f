/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/name.h"

static void
test_grammar (void)
{
  g_autofree char *longest = g_strnfill (SUTURE_NAME_MAX, 'a');
  g_autofree char *too_long = g_strnfill (SUTURE_NAME_MAX + 1, 'a');
  const char *bad[] = { "", ".", "..", ".hidden", "-x", "_x", "A", "a/b", "a b", "a\n", "ä", "a%2f", too_long };

  g_assert_true (suture_name_is_valid ("openssl-a"));
  g_assert_true (suture_name_is_valid ("0.x_y-z"));
  g_assert_true (suture_name_is_valid (longest));
  g_assert_false (suture_name_is_valid (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (suture_name_is_valid (bad[i]));
}

/* CVE-2023-28101: text of a stranger must not write to a terminal or turn what stands beside it around. */
static void
test_clean_text (void)
{
  g_autofree char *clean = suture_name_clean_text ("a\033[31mb\r\n\xe2\x80\xae" "c\xc2\x9b" "d\xff", 4096, FALSE);
  g_autofree char *lines = suture_name_clean_text ("a\nb", 4096, TRUE);
  g_autofree char *cut = suture_name_clean_text ("ab\xc3\xa4", 3, FALSE);

  g_assert_cmpstr (clean, ==, "a[31mb cd\xef\xbf\xbd");
  g_assert_cmpstr (lines, ==, "a\nb");
  g_assert_cmpstr (cut, ==, "ab");
}

static void
test_without_markup (void)
{
  g_autofree char *plain = suture_name_without_markup ("A & <b>B</b> &amp; “C”");
  g_autofree char *same = suture_name_without_markup ("Encrypted Connections");

  g_assert_cmpstr (plain, ==, "A + ‹b›B‹/b› +amp; “C”");
  g_assert_cmpstr (same, ==, "Encrypted Connections");
}

static void
test_letter (void)
{
  const struct
  {
    guint number;
    const char *letter;
  } rows[] = { { 0, "" }, { 1, "a" }, { 26, "z" }, { 27, "aa" }, { 52, "az" }, { 53, "ba" }, { 702, "zz" }, { 703, "aaa" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *letter = suture_name_letter (rows[i].number);

      g_assert_cmpstr (letter, ==, rows[i].letter);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/name/grammar", test_grammar);
  g_test_add_func ("/name/clean-text", test_clean_text);
  g_test_add_func ("/name/without-markup", test_without_markup);
  g_test_add_func ("/name/letter", test_letter);
  return g_test_run ();
}
