/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/offers.h"

#include "base/name.h"
#include "test-manifest.h"

static SutureKnown *
make (const char *feed, const char *id, const char *component, guint number)
{
  const char *old[] = { "old" };
  g_autofree char *file = test_manifest_file ("/usr/lib/libdemo.so.1", "new", old, 1);
  const TestManifest manifest = { .files = file, .id = id, .component = component, .number = number };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  SutureKnown *known = suture_known_new (feed, "role/x.json", json, NULL);

  g_assert_nonnull (known);
  return known;
}

/* "NAME:COMPONENT;COMPONENT", and with a '!' before it one that is faulty. */
static SutureFeedConfigs *
make_feeds (const char *const *names)
{
  SutureFeedConfigs *feeds = g_new0 (SutureFeedConfigs, 1);

  feeds->usable = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_feed_config_free);
  feeds->faulty = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_feed_config_free);
  for (gsize i = 0; names[i] != NULL; i++)
    {
      gboolean faulty = names[i][0] == '!';
      g_auto (GStrv) parts = g_strsplit (names[i] + faulty, ":", 2);
      SutureFeedConfig *feed = g_new0 (SutureFeedConfig, 1);

      feed->name = g_strdup (parts[0]);
      feed->components = parts[1] != NULL ? g_strsplit (parts[1], ";", -1) : NULL;
      g_ptr_array_add (faulty ? feeds->faulty : feeds->usable, feed);
    }
  return feeds;
}

/* Of a feed and a component the highest number, in whatever order they come; of two feeds both. */
static void
test_add (void)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  g_autoptr (SutureOffers) copy = suture_offers_new ();

  suture_offers_add (offers, make ("one", "demo-b", "demo", 2));
  suture_offers_add (offers, make ("one", "demo-c", "demo", 3));
  suture_offers_add (offers, make ("one", "demo-a", "demo", 1));
  suture_offers_add (offers, make ("two", "demo-a", "demo", 1));
  suture_offers_add (offers, make ("one", "other-a", "other", 1));
  g_assert_cmpuint (offers->known->len, ==, 3);
  g_assert_cmpstr (((SutureKnown *) offers->known->pdata[0])->manifest->id, ==, "demo-c");
  g_assert_cmpstr (((SutureKnown *) offers->known->pdata[1])->feed, ==, "two");
  suture_offers_add_withdrawal (offers, "one", "demo-d", 5, "it broke", TRUE);
  suture_offers_add_withdrawal (offers, "two", "demo-d", 6, "", TRUE);
  suture_offers_add_from (copy, offers, "one");
  g_assert_cmpuint (copy->known->len, ==, 2);
  g_assert_null (suture_offers_find_withdrawal (copy, "two", "demo-d"));
  g_assert_cmpstr (suture_offers_find_withdrawal (copy, "one", "demo-d")->reason, ==, "it broke");
  g_assert_false (suture_offers_find_withdrawal (copy, "one", "demo-d")->current);
  g_assert_true (suture_offers_find_withdrawal (offers, "one", "demo-d")->current);
  g_assert_null (suture_offers_find_withdrawal (offers, "one", "demo-c"));
}

/* While a later letter waits for its turn the latest of those that don't is offered beside it, in whatever order they come. */
static void
test_rollout (void)
{
  const gint64 later = g_get_real_time () / G_USEC_PER_SEC + 86400;
  const struct
  {
    gint64 turns[4]; /* of the letters a to d */
    const char *kept;
  } rows[] = {
    { { 0, 0, 0, 0 }, "d" },         { { 0, 0, 0, later }, "cd" },       { { 0, 0, later, later }, "bd" },
    { { later, 0, later, 0 }, "d" }, { { later, later, later, later }, "d" }, { { 1, later, 1, later }, "cd" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint order = 0; order < 4; order++)
      {
        g_autoptr (SutureOffers) offers = suture_offers_new ();
        g_autoptr (GString) kept = g_string_new (NULL);

        for (guint j = 0; j < 4; j++)
          {
            guint number = (order % 2 == 0 ? j + order : 7 - j - order) % 4 + 1;
            g_autofree char *letter = suture_name_letter (number);
            g_autofree char *id = g_strconcat ("demo-", letter, NULL);
            SutureKnown *known = make ("one", id, "demo", number);

            known->turn = rows[i].turns[number - 1];
            suture_offers_add (offers, known);
          }
        for (guint number = 1; number <= 4; number++)
          for (guint j = 0; j < offers->known->len; j++)
            if (((SutureKnown *) offers->known->pdata[j])->manifest->number == number)
              g_string_append_c (kept, (char) ('a' + number - 1));
        g_test_message ("row %zu, order %u", i, order);
        g_assert_cmpstr (kept->str, ==, rows[i].kept);
        /* its turn comes while nobody asks */
        for (guint j = 0; j < offers->known->len; j++)
          ((SutureKnown *) offers->known->pdata[j])->turn = 0;
        for (guint j = 0; j < offers->known->len; j++)
          {
            const SutureKnown *known = offers->known->pdata[j];

            g_assert_true (suture_offers_is_passed (offers, known) == (known->manifest->number < 4));
          }
      }
}

/* Who is in whose way, as feeds.d says it. @whose: the feeds that may offer "demo" at all. */
static void
test_rivals (void)
{
  const struct
  {
    const char *feeds[4];
    const char *whose, *rivals; /* of the offer of the first of @whose */
  } rows[] = {
    { { "one", NULL }, "one", NULL },
    { { "one", "two", NULL }, "one,two", "one,two" },
    { { "one:demo", "two", NULL }, "one", NULL },
    { { "one", "two:demo", NULL }, "two", NULL },
    { { "one:demo", "two:demo", NULL }, "one,two", "one,two" },
    { { "one:de*", "two:demo;x", NULL }, "one,two", "one,two" },
    { { "one:de*", "two", NULL }, "one", NULL },
    { { "one:x", "two", NULL }, "two", NULL },
    { { "one:x", "two:demonstration", NULL }, "", NULL },
    { { "one", "two:dem", NULL }, "one", NULL },
    { { "one", "!two:demo", NULL }, "", NULL },
    { { "one:demo", "!two:demo", NULL }, "one", NULL },
    { { "one", "!two", NULL }, "one", NULL },
    { { "one", "three:demo", NULL }, "", NULL }, /* it is a third one's, which offers nothing now */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureOffers) offers = suture_offers_new ();
      g_autoptr (SutureFeedConfigs) feeds = make_feeds (rows[i].feeds);
      g_auto (GStrv) whose = g_strsplit (rows[i].whose, ",", -1);
      const char *const both[] = { "one", "two" };
      g_auto (GStrv) rivals = NULL;
      g_autofree char *text = NULL;

      g_test_message ("row %zu", i);
      for (gsize j = 0; j < G_N_ELEMENTS (both); j++)
        {
          suture_offers_add (offers, make (both[j], "demo-a", "demo", 1));
          g_assert_true (suture_feed_configs_may_offer (feeds, both[j], "demo")
                         == g_strv_contains ((const char *const *) whose, both[j]));
        }
      if (whose[0] == NULL)
        continue;
      rivals = suture_offers_find_rivals (offers, feeds,
                                          offers->known->pdata[g_str_equal (whose[0], "two") ? 1 : 0]);
      text = rivals != NULL ? g_strjoinv (",", rivals) : NULL;
      g_assert_cmpstr (text, ==, rows[i].rivals);
    }
}

/* An id is one object and one image of root's: two feeds that use one are in each other's way, whatever it is of. */
static void
test_same_id (void)
{
  g_autoptr (SutureOffers) offers = suture_offers_new ();
  const char *const names[] = { "one", "two", "three", NULL };
  g_autoptr (SutureFeedConfigs) feeds = make_feeds (names);
  g_auto (GStrv) rivals = NULL;

  suture_offers_add (offers, make ("two", "demo-a", "demo", 1));
  suture_offers_add (offers, make ("one", "demo-a", "else", 1));
  suture_offers_add (offers, make ("three", "third-a", "third", 1));
  rivals = suture_offers_find_rivals (offers, feeds, offers->known->pdata[0]);
  g_assert_cmpuint (g_strv_length (rivals), ==, 2);
  g_assert_cmpstr (rivals[0], ==, "one");
  g_assert_cmpstr (rivals[1], ==, "two");
  g_assert_null (suture_offers_find_rivals (offers, feeds, offers->known->pdata[2]));
}

/* The local feed is nobody's rival: where another offers the component, it gives way. */
static void
test_local_gives_way (void)
{
  const struct
  {
    const char *feeds[4];
    gboolean gives_way;
  } rows[] = {
    { { "local", "one", NULL }, TRUE },        { { "local", NULL }, FALSE },        { { "local", "one:other", NULL }, FALSE },
    { { "local", "one:demo", NULL }, TRUE },   { { "local", "!one", NULL }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFeedConfigs) feeds = make_feeds (rows[i].feeds);
      g_autoptr (SutureOffers) offers = suture_offers_new ();
      g_auto (GStrv) rivals = NULL;
      const SutureKnown *local, *remote;

      suture_offers_add (offers, make ("local", "demo-a", "demo", 1));
      suture_offers_add (offers, make ("one", "demo-b", "demo", 2));
      suture_offers_add (offers, make ("local", "else-a", "else", 1));
      local = offers->known->pdata[0];
      remote = offers->known->pdata[1];
      g_test_message ("row %zu", i);
      g_assert_true (suture_offers_gives_way (offers, feeds, local) == rows[i].gives_way);
      g_assert_false (suture_offers_gives_way (offers, feeds, remote));
      g_assert_false (suture_offers_gives_way (offers, feeds, offers->known->pdata[2]));
      rivals = suture_offers_find_rivals (offers, feeds, remote);
      g_assert_null (rivals);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offers/add", test_add);
  g_test_add_func ("/offers/rivals", test_rivals);
  g_test_add_func ("/offers/same-id", test_same_id);
  g_test_add_func ("/offers/local-gives-way", test_local_gives_way);
  g_test_add_func ("/offers/rollout", test_rollout);
  return g_test_run ();
}
