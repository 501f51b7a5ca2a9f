/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/chain.h"

#define DIGEST "b28b1ed9821f38c64524ea13e19264bb0772f8376afffd5d8a1f8277621833eb"

typedef struct
{
  const char *what;
  const char *which;
} Pair;

static SutureImprovement *
make_improvement (const Pair *pairs, gsize n)
{
  GVariantDict dict;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (gsize i = 0; i < n; i++)
    g_variant_builder_add (&builder, "(ss)", pairs[i].what, pairs[i].which);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Id", "s", "openssl-a");
  g_variant_dict_insert (&dict, "Feed", "s", "local");
  g_variant_dict_insert_value (&dict, "Provenance", g_variant_builder_end (&builder));
  return suture_copy_new (SUTURE_TYPE_IMPROVEMENT, g_variant_dict_end (&dict));
}

static SutureFeed *
make_feed (guint64 version)
{
  GVariantDict dict;
  GVariantBuilder keys;

  g_variant_builder_init (&keys, G_VARIANT_TYPE ("a(sss)"));
  g_variant_builder_add (&keys, "(sss)", "root", "ed25519", DIGEST);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", "local");
  g_variant_dict_insert (&dict, "Address", "s", "file:///feed");
  g_variant_dict_insert (&dict, "RootVersion", "t", (guint64) 1);
  g_variant_dict_insert (&dict, "MetadataVersion", "t", version);
  g_variant_dict_insert (&dict, "Expires", "x", (gint64) 1800000000);
  g_variant_dict_insert_value (&dict, "Keys", g_variant_builder_end (&keys));
  return suture_copy_new (SUTURE_TYPE_FEED, g_variant_dict_end (&dict));
}

static void
test_archive (void)
{
  const Pair pairs[] = {
    { "origin", "Debian" },
    { "date", "2026-11-29T10:00:00+02:00" },
    { "key", "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0" },
    { "release", DIGEST },
    { "package", "libssl3 3.0.17-1~deb12u3 amd64 " DIGEST },
    { "package", "half of it" },
    { "a-newer-word", "something" },
    { "date", "some day" },
  };
  g_autoptr (SutureImprovement) improvement = make_improvement (pairs, G_N_ELEMENTS (pairs));
  g_autoptr (GPtrArray) chain = suture_chain_of_archive (suture_improvement_get_facts (improvement));
  g_autofree char *text = suture_chain_to_text (chain);

  g_assert_cmpstr (text, ==,
                   "Archive: Debian\n"
                   "List Made: 29 November 2026, 08:00 UTC\n"
                   "Signed with the Key: 05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0\n"
                   "Signed File (SHA-256): " DIGEST "\n"
                   "Package libssl3: 3.0.17-1~deb12u3 amd64 " DIGEST "\n"
                   "Package: half of it\n"
                   "a-newer-word: something\n"
                   "List Made: some day\n");
  g_assert_false (((SutureChainLink *) g_ptr_array_index (chain, 0))->code);
  g_assert_true (((SutureChainLink *) g_ptr_array_index (chain, 3))->code);
}

static void
test_none (void)
{
  g_autoptr (SutureImprovement) improvement = make_improvement (NULL, 0);
  g_autoptr (GPtrArray) chain = suture_chain_of_archive (suture_improvement_get_facts (improvement));

  g_assert_cmpuint (chain->len, ==, 0);
}

/* What is not known is left out, not made up. */
static void
test_feed (void)
{
  const struct
  {
    gboolean known;
    guint64 version;
    const char *text;
  } rows[] = {
    { FALSE, 0, "Improvement: openssl-a\nSource: local\n" },
    { TRUE, 0,
      "Improvement: openssl-a\nSource: local\nAddress: file:///feed\nVersion of the Root: 1\nNames the keys (root): ed25519 " DIGEST
      "\n" },
    { TRUE, 7,
      "Improvement: openssl-a\nSource: local\nAddress: file:///feed\nVersion of the Root: 1\nNames the keys (root): ed25519 " DIGEST
      "\nVersion of the List: 7\nList Valid Until: 15 January 2027, 08:00 UTC\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureImprovement) improvement = make_improvement (NULL, 0);
      g_autoptr (SutureFeed) feed = make_feed (rows[i].version);
      g_autoptr (GPtrArray) chain = suture_chain_of_feed (suture_improvement_get_facts (improvement),
                                                          rows[i].known ? suture_feed_get_facts (feed) : NULL);
      g_autofree char *text = suture_chain_to_text (chain);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chain/archive", test_archive);
  g_test_add_func ("/chain/none", test_none);
  g_test_add_func ("/chain/feed", test_feed);
  return g_test_run ();
}
