/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/sentences.h"

#include "base/error.h"

static SutureImprovement *
make_improvement (guint n_problems, gboolean exploited, const char *kind, const char *state)
{
  GVariantDict dict;
  GVariantBuilder problems;

  g_variant_builder_init (&problems, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; i < n_problems; i++)
    g_variant_builder_add (&problems, "(sss)", "CVE-2026-0001", "", "");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Id", "s", "openssl-a");
  g_variant_dict_insert (&dict, "Kind", "s", kind);
  g_variant_dict_insert (&dict, "State", "s", state);
  g_variant_dict_insert (&dict, "Exploited", "b", exploited);
  g_variant_dict_insert_value (&dict, "Vulnerabilities", g_variant_builder_end (&problems));
  return suture_copy_new (SUTURE_TYPE_IMPROVEMENT, g_variant_dict_end (&dict));
}

/* Each error says something of its own, and that it left the system alone unless nothing was tried. */
static void
test_errors (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int code = 0; code < SUTURE_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new (SUTURE_ERROR, code, "technical words");
      char *sentence = suture_sentence_error (error);
      g_autofree char *by_name = suture_sentence_error_name (suture_error_to_name (code), "");

      if (code != SUTURE_ERROR_NOT_FOUND)
        g_assert_cmpstr (sentence, ==, by_name);
      else
        g_assert_true (g_str_has_prefix (by_name, "The publisher does not offer what is needed."));
      g_assert_true (g_str_has_suffix (sentence, "."));
      g_assert_null (strstr (sentence, "technical words"));
      g_assert_true (g_hash_table_add (seen, sentence));
    }
}

static void
test_foreign_errors (void)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, SUTURE_ERROR_NETWORK, "of another domain");
  g_autofree char *sentence = suture_sentence_error (error);
  g_autofree char *named = suture_sentence_error_name ("ANewName", "could not mount");
  g_autofree char *file = suture_sentence_error_name ("Configuration", "/etc/suture/feeds.d/a.conf: no");

  g_assert_true (g_str_has_prefix (sentence, "Something went wrong."));
  g_assert_cmpstr (named, ==, "Something went wrong: could not mount.");
  g_assert_cmpstr (file, ==, "A source was left out: /etc/suture/feeds.d/a.conf: no. Ask your administrator to correct it, "
                             "then check again.");
}

static void
test_exposure (void)
{
  const struct
  {
    guint problems;
    gboolean exploited;
    const char *kind;
    const char *state;
    guint others;
    const char *sentence;
  } rows[] = {
    { 1, FALSE, "security", "active", 0, "The computer becomes exposed again to 1 problem." },
    { 2, TRUE, "security", "active", 1,
      "The computer becomes exposed again to 2 problems. Attackers already use this. The other improvement stays." },
    { 0, FALSE, "security", "active", 2, "The computer becomes less secure. The other 2 improvements stay." },
    { 0, FALSE, "test", "active", 0, "This is a test that fixes nothing." },
    { 2, TRUE, "security", "inactive", 0, "It is not active, so no file of the system changes." },
    { 2, TRUE, "security", "overtaken", 1,
      "It is not active, so no file of the system changes. The other improvement stays." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureImprovement) one = make_improvement (rows[i].problems, rows[i].exploited, rows[i].kind,
                                                            rows[i].state);
      g_autofree char *sentence = suture_sentence_exposure (suture_improvement_get_facts (one), rows[i].others);

      g_assert_cmpstr (sentence, ==, rows[i].sentence);
    }
}

/* Whatever is listed as not active says why; and nothing else does. */
static void
test_states (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int state = 0; state <= SUTURE_STATE_CONFLICT; state++)
    {
      g_autoptr (SutureImprovement) one = make_improvement (1, FALSE, "security", suture_state_to_name (state));
      char *sentence = suture_sentence_state (one, 0);
      gboolean inactive = suture_state_group (state) == SUTURE_STATE_GROUP_INACTIVE;

      g_assert_cmpint (suture_improvement_get_facts (one)->state, ==, state);
      g_assert_true ((*sentence != '\0') == inactive);
      g_assert_true (!inactive || strstr (sentence, "“openssl-a”") != NULL);
      g_assert_true (g_hash_table_add (seen, sentence) || !inactive);
    }
}

/* A test never counts as a fix, whatever its notes say. */
static void
test_kinds (void)
{
  g_autoptr (SutureImprovement) test = make_improvement (2, TRUE, "test", "active");
  g_autoptr (SutureImprovement) fix = make_improvement (2, TRUE, "security", "active");
  g_autofree char *of_test = suture_sentence_benefit (suture_improvement_get_facts (test));
  g_autofree char *of_fix = suture_sentence_benefit (suture_improvement_get_facts (fix));
  g_autofree char *exposure = suture_sentence_exposure (suture_improvement_get_facts (test), 0);

  g_assert_cmpstr (of_test, ==, "Test – fixes nothing");
  g_assert_cmpstr (of_fix, ==, "Used in attacks · 2 problems fixed");
  g_assert_cmpstr (exposure, ==, "This is a test that fixes nothing.");
}

static SutureRecord *
make_record (const char *event, const char *error, const char *message)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "event", "s", event);
  g_variant_dict_insert (&dict, "title", "s", "Printing");
  g_variant_dict_insert (&dict, "error", "s", error);
  g_variant_dict_insert (&dict, "message", "s", message);
  return suture_record_new (g_variant_dict_end (&dict));
}

static void
test_why (void)
{
  const struct
  {
    const char *event, *error, *message, *sentence, *why;
  } rows[] = {
    { "withdrawn", "", "it broke", "Withdrawn by Its Publisher: “Printing”", "The reason given: “it broke”" },
    { "withdrawn", "", "", "Withdrawn by Its Publisher: “Printing”", "" },
    { "installed", "", "it was installed before this history began", "Installed “Printing”", "" },
    { "failed", "Failed", "no mount", "Failed: “Printing”", "Something went wrong: no mount." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureRecord) record = make_record (rows[i].event, rows[i].error, rows[i].message);
      g_autofree char *sentence = suture_sentence_event (suture_record_get_facts (record));
      g_autofree char *why = suture_sentence_why (suture_record_get_facts (record));

      g_assert_cmpstr (sentence, ==, rows[i].sentence);
      g_assert_cmpstr (why, ==, rows[i].why);
    }
}

static void
assert_time (gint64 time, gint64 now, const char *wanted, const char *wanted_ago)
{
  g_autofree char *shown = suture_sentence_time (time, now, FALSE);
  g_autofree char *ago = suture_sentence_ago (time, now);

  g_assert_cmpstr (shown, ==, wanted);
  g_assert_cmpstr (ago, ==, wanted_ago);
}

static void
test_times (void)
{
  const gint64 now = 1780565400; /* 2026-06-04 09:30 UTC */

  assert_time (now + 5, now, "today, 09:30", "just now");
  assert_time (now - 59, now, "today, 09:29", "just now");
  assert_time (now - 60, now, "today, 09:29", "1 minute ago");
  assert_time (now - 3599, now, "today, 08:30", "59 minutes ago");
  assert_time (now - 2 * 3600, now, "today, 07:30", "2 hours ago");
  assert_time (now - 10 * 3600, now, "yesterday, 23:30", "10 hours ago");
  assert_time (now - 86400, now, "yesterday, 09:30", "1 day ago");
  assert_time (now - 2 * 86400, now, "2 June 2026, 09:30", "2 days ago");
  assert_time (now - 365 * 86400, now, "4 June 2025, 09:30", "365 days ago");
  assert_time (G_MININT64, now, "at an unknown time", "at an unknown time");
}

static void
test_owed (void)
{
  const struct
  {
    const char *kind;
    const char *why;
    const char *sentence;
  } rows[] = {
    { "unit", "never-restart", "cron: finishes at the next restart of the computer" },
    { "pid1", "", "cron: finishes at the next restart of the computer" },
    { "unit", "failed", "cron: could not be restarted" },
    { "session", "user", "cron: finishes at the next login" },
    { "process", "user", "cron: finishes when it is reopened" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SutureOwed owed = { .name = (char *) "cron.service", .shown = (char *) "cron", .kind = (char *) rows[i].kind,
                          .why = (char *) rows[i].why };
      g_autofree char *sentence = suture_sentence_owed (&owed);

      g_assert_cmpstr (sentence, ==, rows[i].sentence);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sentences/errors", test_errors);
  g_test_add_func ("/sentences/foreign-errors", test_foreign_errors);
  g_test_add_func ("/sentences/exposure", test_exposure);
  g_test_add_func ("/sentences/states", test_states);
  g_test_add_func ("/sentences/times", test_times);
  g_test_add_func ("/sentences/owed", test_owed);
  g_test_add_func ("/sentences/kinds", test_kinds);
  g_test_add_func ("/sentences/why", test_why);
  return g_test_run ();
}
