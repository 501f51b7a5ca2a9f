/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/trust.h"

#include "base/error.h"
#include "test-client.h"

#define DAY (24 * 60 * 60)
#define ROLE "debian-12-x86-64"

typedef TestClient Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_client_init (f);
  test_role_add_target (f->r->base, ROLE "/openssl-a.json", "a");
  test_repository_next (f->r);
  test_client_reopen (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_client_clear (f);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Every file of the folder with its digest: "unchanged" means byte for byte. */
static char *
state (Fixture *f)
{
  const char *folders[] = { f->folder, NULL };
  g_autofree char *roots = g_build_filename (f->folder, "roots", NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  folders[1] = roots;
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folders[i], name, NULL);
          g_autofree char *text = NULL;
          gsize length;

          if (g_file_get_contents (path, &text, &length, NULL))
            {
              g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, (gssize) length);

              g_ptr_array_add (lines, g_strdup_printf ("%zu/%s %s", i, name, digest));
            }
        }
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static gboolean
has_file (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Whether the folder's @name is what the server has as @served. */
static void
assert_same (Fixture *f, const char *name, const char *served)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autofree char *text = NULL;
  gsize length;
  GBytes *bytes = test_repository_get (f->r, served);

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpmem (text, length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_fine (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) targets = NULL;

  suture_trust_refresh (f->trust, &f->r->source, f->r->now, &error);
  g_assert_no_error (error);
  targets = suture_trust_list (f->trust, &f->r->source, ROLE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (targets);
}

static void
assert_refused (Fixture *f, int code)
{
  g_autoptr (GError) error = NULL;
  gboolean fine = suture_trust_refresh (f->trust, &f->r->source, f->r->now, &error);

  g_assert_false (fine);
  g_assert_error (error, SUTURE_ERROR, code);
}

/* Refused, not a byte changed, and nothing usable afterwards. */
static void
assert_unchanged (Fixture *f, int code)
{
  g_autofree char *before = state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  assert_refused (f, code);
  after = state (f);
  g_assert_cmpstr (before, ==, after);
  g_assert_null (suture_trust_list (f->trust, &f->r->source, ROLE, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
}

static void
test_first (Fixture *f, gconstpointer data)
{
  const char *asked[] = { "2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json", "2." ROLE ".json" };

  assert_fine (f);
  g_assert_cmpuint (f->r->requests->len, ==, G_N_ELEMENTS (asked));
  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++)
    g_assert_cmpstr (g_ptr_array_index (f->r->requests, i), ==, asked[i]);
  assert_same (f, "root.json", "1.root.json");
  assert_same (f, "roots/1", "1.root.json");
  assert_same (f, "timestamp.json", "timestamp.json");
  assert_same (f, "snapshot.json", "2.snapshot.json");
  assert_same (f, "targets.json", "2.targets.json");
  assert_same (f, ROLE ".json", "2." ROLE ".json");
}

/* What is unchanged is not fetched again, in this process and in the next. */
static void
test_again (Fixture *f, gconstpointer data)
{
  assert_fine (f);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *before = state (f);
      g_autofree char *after = NULL;

      g_ptr_array_set_size (f->r->requests, 0);
      assert_fine (f);
      g_assert_cmpuint (f->r->requests->len, ==, 2);
      g_assert_cmpstr (g_ptr_array_index (f->r->requests, 1), ==, "timestamp.json");
      after = state (f);
      g_assert_cmpstr (before, ==, after);
      test_client_reopen (f);
    }
}

static void
test_wrong_signature (Fixture *f, gconstpointer data)
{
  GPtrArray *keys[] = { f->r->timestamp->keys, f->r->snapshot->keys, f->r->top->keys };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  f->r->with_hashes = FALSE;
  assert_fine (f);
  before = state (f);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gpointer honest = g_ptr_array_index (keys[i], 0);

      keys[i]->pdata[0] = test_repository_key (f->r, "ed25519");
      test_repository_next (f->r);
      assert_refused (f, SUTURE_ERROR_SIGNATURE);
      keys[i]->pdata[0] = honest;
    }
  after = state (f);
  g_assert_cmpstr (before, !=, after); /* timestamp and snapshot of the later rounds were right and are kept */
  test_repository_next (f->r);
  assert_fine (f);
}

static void
test_expired_timestamp (Fixture *f, gconstpointer data)
{
  assert_fine (f);
  f->r->timestamp->expires = f->r->now;
  f->r->timestamp->version = 10;
  test_repository_publish (f->r);
  assert_unchanged (f, SUTURE_ERROR_STALE);
  /* the refused one had a higher version: it must not stand in the way of an honest one that is lower */
  f->r->timestamp->expires = f->r->now + DAY;
  f->r->timestamp->version = 2;
  test_repository_next (f->r);
  assert_fine (f);
  assert_same (f, "timestamp.json", "timestamp.json");
}

/* Frozen: the same valid set, until it is past its day. */
static void
test_frozen (Fixture *f, gconstpointer data)
{
  assert_fine (f);
  f->r->now += DAY - 1;
  assert_fine (f);
  f->r->now += 1;
  assert_unchanged (f, SUTURE_ERROR_STALE);
}

static void
test_expired_others (Fixture *f, gconstpointer data)
{
  TestRole *roles[] = { f->r->snapshot, f->r->top };
  g_autoptr (GError) error = NULL;

  assert_fine (f);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *name = g_strconcat (roles[i]->name, ".json", NULL);
      g_autofree char *old = g_strdup_printf ("%" G_GINT64_FORMAT ".%s", roles[i]->version, name);

      roles[i]->expires = f->r->now - 1;
      test_repository_next (f->r);
      assert_refused (f, SUTURE_ERROR_STALE);
      assert_same (f, name, old);
      roles[i]->expires = f->r->now + DAY;
      test_repository_next (f->r);
      assert_fine (f);
    }
  f->r->base->expires = f->r->now;
  test_repository_next (f->r);
  g_assert_true (suture_trust_refresh (f->trust, &f->r->source, f->r->now, &error));
  g_assert_null (suture_trust_list (f->trust, &f->r->source, ROLE, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_STALE);
}

/* What an attacker has: complete valid older sets. */
static void
test_rollback (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) timestamp = g_bytes_ref (test_repository_get (f->r, "timestamp.json"));

  test_repository_next (f->r);
  assert_fine (f);
  test_repository_set (f->r, "timestamp.json", timestamp);
  assert_unchanged (f, SUTURE_ERROR_ROLLBACK);
  test_client_reopen (f);
  assert_unchanged (f, SUTURE_ERROR_ROLLBACK);
  test_repository_next (f->r);
  assert_fine (f);
}

/* With the online keys in hand: a new timestamp over an old snapshot, a new snapshot over old targets or an old or
 * missing delegated role. */
static void
test_rollback_signed (Fixture *f, gconstpointer data)
{
  TestRole *roles[] = { f->r->snapshot, f->r->top, f->r->base };
  g_autofree char *before = NULL;
  gpointer delegate;

  test_repository_next (f->r);
  assert_fine (f);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      f->r->timestamp->version++;
      f->r->snapshot->version++;
      roles[i]->version = 2;
      test_repository_publish (f->r);
      assert_refused (f, SUTURE_ERROR_ROLLBACK);
      g_assert_false (has_file (f, "9.snapshot.json"));
      roles[i]->version = f->r->timestamp->version;
      test_repository_next (f->r);
      assert_fine (f);
    }
  delegate = g_ptr_array_steal_index (f->r->top->delegates, 0);
  test_repository_next (f->r);
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
  g_ptr_array_add (f->r->top->delegates, delegate);
  test_repository_next (f->r);
  assert_fine (f);
}

/* A file of one set in place of another's, all of them validly signed, without digests to catch it. */
static void
test_mixed (Fixture *f, gconstpointer data)
{
  const char *names[] = { "3.snapshot.json", "3.targets.json" };
  const char *olds[] = { "2.snapshot.json", "2.targets.json" };

  f->r->with_hashes = FALSE;
  test_repository_publish (f->r);
  assert_fine (f);
  test_repository_next (f->r);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) good = g_bytes_ref (test_repository_get (f->r, names[i]));

      test_repository_set (f->r, names[i], test_repository_get (f->r, olds[i]));
      assert_refused (f, SUTURE_ERROR_ROLLBACK);
      /* the targets role's own file in the place of another role */
      test_repository_set (f->r, names[i], test_repository_get (f->r, "timestamp.json"));
      assert_refused (f, SUTURE_ERROR_SIGNATURE);
      test_repository_set (f->r, names[i], good);
    }
  assert_fine (f);
}

/* The snapshot's length and digest of each role count: a copy with blanks behind it is another file. */
static void
test_length_and_digest (Fixture *f, gconstpointer data)
{
  const char *names[] = { "3.snapshot.json", "3.targets.json", "3." ROLE ".json" };

  assert_fine (f);
  test_repository_next (f->r);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) good = g_bytes_ref (test_repository_get (f->r, names[i]));
      g_autofree char *text = g_strndup (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
      g_autofree char *longer = g_strconcat (text, " ", NULL);
      g_autoptr (GBytes) padded = g_bytes_new (longer, strlen (longer));
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GBytes) shorter = NULL;
      g_autoptr (GError) error = NULL;
      char *blank = strstr (text, "\n ");

      blank[0] = ' ';
      blank[1] = '\n';
      changed = g_bytes_new (text, strlen (text));
      shorter = g_bytes_new (text, strlen (text) - 1);
      for (int n = 0; n < 3; n++)
        {
          test_repository_set (f->r, names[i], n == 0 ? padded : n == 1 ? changed : shorter);
          if (suture_trust_refresh (f->trust, &f->r->source, f->r->now, &error))
            g_assert_null (suture_trust_list (f->trust, &f->r->source, ROLE, &error));
          g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
          g_clear_error (&error);
        }
      test_repository_set (f->r, names[i], good);
    }
  assert_fine (f);
}

static void
test_threshold (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestKey *second = test_repository_key (r, "ecdsa");
  g_autoptr (GBytes) good = NULL;

  g_ptr_array_add (r->timestamp->keys, second);
  r->timestamp->threshold = 2;
  r->root->version = 2;
  test_repository_publish_root (r);
  test_repository_publish (r);
  g_ptr_array_remove (r->timestamp->keys, second);
  test_repository_next (r);
  assert_refused (f, SUTURE_ERROR_SIGNATURE);
  g_assert_false (has_file (f, "timestamp.json"));
  g_ptr_array_add (r->timestamp->keys, second);
  test_repository_publish (r);
  assert_fine (f);
}

/* A threshold of 2 is not met by one key, however often it is listed or signs, or under two ids. */
static void
test_one_key_twice (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  TestKey *key = g_ptr_array_index (r->timestamp->keys, 0);
  TestKey *alias = test_key_new ("ed25519");

  g_ptr_array_add (r->keys, alias);
  EVP_PKEY_free (alias->pkey);
  EVP_PKEY_up_ref (key->pkey);
  alias->pkey = key->pkey;
  json_node_unref (alias->public);
  alias->public = json_node_copy (key->public);
  json_object_set_string_member (json_node_get_object (alias->public), "x-other", "id");
  r->timestamp->threshold = 2;
  g_ptr_array_add (r->timestamp->keys, alias);
  r->root->version = 2;
  test_repository_publish_root (r);
  test_repository_publish (r);
  assert_refused (f, SUTURE_ERROR_SIGNATURE);

  r->timestamp->keys->pdata[1] = key;
  r->root->version = 3;
  test_repository_publish_root (r);
  g_ptr_array_set_size (r->timestamp->keys, 1);
  test_repository_publish (r);
  assert_refused (f, SUTURE_ERROR_SIGNATURE);
  g_ptr_array_add (r->timestamp->keys, key);
  test_repository_publish (r);
  assert_refused (f, SUTURE_ERROR_MALFORMED);
  g_assert_false (has_file (f, "timestamp.json"));

  r->timestamp->threshold = 1;
  r->root->version = 4;
  test_repository_publish_root (r);
  g_ptr_array_set_size (r->timestamp->keys, 1);
  test_repository_publish (r);
  assert_fine (f);
}

/* The clock was set back, but the feed has shown a later time: what has expired stays expired. */
static void
test_clock_set_back (Fixture *f, gconstpointer data)
{
  f->r->issued = f->r->now;
  f->r->top->expires = f->r->now + 100;
  test_repository_next (f->r);
  assert_fine (f);
  f->r->issued = f->r->now + 200;
  test_repository_next (f->r);
  f->r->now -= 365 * DAY;
  test_client_reopen (f);
  assert_refused (f, SUTURE_ERROR_STALE);
  test_client_reopen (f);
  assert_refused (f, SUTURE_ERROR_STALE);
}

/* The server can't give something: what it said comes back, nothing is lost, the next check is fine. */
static void
test_missing (Fixture *f, gconstpointer data)
{
  const char *names[] = { "timestamp.json", "3.snapshot.json", "3.targets.json" };

  assert_fine (f);
  test_repository_next (f->r);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) good = g_bytes_ref (test_repository_get (f->r, names[i]));

      test_repository_set (f->r, names[i], NULL);
      assert_refused (f, SUTURE_ERROR_NOT_FOUND);
      test_repository_set (f->r, names[i], good);
    }
  assert_fine (f);
}

/* Spoiled copies in the folder are no copies. */
static void
test_spoiled_copies (Fixture *f, gconstpointer data)
{
  const char *names[] = { "timestamp.json", "snapshot.json", "targets.json", ROLE ".json", "root.json" };
  const char *spoils[] = { "", "{}", "\0\0\0\0", "garbage" };
  g_autofree char *good = NULL;

  assert_fine (f);
  good = state (f);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (gsize n = 0; n < G_N_ELEMENTS (spoils); n++)
      {
        g_autofree char *path = g_build_filename (f->folder, names[i], NULL);
        g_autofree char *after = NULL;

        g_assert_true (g_file_set_contents (path, spoils[n], n == 2 ? 4 : -1, NULL));
        test_client_reopen (f);
        assert_fine (f);
        after = state (f);
        g_assert_cmpstr (after, ==, good);
      }
}

/* Offline: what was trusted goes on to be, until it expires; nothing changes. */
static void
test_resume (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) targets = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *snapshot = NULL;

  g_assert_false (suture_trust_resume (f->trust, r->now, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  assert_fine (f);
  test_repository_next (r);
  before = state (f);
  test_client_reopen (f);
  g_ptr_array_set_size (r->requests, 0);
  suture_trust_resume (f->trust, r->now, &error);
  g_assert_no_error (error);
  targets = suture_trust_list (f->trust, &r->source, ROLE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (targets->len, ==, 1);
  g_assert_cmpuint (r->requests->len, ==, 0);
  g_assert_false (suture_trust_resume (f->trust, r->now + DAY, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_STALE);
  after = state (f);
  g_assert_cmpstr (before, ==, after);
  g_clear_error (&error);
  snapshot = g_build_filename (f->folder, "snapshot.json", NULL);
  g_assert_true (g_file_set_contents (snapshot, "", 0, NULL));
  g_assert_false (suture_trust_resume (f->trust, r->now, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
#define ADD(path, function) g_test_add ("/trust/" path, Fixture, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("first", test_first);
  ADD ("again", test_again);
  ADD ("wrong-signature", test_wrong_signature);
  ADD ("expired-timestamp", test_expired_timestamp);
  ADD ("S03/frozen", test_frozen);
  ADD ("expired-others", test_expired_others);
  ADD ("S02/rollback", test_rollback);
  ADD ("S02/rollback-signed", test_rollback_signed);
  ADD ("S10/mixed", test_mixed);
  ADD ("length-and-digest", test_length_and_digest);
  ADD ("threshold", test_threshold);
  ADD ("S15/one-key-twice", test_one_key_twice);
  ADD ("S41/clock-set-back", test_clock_set_back);
  ADD ("S12/missing", test_missing);
  ADD ("spoiled-copies", test_spoiled_copies);
  ADD ("resume", test_resume);
  return g_test_run ();
}
