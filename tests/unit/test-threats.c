/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must hold against a network, a mirror, a thief of online keys and a wrong clock, beyond single cases: each test is
 * named after the statement it shows. */
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "feed/trust.h"
#include "test-client.h"

#define DAY (24 * 60 * 60)
#define ROLE "debian-12-x86-64"
#define TARGET ROLE "/openssl-a.json"

typedef TestClient Fixture;

/* All of a check: the top level, the role, and the bytes of a target. */
static gboolean
check (Fixture *f, GError **error)
{
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!suture_trust_refresh (f->trust, &f->r->source, f->r->now, error))
    return FALSE;
  targets = suture_trust_list (f->trust, &f->r->source, ROLE, error);
  if (targets == NULL)
    return FALSE;
  bytes = suture_trust_fetch (f->trust, &f->r->source, g_ptr_array_index (targets, 0), error);
  return bytes != NULL;
}

static void
assert_fine (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  check (f, &error);
  g_assert_no_error (error);
}

static void
assert_refused (Fixture *f, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (check (f, &error));
  g_assert_error (error, SUTURE_ERROR, code);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  test_client_init (f);
  test_role_add_target (f->r->base, TARGET, "the description of an improvement");
  test_repository_next (f->r);
  test_client_reopen (f);
  assert_fine (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_client_clear (f);
}

static char *
stored (Fixture *f, const char *role)
{
  g_autofree char *name = g_strconcat (role, ".json", NULL);
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The name under which the server has the newest file of each role. */
static char *
served (Fixture *f, const char *role)
{
  gint64 version = g_str_equal (role, "root")       ? f->r->root->version
                   : g_str_equal (role, "snapshot") ? f->r->snapshot->version
                   : g_str_equal (role, "targets")  ? f->r->top->version
                                                    : f->r->base->version;

  if (g_str_equal (role, "timestamp"))
    return g_strdup ("timestamp.json");
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%s.json", version, role);
}

/* A new version of everything, root included, and which of it a check fetches. */
static const char *const roles[] = { "root", "timestamp", "snapshot", "targets", ROLE };

static void
publish_all (Fixture *f)
{
  f->r->root->version++;
  test_repository_publish_root (f->r);
  test_repository_next (f->r);
}

/* Whether flipping @bit leaves the metadata as it is: a hex digit of a signature, small or large. */
static gboolean
means_nothing (const char *text, gsize at, guint8 bit)
{
  const char *end = strstr (text, "\"signed\"");

  return bit == 0x20 && g_ascii_isxdigit (text[at]) && g_ascii_isalpha (text[at]) && text + at < end
         && text[at - 1] != '"' && g_ascii_isxdigit (text[at - 1]);
}

static void
flip (Fixture *f, GHashTable *files, const char *name, guint count, GRand *chance)
{
  g_autoptr (GBytes) good = g_bytes_ref (g_hash_table_lookup (files, name));
  gsize length = g_bytes_get_size (good);

  for (guint i = 0; i < count; i++)
    {
      g_autofree char *copy = g_strndup (g_bytes_get_data (good, NULL), length);
      gsize at = (gsize) g_rand_int_range (chance, 0, (gint32) length);
      guint8 bit = (guint8) (1u << g_rand_int_range (chance, 0, 8));
      g_autoptr (GError) error = NULL;

      if (means_nothing (copy, at, bit))
        continue;
      copy[at] = (char) (copy[at] ^ bit);
      g_hash_table_insert (files, g_strdup (name), g_bytes_new (copy, length));
      g_assert_false (check (f, &error));
      if (error->code != SUTURE_ERROR_HASH && error->code != SUTURE_ERROR_SIGNATURE && error->code != SUTURE_ERROR_MALFORMED)
        g_error ("%s, byte %zu, bit %x: %s", name, at, bit, error->message);
    }
  g_hash_table_insert (files, g_strdup (name), g_bytes_ref (good));
}

/* One bit anywhere in any file, 10,000 times. What a check trusts before it comes to the spoiled file is trusted; that file
 * is not, and the next honest check succeeds. */
static void
test_S01_flipped (Fixture *f, gconstpointer data)
{
  const guint counts[] = { 1000, 1500, 2000, 2000, 2500 };
  g_autoptr (GRand) chance = g_rand_new_with_seed (1);
  GHashTableIter iter;
  gpointer place;

  publish_all (f);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *name = served (f, roles[i]);
      g_autofree char *before = stored (f, roles[i]);
      g_autofree char *after = NULL;

      flip (f, f->r->files, name, counts[i], chance);
      after = stored (f, roles[i]);
      g_assert_cmpstr (before, ==, after);
    }
  g_hash_table_iter_init (&iter, f->r->targets);
  g_assert_true (g_hash_table_iter_next (&iter, &place, NULL));
  {
    g_autofree char *copy = g_strdup (place);

    flip (f, f->r->targets, copy, 1000, chance);
  }
  assert_fine (f);
}

/* Each file is read up to what is signed or its role's limit, and no further: the source is told, and is not believed. */
static void
test_S04_bounded (Fixture *f, gconstpointer data)
{
  g_autofree char *blanks = g_strnfill (6 * 1024 * 1024, ' ');

  f->r->with_hashes = FALSE;
  publish_all (f);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *name = served (f, roles[i]);
      g_autoptr (GBytes) good = g_bytes_ref (test_repository_get (f->r, name));
      g_autofree char *text = g_strndup (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
      g_autofree char *longer = g_strconcat (text, blanks, NULL);
      g_autoptr (GBytes) endless = g_bytes_new (longer, strlen (longer));

      test_repository_set (f->r, name, endless);
      assert_refused (f, SUTURE_ERROR_HASH);
      test_repository_set (f->r, name, good);
    }
  assert_fine (f);
}

static void
assert_no_evil (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  assert_refused (f, SUTURE_ERROR_SIGNATURE);
  g_assert_null (suture_trust_find (f->trust, &f->r->source, ROLE "/evil-a.json", &error));
  g_assert_nonnull (error);
}

/* With both online keys and no other, nothing comes in: no list of a thief's own, and so nothing of what would be in it. */
static void
test_S13_stolen_online_keys (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  gpointer top = g_ptr_array_index (r->top->keys, 0);
  gpointer base = g_ptr_array_index (r->base->keys, 0);
  g_autofree char *name = NULL;
  g_autoptr (GBytes) honest = NULL;

  r->with_hashes = FALSE;
  test_role_add_target (r->base, ROLE "/evil-a.json", "evil");
  /* another list of who may sign what */
  r->top->keys->pdata[0] = test_repository_key (r, "ed25519");
  test_repository_next (r);
  assert_no_evil (f);
  r->top->keys->pdata[0] = top;
  /* the publisher's list of that, and another list of improvements */
  test_repository_next (r);
  name = served (f, "targets");
  honest = g_bytes_ref (test_repository_get (r, name));
  r->base->keys->pdata[0] = test_repository_key (r, "ed25519");
  r->timestamp->version++;
  r->snapshot->version++;
  r->base->version++;
  test_repository_publish (r);
  test_repository_set (r, name, honest);
  assert_no_evil (f);
  r->base->keys->pdata[0] = base;
  g_hash_table_remove (r->base->targets, ROLE "/evil-a.json");
  test_repository_next (r);
  assert_fine (f);
}

/* What a thief said of versions is forgotten with the thief's key, the snapshot's word on the roles below included; and so
 * is a time far ahead, which would have made everything stale. */
static void
test_S14_fast_forward (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestRole *ahead[] = { r->timestamp, r->snapshot, r->top, r->base };
  TestRole *online[] = { r->timestamp, r->snapshot };

  for (gsize i = 0; i < G_N_ELEMENTS (online); i++)
    for (gsize n = 0; n < G_N_ELEMENTS (ahead); n++)
      {
        gint64 before = ahead[n]->version;

        test_repository_next (r);
        assert_fine (f);
        ahead[n]->version = G_MAXINT32;
        r->timestamp->version = MAX (r->timestamp->version, before + 100);
        if (ahead[n] != r->timestamp)
          r->snapshot->version = MAX (r->snapshot->version, before + 100);
        test_repository_publish (r);
        assert_fine (f);
        r->timestamp->version = r->snapshot->version = r->top->version = r->base->version = before + 2;
        test_repository_publish (r);
        assert_refused (f, SUTURE_ERROR_ROLLBACK);
        test_repository_rotate (r, online[i]);
        r->root->version++;
        test_repository_publish_root (r);
        test_repository_publish (r);
        test_client_reopen (f);
        assert_fine (f);
      }
  r->timestamp->expires = r->now + 4000 * DAY;
  r->issued = r->now + 3000 * DAY;
  test_repository_next (r);
  assert_refused (f, SUTURE_ERROR_STALE);
  r->issued = 0;
  test_repository_next (r);
  assert_refused (f, SUTURE_ERROR_STALE);
  test_repository_rotate (r, r->timestamp);
  r->root->version++;
  test_repository_publish_root (r);
  test_repository_publish (r);
  assert_fine (f);
}

/* Rolling back a delegated role with the online keys: refused, also when its old version still has its right digest. */
static void
test_S02_delegated (Fixture *f, gconstpointer data)
{
  TestRole *base = f->r->base;
  gint64 before = base->version;

  test_repository_next (f->r);
  assert_fine (f);
  f->r->timestamp->version++;
  f->r->snapshot->version++;
  base->version = before;
  test_repository_publish (f->r);
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
  base->version = before + 1;
  test_repository_next (f->r);
  assert_fine (f);
}

/* Any fault of any file: refused, never kept, and no obstacle to the next honest check. */
static void
test_S12_no_obstacle (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestRole *files[] = { r->timestamp, r->snapshot, r->top, r->base };

  r->with_hashes = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    for (int fault = 0; fault < 4; fault++)
      {
        const int codes[] = { SUTURE_ERROR_STALE, SUTURE_ERROR_MALFORMED, SUTURE_ERROR_SIGNATURE, SUTURE_ERROR_NOT_FOUND };
        TestRole *role = files[i];
        gpointer honest = g_ptr_array_index (role->keys, 0);
        g_autofree char *spec = g_steal_pointer (&role->spec_version);
        g_autofree char *before = stored (f, role->name);
        g_autofree char *after = NULL;
        g_autofree char *name = NULL;

        role->spec_version = g_strdup (fault == 1 ? "2.0.0" : spec);
        role->expires = fault == 0 ? r->now : r->now + DAY;
        role->unsigned_by_me = fault == 2;
        if (fault == 2 && i < 2)
          role->keys->pdata[0] = test_repository_key (r, "ed25519");
        test_repository_next (r);
        name = served (f, role->name);
        if (fault == 3)
          test_repository_set (r, name, NULL);
        assert_refused (f, codes[fault]);
        after = stored (f, role->name);
        g_assert_cmpstr (before, ==, after);
        g_clear_pointer (&role->spec_version, g_free);
        role->spec_version = g_strdup (spec);
        role->expires = r->now + DAY;
        role->unsigned_by_me = FALSE;
        role->keys->pdata[0] = honest;
        if (fault % 2 == 0)
          test_client_reopen (f);
        test_repository_next (r);
        assert_fine (f);
      }
}

/* Nothing that a reader could misunderstand, or that is made to cost much, in the place of any file. */
static void
test_hostile_json (Fixture *f, gconstpointer data)
{
  g_autofree char *deep = g_strnfill (10000, '[');
  g_autofree char *zeros = g_strnfill (5000, '0');
  g_autofree char *huge = g_strconcat ("{\"signatures\":[],\"signed\":{\"version\":1", zeros, "}}", NULL);
  const struct
  {
    const char *text;
    gssize length;
  } rows[] = {
    { "", 0 }, { "{}", -1 }, { "[]", -1 }, { "null", -1 }, { deep, -1 }, { huge, -1 },
    { "{\"signatures\":[],\"signed\":{},\"signed\":{}}", -1 },
    { "{\"signatures\":[],\"signed\":{\"version\":1,\"version\":2}}", -1 },
    { "{\"signatures\":[],\"signed\":{\"version\":1.0}}", -1 }, { "{\"signatures\":[],\"signed\":{\"version\":1e3}}", -1 },
    { "{\"signatures\":[],\"signed\":{\"version\":18446744073709551616}}", -1 },
    { "{\"signatures\":[],\"signed\":{\"a\":\"\xff\xfe\"}}", -1 }, { "{\"signatures\":[],\"signed\":{\"a\":\"\\ud800\"}}", -1 },
    { "{\"signatures\":[],\"signed\":{\"a\":\"\\u0000\"}}", -1 }, { "{\"signatures\":[],\"signed\":{}}\0", 32 },
    { "{\"signatures\":[],\"signed\":{\"a\0b\":1}}", 39 }, { "\xef\xbb\xbf{\"signatures\":[],\"signed\":{}}", -1 },
    { "{\"signatures\":[],\"signed\":{}} {}", -1 }, { "{\"signatures\":[],\"signed\":{}", -1 },
    { "{\"signatures\":{},\"signed\":{}}", -1 }, { "{\"signatures\":[],\"signed\":[]}", -1 },
    { "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\",\"sig\":\"\"}],\"signed\":{}}", -1 },
  };

  f->r->with_hashes = FALSE;
  publish_all (f);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *name = served (f, roles[i]);
      g_autofree char *before = stored (f, roles[i]);
      g_autofree char *after = NULL;
      g_autoptr (GBytes) good = g_bytes_ref (test_repository_get (f->r, name));

      for (gsize n = 0; n < G_N_ELEMENTS (rows); n++)
        {
          gsize length = rows[n].length < 0 ? strlen (rows[n].text) : (gsize) rows[n].length;
          g_autoptr (GBytes) bad = g_bytes_new_static (rows[n].text, length);

          g_test_message ("%s: row %zu", name, n);
          test_repository_set (f->r, name, bad);
          assert_refused (f, SUTURE_ERROR_MALFORMED);
        }
      after = stored (f, roles[i]);
      g_assert_cmpstr (before, ==, after);
      test_repository_set (f->r, name, good);
    }
  assert_fine (f);
}

/* The file @name as it is served, with the member @member of what is signed replaced by @value, and rightly signed. */
static GBytes *
with_member (Fixture *f, GBytes *bytes, const char *member, const char *value, GPtrArray *keys)
{
  g_autoptr (JsonNode) file = suture_json_parse_object (bytes, 1 << 20, NULL);
  g_autoptr (JsonNode) body = json_node_copy (json_object_get_member (json_node_get_object (file), "signed"));
  g_autoptr (JsonNode) changed = json_from_string (value, NULL);

  json_object_set_member (json_node_get_object (body), member, g_steal_pointer (&changed));
  return test_repository_sign (body, keys);
}

/* Signed by the right key, and nonsense all the same: a publisher's mistake, or a key in the wrong hands. */
static void
test_signed_nonsense (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *member;
    const char *value;
  } rows[] = {
    { "version", "\"3\"" }, { "version", "null" }, { "version", "true" }, { "version", "0" }, { "version", "-1" },
    { "version", "[3]" }, { "expires", "0" }, { "expires", "\"tomorrow\"" }, { "expires", "\"2030-02-30T00:00:00Z\"" },
    { "expires", "{}" }, { "_type", "\"other\"" }, { "_type", "1" }, { "spec_version", "1" }, { "spec_version", "\"2.0\"" },
    { "spec_version", "\"1\"" }, { "spec_version", "null" },
  };
  GPtrArray *keys[] = { f->r->root->keys, f->r->timestamp->keys, f->r->snapshot->keys, f->r->top->keys, f->r->base->keys };

  f->r->with_hashes = FALSE;
  publish_all (f);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *name = served (f, roles[i]);
      g_autofree char *before = stored (f, roles[i]);
      g_autofree char *after = NULL;
      g_autoptr (GBytes) good = g_bytes_ref (test_repository_get (f->r, name));

      for (gsize n = 0; n < G_N_ELEMENTS (rows); n++)
        {
          g_autoptr (GBytes) bad = with_member (f, good, rows[n].member, rows[n].value, keys[i]);

          g_test_message ("%s: %s %s", name, rows[n].member, rows[n].value);
          test_repository_set (f->r, name, bad);
          assert_refused (f, SUTURE_ERROR_MALFORMED);
        }
      after = stored (f, roles[i]);
      g_assert_cmpstr (before, ==, after);
      test_repository_set (f->r, name, good);
    }
  assert_fine (f);
}

/* A clock ten years ahead makes everything stale and leaves nothing behind; put right, the next check works. */
static void
test_S41_clock_ahead (Fixture *f, gconstpointer data)
{
  gint64 right = f->r->now;
  const gint64 wrong[] = { 10 * 365 * DAY, DAY, 30 * 365 * G_GINT64_CONSTANT (86400) };

  f->r->issued = right;
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      test_repository_next (f->r);
      f->r->now = right + wrong[i];
      assert_refused (f, SUTURE_ERROR_STALE);
      test_client_reopen (f);
      assert_refused (f, SUTURE_ERROR_STALE);
      f->r->now = right;
      assert_fine (f);
    }
}

/* A clock set back, to 1970 even: what has expired by the publisher's own time stays so, and what is valid is valid. */
static void
test_S41_clock_back (Fixture *f, gconstpointer data)
{
  TestRole *expiring[] = { f->r->snapshot, f->r->top, f->r->base };
  gint64 right = f->r->now;
  const gint64 wrong[] = { 0, right - DAY, right - 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (expiring); i++)
    for (gsize n = 0; n < G_N_ELEMENTS (wrong); n++)
      {
        f->r->now = right;
        f->r->issued = right;
        expiring[i]->expires = right - (n == 2 ? 0 : 1);
        test_repository_next (f->r);
        f->r->now = wrong[n];
        assert_refused (f, SUTURE_ERROR_STALE);
        expiring[i]->expires = right + DAY;
        test_repository_next (f->r);
        assert_fine (f);
        test_client_reopen (f);
        assert_fine (f);
      }
}

/* One start time a cycle: a clock that jumps while a check goes on changes nothing of it. */
static void
test_S41_one_time (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) targets = NULL;

  f->r->base->expires = f->r->now + 10;
  test_repository_next (f->r);
  g_assert_true (suture_trust_refresh (f->trust, &f->r->source, f->r->now, &error));
  f->r->now += 10 * 365 * DAY;
  targets = suture_trust_list (f->trust, &f->r->source, ROLE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (targets->len, ==, 1);
  assert_refused (f, SUTURE_ERROR_STALE);
}

int
main (int argc, char **argv)
{
#define ADD(path, function) g_test_add ("/threats/" path, Fixture, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("S01/flipped", test_S01_flipped);
  ADD ("S02/delegated", test_S02_delegated);
  ADD ("S04/bounded", test_S04_bounded);
  ADD ("S12/no-obstacle", test_S12_no_obstacle);
  ADD ("S13/stolen-online-keys", test_S13_stolen_online_keys);
  ADD ("S14/fast-forward", test_S14_fast_forward);
  ADD ("S41/clock-ahead", test_S41_clock_ahead);
  ADD ("S41/clock-back", test_S41_clock_back);
  ADD ("S41/one-time", test_S41_one_time);
  ADD ("hostile-json", test_hostile_json);
  ADD ("signed-nonsense", test_signed_nonsense);
  return g_test_run ();
}
