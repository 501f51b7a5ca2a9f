/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/waits.h"

#define NOW G_GINT64_CONSTANT (1800000000) /* 2027-01-15, 08:00 UTC */

typedef struct
{
  const char *name;
  gint64 until;
  const char *detail;
} Said;

static GPtrArray *
read_waits (const Said *said, gsize n)
{
  g_autoptr (GVariant) list = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sxs)"));
  for (gsize i = 0; i < n; i++)
    g_variant_builder_add (&builder, "(sxs)", said[i].name, said[i].until, said[i].detail);
  list = g_variant_ref_sink (g_variant_builder_end (&builder));
  return suture_waits_read (list);
}

/* Each reason of the contract has a title and a sentence of its own, and the sentence says what ends it. */
static void
test_words (void)
{
  const struct
  {
    Said said;
    const char *title, *sentence_end;
  } rows[] = {
    { { "off", 0, "" }, "Automatic Installation Is Off", "Turn it on, or install it now." },
    { { "announce", NOW + 3600, "" }, "Waiting: Announcement", "all the same: today, 09:00. It can be installed now." },
    { { "announce", 0, "" }, "Waiting: Announcement", "It begins within a day. It can be installed now." },
    { { "paused", NOW + 3600, "" }, "Paused Until 09:00", "paused until today, 09:00. Resume it, or install it now." },
    { { "paused", NOW + 400 * 86400, "" }, "Paused Until 19 February 2028", "Resume it, or install it now." },
    { { "paused", 0, "" }, "Paused", "Resume it, or install it now." },
    { { "delay", NOW + 2 * 86400, "" }, "Waiting Until 17 January", "Choose a shorter wait, or install it now." },
    { { "delay", 0, "" }, "Waiting Some Days", "Choose a shorter wait, or install it now." },
    { { "metered", 0, "" }, "Waiting: Metered Network", "Use another one, allow metered networks, or install it now." },
    { { "battery", 0, "7" }, "Waiting: Battery 7%", "Plug the computer in, or install it now." },
    { { "battery", 0, "" }, "Waiting: Low Battery", "Plug the computer in, or install it now." },
    { { "hours", NOW + 3600, "" }, "Waiting Until 09:00: Maintenance Hours", "They begin today, 09:00. It can be installed now all "
                                                                             "the same." },
    { { "hours", 0, "" }, "Waiting: Maintenance Hours", "It can be installed now all the same." },
    { { "rollout", NOW + 3600, "" }, "Rolling Out in Stages",
      "This computer’s turn comes today, 09:00. It can be installed now all the same." },
    { { "rollout", 0, "" }, "Rolling Out in Stages", "It is rolled out in stages. It can be installed now all the same." },
    { { "managed", 0, "Freeze" }, "Managed by Your Organization", "or has not approved it. The reason given: “Freeze”" },
    { { "managed", 0, "" }, "Managed by Your Organization", "or has not approved it." },
    { { "policy", 0, "policy.conf, line 3: no." }, "Policy Can’t Be Used",
      "installed: policy.conf, line 3: no. Ask your administrator to correct it." },
    { { "policy", 0, "" }, "Policy Can’t Be Used", "so nothing is installed. Ask your administrator to correct it." },
    { { "removed", 0, "" }, "Removed Before", "It can be installed again." },
    { { "stays", 0, "openssl-c" }, "Another One Is Installed", "stays: openssl-c. This one can be installed in its place." },
    { { "undone", 0, "cups failed" }, "Improvement Undone", "the version before: cups failed. The fix is not active." },
    { { "undone", 0, "" }, "Improvement Undone", "the version before. The fix is not active." },
    { { "apps", 0, "org.example.One.desktop" }, "Waiting: Apps in Use",
      "have to be reopened: org.example.One. It is installed when that is closed, or install it now." },
    { { "apps", 0, "org.example.One.desktop  ../../two" }, "Waiting: Apps in Use",
      "reopened together: org.example.One, ../../two. It is installed when they are closed, or install it now." },
    { { "apps", 0, "" }, "Waiting: Apps in Use", "It is installed when they are closed, or install it now." },
    { { "new\nword", 0, "" }, "Waiting", "does not know: new word. It can be installed now all the same." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) waits = read_waits (&rows[i].said, 1);
      const SutureWait *wait = suture_waits_first (waits, NOW);
      g_autofree char *title = suture_wait_title (wait, NOW);
      g_autofree char *sentence = suture_wait_sentence (wait, NOW);

      g_test_message ("%s: %s", title, sentence);
      g_assert_cmpstr (title, ==, rows[i].title);
      g_assert_true (g_str_has_suffix (sentence, rows[i].sentence_end));
      g_assert_null (strchr (sentence, '\n'));
    }
}

/* The one that tells most comes first, whatever the helper's order is; what is over is not said. */
static void
test_order (void)
{
  const Said said[] = { { "rollout", NOW + 60, "" }, { "metered", 0, "" }, { "paused", NOW, "" }, { "a-new-word", 0, "" } };
  g_autoptr (GPtrArray) waits = read_waits (said, G_N_ELEMENTS (said));
  g_autofree char *before = suture_waits_sentences (waits, NOW - 1);
  g_autofree char *after = suture_waits_sentences (waits, NOW);

  g_assert_cmpint (suture_waits_first (waits, NOW - 1)->reason, ==, SUTURE_WAIT_PAUSED);
  g_assert_cmpint (suture_waits_first (waits, NOW)->reason, ==, SUTURE_WAIT_METERED);
  g_assert_null (suture_waits_find (waits, SUTURE_WAIT_PAUSED, NOW));
  g_assert_nonnull (suture_waits_find (waits, SUTURE_WAIT_PAUSED, NOW - 1));
  g_assert_true (g_str_has_prefix (before, "Automatic installation is paused until today, 08:00. "));
  g_assert_true (g_str_has_prefix (after, "The network is metered. "));
  g_assert_nonnull (strstr (after, " now. It is rolled out in stages. "));
}

/* A person overrides everything but the policy. */
static void
test_override (void)
{
  const char *const all[] = { "off", "announce", "paused", "delay", "metered", "battery", "hours", "rollout", "managed", "policy",
                              "removed", "stays", "undone", "apps", "a-new-word" };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      const Said said[] = { { "metered", 0, "" }, { all[i], 0, "" } };
      g_autoptr (GPtrArray) waits = read_waits (said, G_N_ELEMENTS (said));
      gboolean policy = g_str_equal (all[i], "managed") || g_str_equal (all[i], "policy");

      g_assert_cmpint (suture_waits_allow_install (waits), ==, !policy);
    }
}

static void
test_none (void)
{
  g_autoptr (GPtrArray) waits = suture_waits_read (NULL);
  g_autofree char *sentences = suture_waits_sentences (waits, NOW);

  g_assert_null (suture_waits_first (waits, NOW));
  g_assert_true (suture_waits_allow_install (waits));
  g_assert_cmpstr (sentences, ==, "");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE); /* before anything asks for the time */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/waits/words", test_words);
  g_test_add_func ("/waits/order", test_order);
  g_test_add_func ("/waits/override", test_override);
  g_test_add_func ("/waits/none", test_none);
  return g_test_run ();
}
