/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/local-words.h"

#include "base/error.h"

/* What is turned on stays, whatever its first check met; and nobody is told "nothing was changed" then. */
static void
test_ended (void)
{
  const struct
  {
    gboolean wanted, is_on;
    int code; /* -1: none */
    const char *begins;
  } rows[] = {
    { TRUE, TRUE, -1, "Turned On" },
    { FALSE, FALSE, -1, "Turned Off. What is installed stays." },
    { TRUE, FALSE, SUTURE_ERROR_NOT_AUTHORIZED, "Permission was not given. Nothing was changed." },
    { FALSE, TRUE, SUTURE_ERROR_NOT_AUTHORIZED, "Permission was not given. Nothing was changed." },
    { TRUE, FALSE, SUTURE_ERROR_CANCELLED, "Stopped. Nothing was changed." },
    { TRUE, TRUE, SUTURE_ERROR_CANCELLED, "Turned on. The first check was stopped; the next one goes on." },
    { TRUE, TRUE, SUTURE_ERROR_NETWORK, "Turned on, but the first check could not be completed." },
    { TRUE, FALSE, SUTURE_ERROR_NETWORK, "The publisher could not be reached. Nothing was changed." },
    { TRUE, FALSE, SUTURE_ERROR_NOT_FOUND, "What prepares fixes on this computer (suture-local) is not installed." },
    { TRUE, FALSE, SUTURE_ERROR_NOT_APPLICABLE, "A source of the name “local” is there already" },
    { FALSE, TRUE, SUTURE_ERROR_BUSY, "Other software is being installed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = rows[i].code >= 0 ? g_error_new (SUTURE_ERROR, rows[i].code, "technical words") : NULL;
      g_autofree char *sentence = suture_local_words_ended (rows[i].wanted, rows[i].is_on, error);

      g_test_message ("row %" G_GSIZE_FORMAT ": %s", i, sentence);
      g_assert_true (g_str_has_prefix (sentence, rows[i].begins));
      g_assert_null (strstr (sentence, "technical words"));
      if (rows[i].wanted && rows[i].is_on)
        g_assert_null (strstr (sentence, "Nothing was changed"));
    }
}

static void
test_list (void)
{
  g_autofree char *none = suture_local_words_list (0);
  g_autofree char *wrong = suture_local_words_list (-1);
  g_autofree char *absurd = suture_local_words_list (G_MAXINT64);
  g_autofree char *day = suture_local_words_list (1800000000);

  g_assert_cmpstr (none, ==, "No list is there yet");
  g_assert_cmpstr (wrong, ==, none);
  g_assert_cmpstr (absurd, ==, none);
  g_assert_true (g_str_has_suffix (day, "ist of 15 January 2027"));
}

/* No sentence shows the place of a name that it has none for. */
static void
test_names (void)
{
  char *sentences[] = { suture_local_words_title (), suture_local_words_invitation (), suture_local_words_question (),
                        suture_local_words_explanation (), suture_local_words_purpose (TRUE), suture_local_words_purpose (FALSE),
                        suture_local_words_activity () };

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_assert_cmpstr (sentences[i], !=, "");
      g_assert_null (strchr (sentences[i], '%'));
      g_free (sentences[i]);
    }
}

static SutureImprovement *
make_improvement (const char *publisher, gboolean provenance)
{
  GVariantDict dict;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  if (provenance)
    g_variant_builder_add (&builder, "(ss)", "origin", "Debian");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Publisher", "s", publisher);
  g_variant_dict_insert_value (&dict, "Provenance", g_variant_builder_end (&builder));
  return suture_copy_new (SUTURE_TYPE_IMPROVEMENT, g_variant_dict_end (&dict));
}

static SutureFeed *
make_feed (const char *kind)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Kind", "s", kind);
  return suture_copy_new (SUTURE_TYPE_FEED, g_variant_dict_end (&dict));
}

static void
test_publisher (void)
{
  g_autoptr (SutureImprovement) plain = make_improvement ("Debian", FALSE);
  g_autoptr (SutureImprovement) proven = make_improvement ("", TRUE);
  g_autoptr (SutureFeed) local = make_feed ("local");
  g_autoptr (SutureFeed) remote = make_feed ("remote");
  g_autofree char *named = suture_local_words_publisher (suture_improvement_get_facts (plain));
  g_autofree char *unnamed = suture_local_words_publisher (suture_improvement_get_facts (proven));

  g_assert_cmpstr (named, ==, "Debian, prepared on this computer");
  g_assert_cmpstr (unnamed, ==, "Prepared on this computer");
  g_assert_true (suture_local_words_made (suture_improvement_get_facts (proven), NULL));
  g_assert_true (suture_local_words_made (suture_improvement_get_facts (plain), local));
  g_assert_false (suture_local_words_made (suture_improvement_get_facts (plain), remote));
  g_assert_false (suture_local_words_made (suture_improvement_get_facts (plain), NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-words/ended", test_ended);
  g_test_add_func ("/local-words/list", test_list);
  g_test_add_func ("/local-words/names", test_names);
  g_test_add_func ("/local-words/publisher", test_publisher);
  return g_test_run ();
}
