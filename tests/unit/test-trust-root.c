/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* feed/trust-root.c: rotation, recovery, and what the folder keeps of it. */
#include <gio/gio.h>

#include "base/error.h"
#include "feed/trust.h"
#include "test-client.h"

#define DAY (24 * 60 * 60)

typedef TestClient Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_client_init (f);
  test_client_reopen (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_client_clear (f);
}

static gboolean
refresh (Fixture *f, GError **error)
{
  return suture_trust_refresh (f->trust, &f->r->source, f->r->now, error);
}

static void
assert_fine (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  refresh (f, &error);
  g_assert_no_error (error);
}

static void
assert_refused (Fixture *f, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (refresh (f, &error));
  g_assert_error (error, SUTURE_ERROR, code);
}

static GBytes *
read_back (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  char *text;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  return g_bytes_new_take (text, length);
}

static void
assert_root (Fixture *f, int version)
{
  g_autofree char *served = g_strdup_printf ("%d.root.json", version);
  g_autofree char *kept = g_strdup_printf ("roots/%d", version);
  g_autoptr (GBytes) root = read_back (f, "root.json");
  g_autoptr (GBytes) copy = read_back (f, kept);

  g_assert_true (g_bytes_equal (root, test_repository_get (f->r, served)));
  g_assert_true (g_bytes_equal (copy, root));
}

static void
next_root (Fixture *f)
{
  f->r->root->version++;
  test_repository_publish_root (f->r);
}

static void
test_rotation (Fixture *f, gconstpointer data)
{
  for (int version = 2; version <= 6; version++)
    {
      test_repository_rotate (f->r, f->r->root);
      next_root (f);
    }
  assert_fine (f);
  assert_root (f, 6);
  for (int version = 1; version <= 6; version++)
    {
      g_autofree char *name = g_strdup_printf ("roots/%d", version);
      g_autoptr (GBytes) bytes = read_back (f, name);

      g_assert_nonnull (bytes);
    }
  test_client_reopen (f);
  g_ptr_array_set_size (f->r->requests, 0);
  assert_fine (f);
  g_assert_cmpstr (g_ptr_array_index (f->r->requests, 0), ==, "7.root.json");
}

static void
test_missing_quorum (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) old = g_ptr_array_copy (f->r->root->keys, NULL, NULL);

  assert_fine (f);
  /* signed by the new key alone */
  test_repository_rotate (f->r, f->r->root);
  g_ptr_array_set_size (f->r->root_signers, 0);
  next_root (f);
  assert_refused (f, SUTURE_ERROR_SIGNATURE);
  assert_root (f, 1);
  /* signed by the old key alone */
  f->r->root->threshold = 2;
  g_ptr_array_set_size (f->r->root_signers, 0);
  g_ptr_array_extend (f->r->root_signers, old, NULL, NULL);
  test_repository_publish_root (f->r);
  assert_refused (f, SUTURE_ERROR_SIGNATURE);
  assert_root (f, 1);
  /* signed by both */
  f->r->root->threshold = 1;
  g_ptr_array_set_size (f->r->root_signers, 0);
  g_ptr_array_extend (f->r->root_signers, old, NULL, NULL);
  test_repository_publish_root (f->r);
  assert_fine (f);
  assert_root (f, 2);
}

static void
test_wrong_version (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) third = NULL;

  next_root (f);
  next_root (f);
  third = g_bytes_ref (test_repository_get (f->r, "3.root.json"));
  test_repository_set (f->r, "2.root.json", third);
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
  assert_root (f, 1);
  test_repository_set (f->r, "2.root.json", test_repository_get (f->r, "1.root.json"));
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
  assert_root (f, 1);
  test_repository_set (f->r, "2.root.json", test_repository_get (f->r, "timestamp.json"));
  assert_refused (f, SUTURE_ERROR_SIGNATURE);
  assert_root (f, 1);
}

/* 256 rotations in one refresh are followed, and one more is refused; the next refresh goes on from there. */
static void
test_too_many (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 257; i++)
    next_root (f);
  assert_refused (f, SUTURE_ERROR_MALFORMED);
  g_assert_cmpuint (f->r->requests->len, ==, 257);
  assert_root (f, 257);
  for (int i = 0; i < 255; i++)
    next_root (f);
  assert_fine (f);
  assert_root (f, 513);
}

/* A root that has expired is trusted all the same, and the next one is followed; only nothing comes of it. */
static void
test_expired_kept (Fixture *f, gconstpointer data)
{
  f->r->root->expires = f->r->now - 1;
  next_root (f);
  assert_refused (f, SUTURE_ERROR_STALE);
  assert_root (f, 2);
  g_assert_null (read_back (f, "timestamp.json"));
  f->r->root->expires = f->r->now + DAY;
  next_root (f);
  assert_fine (f);
  assert_root (f, 3);
}

/* A thief of the online keys drove the versions up; the keys are replaced; the honest low versions count again. */
static void
fast_forward (Fixture *f, gboolean timestamp)
{
  TestRepository *r = f->r;

  assert_fine (f);
  r->timestamp->version = r->snapshot->version = r->top->version = r->base->version = G_MAXINT32;
  test_repository_publish (r);
  assert_fine (f);
  r->timestamp->version = r->snapshot->version = r->top->version = r->base->version = 2;
  test_repository_publish (r);
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
  test_repository_rotate (r, timestamp ? r->timestamp : r->snapshot);
  next_root (f);
  test_repository_publish (r);
  assert_fine (f);
}

static void
test_fast_forward_timestamp (Fixture *f, gconstpointer data)
{
  fast_forward (f, TRUE);
}

static void
test_fast_forward_snapshot (Fixture *f, gconstpointer data)
{
  fast_forward (f, FALSE);
}

/* A key more takes nothing away: old versions stay refused. */
static void
test_added_key (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autoptr (GBytes) old = g_bytes_ref (test_repository_get (r, "timestamp.json"));

  test_repository_next (r);
  assert_fine (f);
  g_ptr_array_add (r->timestamp->keys, test_repository_key (r, "ed25519"));
  next_root (f);
  test_repository_set (r, "timestamp.json", old);
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
}

/* One of two keys goes, and the power is cut between roots/2 and the rest: opening finishes it. */
static void
test_interrupted_adoption (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autofree char *path = g_build_filename (f->folder, "roots", "2", NULL);
  GBytes *second;

  assert_fine (f);
  test_repository_rotate (r, r->timestamp);
  next_root (f);
  second = test_repository_get (r, "2.root.json");
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (second, NULL), (gssize) g_bytes_get_size (second), NULL));
  test_client_reopen (f);
  assert_root (f, 2);
  g_assert_null (read_back (f, "timestamp.json"));
  g_assert_null (read_back (f, "snapshot.json"));
}

/* A stranger's file among roots/ is never followed. */
static void
test_foreign_root (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "roots", "2", NULL);
  TestRepository *other = test_repository_new ();
  GBytes *second;

  other->root->version = 2;
  test_repository_publish_root (other);
  second = test_repository_get (other, "2.root.json");
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (second, NULL), (gssize) g_bytes_get_size (second), NULL));
  test_client_reopen (f);
  g_assert_null (read_back (f, "roots/2"));
  assert_root (f, 1);
  assert_fine (f);
  test_repository_free (other);
}

/* Cached metadata of a removed key is not used, even offline after a restart. */
static void
test_removed_key (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autoptr (GError) error = NULL;
  SutureTarget *target;

  test_role_add_target (r->base, "debian-12-x86-64/a.json", "a");
  test_repository_next (r);
  assert_fine (f);
  g_ptr_array_unref (suture_trust_list (f->trust, &r->source, r->base->name, NULL));
  target = suture_trust_lookup_local (f->trust, r->base->name, "debian-12-x86-64/a.json", &error);
  g_assert_no_error (error);
  suture_target_free (target);
  test_repository_rotate (r, r->top);
  next_root (f);
  test_repository_set (r, "timestamp.json", NULL);
  assert_refused (f, SUTURE_ERROR_NOT_FOUND);
  test_client_reopen (f);
  g_assert_null (suture_trust_lookup_local (f->trust, r->base->name, "debian-12-x86-64/a.json", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
}

/* root.json is spoiled: the chain in roots/ brings the newest back, and the floors stay. */
static void
test_spoiled_root (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;
  g_autofree char *path = g_build_filename (f->folder, "root.json", NULL);
  g_autoptr (GBytes) old = NULL;

  test_repository_rotate (r, r->timestamp);
  test_repository_rotate (r, r->root);
  next_root (f);
  test_repository_publish (r);
  old = g_bytes_ref (test_repository_get (r, "timestamp.json"));
  test_repository_next (r);
  assert_fine (f);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  test_client_reopen (f);
  assert_root (f, 2);
  test_repository_set (r, "timestamp.json", old);
  assert_refused (f, SUTURE_ERROR_ROLLBACK);
}

/* Root put another first root in place: the feed begins anew from it, and nothing of the old one counts. */
static void
test_replaced_first_root (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TestRepository *other = test_repository_new ();

  next_root (f);
  test_repository_next (f->r);
  assert_fine (f);
  suture_trust_free (f->trust);
  f->trust = suture_trust_open (f->folder, test_repository_get (other, "1.root.json"), &error);
  g_assert_no_error (error);
  g_assert_false (refresh (f, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  suture_trust_refresh (f->trust, &other->source, other->now, &error);
  g_assert_no_error (error);
  test_repository_free (other);
}

static void
test_no_root (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "other", NULL);
  g_autoptr (GBytes) garbage = g_bytes_new_static ("{}", 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (suture_trust_open (folder, NULL, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (suture_trust_open (folder, garbage, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_null (suture_trust_open (folder, test_repository_get (f->r, "timestamp.json"), &error));
  g_assert_nonnull (error);
}

static void
test_all_schemes (Fixture *f, gconstpointer data)
{
  TestRepository *r = f->r;

  r->timestamp->keys->pdata[0] = test_repository_key (r, "rsa");
  r->snapshot->keys->pdata[0] = test_repository_key (r, "ecdsa");
  r->root->keys->pdata[0] = test_repository_key (r, "rsa");
  r->base->keys->pdata[0] = test_repository_key (r, "ecdsa");
  r->root->version = 2;
  test_repository_publish_root (r);
  test_repository_publish (r);
  assert_fine (f);
  assert_root (f, 2);
}

int
main (int argc, char **argv)
{
#define ADD(path, function) g_test_add ("/trust-root/" path, Fixture, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("rotation", test_rotation);
  ADD ("S16/missing-quorum", test_missing_quorum);
  ADD ("S02/S16/wrong-version", test_wrong_version);
  ADD ("S16/too-many", test_too_many);
  ADD ("expired-kept", test_expired_kept);
  ADD ("S14/timestamp", test_fast_forward_timestamp);
  ADD ("S14/snapshot", test_fast_forward_snapshot);
  ADD ("S02/added-key", test_added_key);
  ADD ("interrupted-adoption", test_interrupted_adoption);
  ADD ("foreign-root", test_foreign_root);
  ADD ("S17/removed-key", test_removed_key);
  ADD ("spoiled-root", test_spoiled_root);
  ADD ("replaced-first-root", test_replaced_first_root);
  ADD ("no-root", test_no_root);
  ADD ("all-schemes", test_all_schemes);
  return g_test_run ();
}
