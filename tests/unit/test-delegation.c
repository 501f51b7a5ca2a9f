/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/delegation.h"

#include "base/error.h"
#include "base/json.h"
#include "test-paths.h"
#include "test-repository.h"

#define ROLE "debian-12-x86-64"

static void
test_match (void)
{
  const struct
  {
    const char *pattern;
    const char *path;
    gboolean matches;
  } rows[] = {
    { "a", "a", TRUE }, { "a", "b", FALSE }, { "a", "ab", FALSE }, { "ab", "a", FALSE }, { "", "", TRUE },
    { "*", "", TRUE }, { "*", "abc", TRUE }, { "*", "a/b", FALSE }, { "*", "/", FALSE }, { "?", "", FALSE },
    { "?", "a", TRUE }, { "?", "/", FALSE }, { "?", "ab", FALSE }, { "?", "\xc3\xa9", TRUE }, { "a?c", "abc", TRUE },
    { "a*c", "ac", TRUE }, { "a*c", "abbbc", TRUE }, { "a*c", "abbb", FALSE }, { "a*c", "ab/c", FALSE },
    { "*/*", "a/b", TRUE }, { "*/*", "a/b/c", FALSE }, { "*/*/*", "a/b/c", TRUE }, { "*/*", "ab", FALSE },
    { "a*/b", "axx/b", TRUE }, { "a*/b", "a/x/b", FALSE }, { "*a*b*", "xaxbx", TRUE }, { "*a*b*", "xbxax", FALSE },
    { "*.json", "x.json", TRUE }, { "*.json", ".json", TRUE }, { "*.json", "x.json.y", FALSE },
    { "d/?*", "d/x", TRUE }, { "d/?*", "d/", FALSE }, { "d/?*", "d/x/y", FALSE }, { "d/*", "d", FALSE },
    { "[ab]", "a", FALSE }, { "[ab]", "[ab]", TRUE }, { "\\*", "\\x", TRUE }, { "**", "a/b", FALSE }, { "**", "ab", TRUE },
    { "*a", "aaaaaaaaaaaaaaaa", TRUE }, { "*?*?", "a", FALSE }, { "*?*?", "ab", TRUE },
  };
  g_autofree char *as = g_strnfill (2000, 'a');
  g_autoptr (GString) stars = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s %s", rows[i].pattern, rows[i].path);
      g_assert_cmpint (suture_delegation_match (rows[i].pattern, rows[i].path), ==, rows[i].matches);
    }
  /* no pattern takes exponential time */
  for (int i = 0; i < 1000; i++)
    g_string_append (stars, "*a");
  g_string_append_c (stars, 'b');
  g_assert_false (suture_delegation_match (stars->str, as));
}

static void
test_parse (void)
{
  const char *role = "{\"keys\":{},\"roles\":[{\"name\":\"%s\",\"keyids\":[],\"threshold\":%s,\"terminating\":false%s}]}";
  const struct
  {
    const char *name;
    const char *threshold;
    const char *rest;
    gboolean fine;
  } rows[] = {
    { "a", "1", ",\"paths\":[]", TRUE },
    { "a/../b", "1", ",\"paths\":[\"*\"]", TRUE },
    { "a", "1", ",\"path_hash_prefixes\":[\"00\"]", TRUE },
    { "a", "1", "", FALSE },
    { "a", "1", ",\"paths\":[],\"path_hash_prefixes\":[]", FALSE },
    { "a", "1", ",\"paths\":[1]", FALSE },
    { "a", "0", ",\"paths\":[]", FALSE },
    { "a", "-1", ",\"paths\":[]", FALSE },
    { "a", "\"1\"", ",\"paths\":[]", FALSE },
    { "a", "9223372036854775807", ",\"paths\":[]", TRUE },
    { "", "1", ",\"paths\":[]", FALSE },
    { "root", "1", ",\"paths\":[]", FALSE },
    { "targets", "1", ",\"paths\":[]", FALSE },
    { "snapshot", "1", ",\"paths\":[]", FALSE },
    { "timestamp", "1", ",\"paths\":[]", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_autofree char *text = g_strdup_printf (role, rows[i].name, rows[i].threshold, rows[i].rest);
#pragma GCC diagnostic pop
      g_autoptr (JsonNode) node = json_from_string (text, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SutureDelegations) delegations = suture_delegations_parse (json_node_get_object (node), &error);

      g_test_message ("%s", text);
      g_assert_cmpint (delegations != NULL, ==, rows[i].fine);
      if (!rows[i].fine)
        g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

/* A role may also be given by the first digits of a path's digest; any of them, of any length. */
static void
test_prefixes (void)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "d/x.json", -1);
  const gsize lengths[] = { 0, 1, 2, 7, 63, 64 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (int wrong = 0; wrong < 2; wrong++)
      {
        g_autofree char *prefix = g_strndup (digest, lengths[i]);
        g_autofree char *text = NULL;
        g_autoptr (JsonNode) node = NULL;
        g_autoptr (SutureDelegations) delegations = NULL;

        if (wrong && lengths[i] > 0)
          prefix[lengths[i] - 1] = prefix[lengths[i] - 1] == '0' ? '1' : '0';
        text = g_strdup_printf ("{\"keys\":{},\"roles\":[{\"name\":\"a\",\"keyids\":[],\"threshold\":1,\"terminating\":false,"
                                "\"path_hash_prefixes\":[\"zz\",\"%s\"]}]}", prefix);
        node = json_from_string (text, NULL);
        delegations = suture_delegations_parse (json_node_get_object (node), NULL);
        g_assert_nonnull (delegations);
        g_assert_cmpint (suture_delegation_covers (delegations->roles->pdata[0], "d/x.json"), ==, !wrong || lengths[i] == 0);
      }
}

typedef struct
{
  TestRepository *r;
  SutureTrust *trust;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_build_filename (test_paths_init (), "trust", NULL);

  f->r = test_repository_new ();
  f->trust = suture_trust_open (folder, test_repository_get (f->r, "1.root.json"), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_trust_free (f->trust);
  test_repository_free (f->r);
  test_paths_clear ();
}

static void
publish (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  test_repository_next (f->r);
  suture_trust_refresh (f->trust, &f->r->source, f->r->now, &error);
  g_assert_no_error (error);
  g_ptr_array_set_size (f->r->requests, 0);
}

static void
assert_list_refused (Fixture *f, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (suture_trust_list (f->trust, &f->r->source, ROLE, &error));
  g_assert_error (error, SUTURE_ERROR, code);
}

/* Targets outside the delegate's own paths are nobody's. */
static void
test_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (GError) error = NULL;
  SutureTarget *target;

  test_role_add_target (f->r->base, ROLE "/in.json", "in");
  test_role_add_target (f->r->base, "ubuntu-24.04-x86-64/out.json", "out");
  g_hash_table_insert (f->r->base->custom, g_strdup (ROLE "/in.json"), json_from_string ("{\"rollout\":1}", NULL));
  publish (f);
  targets = suture_trust_list (f->trust, &f->r->source, ROLE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (targets->len, ==, 1);
  target = g_ptr_array_index (targets, 0);
  g_assert_cmpstr (target->path, ==, ROLE "/in.json");
  g_assert_cmpuint (target->length, ==, 2);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (target->custom), "rollout"), ==, 1);
  g_assert_null (suture_trust_list (f->trust, &f->r->source, "other", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
}

/* The delegated role gets every check that a top-level one gets. */
static void
test_checks (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autofree char *name = NULL;
  gpointer honest = g_ptr_array_index (r->base->keys, 0);
  TestKey *thief = test_repository_key (r, "ed25519");

  r->with_hashes = FALSE;
  r->base->unsigned_by_me = TRUE;
  publish (f);
  assert_list_refused (f, SUTURE_ERROR_SIGNATURE);
  r->base->unsigned_by_me = FALSE;

  publish (f);
  name = g_strdup_printf ("%" G_GINT64_FORMAT "." ROLE ".json", r->base->version);
  test_repository_set (r, name, test_repository_get (r, "1." ROLE ".json"));
  assert_list_refused (f, SUTURE_ERROR_ROLLBACK);
  test_repository_set (r, name, test_repository_get (r, "1.targets.json"));
  assert_list_refused (f, SUTURE_ERROR_SIGNATURE);
  test_repository_set (r, name, NULL);
  assert_list_refused (f, SUTURE_ERROR_NOT_FOUND);

  r->base->expires = r->now;
  publish (f);
  assert_list_refused (f, SUTURE_ERROR_STALE);
  r->base->expires = r->now + 10;

  /* threshold 2 of the delegation, one signature */
  g_ptr_array_add (r->base->keys, thief);
  r->base->threshold = 2;
  publish (f);
  g_ptr_array_remove (r->base->keys, thief);
  r->top->version--; /* the delegation stays as it was published */
  {
    g_autofree char *top = g_strdup_printf ("%" G_GINT64_FORMAT ".targets.json", r->top->version + 1);
    g_autoptr (GBytes) kept = g_bytes_ref (test_repository_get (r, top));

    test_repository_next (r);
    test_repository_set (r, top, kept);
    g_assert_true (suture_trust_refresh (f->trust, &r->source, r->now, NULL));
    assert_list_refused (f, SUTURE_ERROR_SIGNATURE);
  }
  r->base->threshold = 1;

  /* signed by another key under the old one's id */
  r->base->keys->pdata[0] = thief;
  publish (f);
  g_ptr_array_unref (suture_trust_list (f->trust, &r->source, ROLE, NULL));
  r->base->keys->pdata[0] = honest;
  publish (f);
  g_ptr_array_unref (suture_trust_list (f->trust, &r->source, ROLE, NULL));
}

static void
assert_found (Fixture *f, const char *path, const char *content)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureTarget) target = suture_trust_find (f->trust, &f->r->source, path, &error);
  g_autoptr (GBytes) bytes = NULL;

  if (content == NULL)
    {
      g_assert_null (target);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
      return;
    }
  g_assert_no_error (error);
  bytes = suture_trust_fetch (f->trust, &f->r->source, target, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), content, strlen (content));
}

/* Names without version and digest, where root says so: all but roots. */
static void
test_plain_names (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  const char *order[] = { "2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json", "one%2Ftwo.json",
                          "x/y" };
  g_autoptr (GError) error = NULL;

  r->consistent = FALSE;
  test_role_add_target (test_repository_delegate (r, r->top, "one/two", "x/*"), "x/y", "content");
  r->root->version++;
  test_repository_publish_root (r);
  test_repository_next (r);
  suture_trust_refresh (f->trust, &r->source, r->now, &error);
  g_assert_no_error (error);
  assert_found (f, "x/y", "content");
  g_assert_cmpuint (r->requests->len, ==, G_N_ELEMENTS (order));
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpstr (g_ptr_array_index (r->requests, i), ==, order[i]);
}

/* Pre-order, depth-first; a terminating delegation ends the search behind it; cycles end. */
static void
test_search (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestRole *a = test_repository_delegate (r, r->top, "a", "x/*");
  TestRole *b = test_repository_delegate (r, r->top, "b/../c?", "x/*");
  TestRole *deep = test_repository_delegate (r, a, "deep", "x/d*");
  TestRole *end = test_repository_delegate (r, a, "end", "x/end*");

  end->terminating = TRUE;
  test_role_add_target (r->top, "top", "of top");
  test_role_add_target (b, "x/both", "of b");
  test_role_add_target (a, "x/both", "of a");
  test_role_add_target (b, "x/d1", "of b");
  test_role_add_target (deep, "x/d1", "of deep");
  test_role_add_target (b, "x/only-b", "of b");
  test_role_add_target (b, "x/end1", "of b");
  test_role_add_target (deep, "x/outside", "of deep");
  publish (f);
  assert_found (f, "top", "of top");
  assert_found (f, "x/both", "of a");
  assert_found (f, "x/d1", "of deep");
  assert_found (f, "x/only-b", "of b");
  assert_found (f, "x/end1", NULL);
  assert_found (f, "x/outside", NULL);
  assert_found (f, "nowhere", NULL);
}

static void
test_request_order (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestRole *a = test_repository_delegate (r, r->top, "a", "x/*");
  const char *order[] = { "1.a.json", "1.a1.json", "1.a2.json", "1.a21.json", "1.b%2Fc.json" };
  TestRole *second;
  TestRole *ghost;

  test_repository_delegate (r, a, "a1", "x/*");
  second = test_repository_delegate (r, a, "a2", "x/*");
  test_repository_delegate (r, second, "a21", "x/*");
  ghost = test_repository_delegate (r, second, "a", "x/*");
  ghost->ghost = TRUE;
  ghost->keys->pdata[0] = g_ptr_array_index (a->keys, 0);
  test_repository_delegate (r, r->top, "b/c", "x/*");
  r->with_hashes = FALSE;
  publish (f);
  assert_found (f, "x/y", NULL);
  g_assert_cmpuint (r->requests->len, ==, G_N_ELEMENTS (order));
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpstr (g_ptr_array_index (r->requests, i), ==, order[i]);
}

/* Two roles delegate to one name with different keys: what one of them vouches for is not what the other one does. */
static void
test_two_delegators (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestRole *a = test_repository_delegate (r, r->top, "a", "a/*");
  TestRole *b = test_repository_delegate (r, r->top, "b", "b/*");
  TestRole *first;
  TestRole *second;
  g_autoptr (GError) error = NULL;

  r->with_hashes = FALSE;
  second = test_repository_delegate (r, b, "shared", "?/*");
  first = test_repository_delegate (r, a, "shared", "?/*");
  test_role_add_target (first, "b/x", "of a's");
  test_role_add_target (second, "b/x", "of b's");
  test_role_add_target (first, "a/x", "of a's");
  publish (f);
  /* served under the name is the one that was published last: b's */
  assert_found (f, "b/x", "of b's");
  g_assert_null (suture_trust_find (f->trust, &r->source, "a/x", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE);
}

static void
test_fetch (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  const char *bad[] = { "", "o", "of toq", "of top." };
  GHashTableIter iter;
  gpointer place;
  g_autofree char *only = NULL;
  g_autoptr (SutureTarget) target = NULL;

  test_role_add_target (r->top, "d/top", "of top");
  publish (f);
  target = suture_trust_find (f->trust, &r->source, "d/top", NULL);
  g_hash_table_iter_init (&iter, r->targets);
  g_assert_true (g_hash_table_iter_next (&iter, &place, NULL));
  only = g_strdup (place);
  g_assert_true (g_str_has_prefix (only, "d/"));
  g_assert_true (g_str_has_suffix (only, ".top"));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_hash_table_insert (r->targets, g_strdup (only), g_bytes_new (bad[i], strlen (bad[i])));
      g_assert_null (suture_trust_fetch (f->trust, &r->source, target, &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
    }
}

/* At boot: signed counts, expired does not matter, and the role's own paths do. */
static void
test_lookup_local (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureTarget) target = NULL;
  const char *missing[][2] = { { ROLE, ROLE "/other.json" }, { ROLE, "other/out.json" }, { "other", ROLE "/openssl-a.json" } };

  g_assert_null (suture_trust_lookup_local (f->trust, ROLE, ROLE "/openssl-a.json", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  test_role_add_target (r->base, "other/out.json", "out");
  r->base->expires = r->top->expires = r->now + 5;
  test_role_add_target (r->base, ROLE "/openssl-a.json", "a");
  publish (f);
  g_ptr_array_unref (suture_trust_list (f->trust, &r->source, ROLE, NULL));
  r->now += 10;
  target = suture_trust_lookup_local (f->trust, ROLE, ROLE "/openssl-a.json", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (target->path, ==, ROLE "/openssl-a.json");
  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    {
      g_assert_null (suture_trust_lookup_local (f->trust, missing[i][0], missing[i][1], &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
#define ADD(path, function) g_test_add ("/delegation/" path, Fixture, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/delegation/match", test_match);
  g_test_add_func ("/delegation/parse", test_parse);
  g_test_add_func ("/delegation/prefixes", test_prefixes);
  ADD ("list", test_list);
  ADD ("checks", test_checks);
  ADD ("plain-names", test_plain_names);
  ADD ("search", test_search);
  ADD ("request-order", test_request_order);
  ADD ("two-delegators", test_two_delegators);
  ADD ("fetch", test_fetch);
  ADD ("lookup-local", test_lookup_local);
  return g_test_run ();
}
